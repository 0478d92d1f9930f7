"""Pages that read across the apps, and the demonstration."""
