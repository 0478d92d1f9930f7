"""What people are told of deeds that concern them: in the portal, and by e-mail where wanted."""
