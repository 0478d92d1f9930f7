"""Traceability in the API."""
