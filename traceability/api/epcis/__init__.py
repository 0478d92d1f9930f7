"""The REST interface of EPCIS 2.0: capture and query."""
