"""The lists of traceability."""
