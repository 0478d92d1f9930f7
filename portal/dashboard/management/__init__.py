"""Commands that reach across the apps."""
