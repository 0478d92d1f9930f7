"""The pages of traceability."""
