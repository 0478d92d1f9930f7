"""Lots and their traces, where mass ends, flows over a period."""
