"""Organisations, regions, users and their roles."""
