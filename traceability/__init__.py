"""Products, lots, filings, records, intake, reconciliation, findings, tracing."""
