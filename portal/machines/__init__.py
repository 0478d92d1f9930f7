"""What enterprises' own systems need to use the portal: keys, and writes that can be repeated."""
