"""Spreadsheets: the template that is filled in, reading what comes back."""
