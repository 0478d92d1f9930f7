"""The app of keys."""

from django.apps import AppConfig


class MachinesConfig(AppConfig):
    """Keys of machines, and the answers to their writes."""

    name = "portal.machines"
    label = "machines"
