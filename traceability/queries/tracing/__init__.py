"""Traces of lots, where mass ends, and flows over a period."""
