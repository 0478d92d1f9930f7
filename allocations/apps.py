"""Allocations as a Django app."""

from django.apps import AppConfig


class AllocationsConfig(AppConfig):
    """Decisions, ceilings, allocations, sign-offs, copies."""

    name = "allocations"
