"""The kernel as a Django app: the audit trail, the demonstration day, template tags."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """What every app may import; imports no app."""

    name = "portal.kernel"
    label = "kernel"
