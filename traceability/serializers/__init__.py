"""Traceability as the API tells it."""
