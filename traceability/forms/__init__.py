"""The forms of traceability."""
