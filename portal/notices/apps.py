"""The app of notices."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Notices to people, and how each of them wants to have which."""

    name = "portal.notices"
    label = "notices"
