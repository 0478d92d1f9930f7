"""Migrations, each with one purpose."""
