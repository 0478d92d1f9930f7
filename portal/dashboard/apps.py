"""The dashboard as a Django app."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """Pages that read across the apps, and the demonstration."""

    name = "portal.dashboard"
    label = "dashboard"
