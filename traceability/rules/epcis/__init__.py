"""Interchange by GS1 EPCIS 2.0: records as events, events as records, and what is asked of them."""
