"""The pages of deciding and distributing."""
