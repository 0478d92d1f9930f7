"""Traceability as a Django app."""

from django.apps import AppConfig


class TraceabilityConfig(AppConfig):
    """Products, lots, filings, records, intake, reconciliation, findings, tracing."""

    name = "traceability"
