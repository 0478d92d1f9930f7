"""Shipments between enterprises: the pages that show them, and the answers to them."""
