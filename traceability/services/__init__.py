"""The deeds of traceability."""
