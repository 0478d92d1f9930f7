"""What the inspector's dossier holds: one module for each of its sections."""
