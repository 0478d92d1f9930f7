"""The directory as a Django app."""

from django.apps import AppConfig


class EnterprisesConfig(AppConfig):
    """Groups, enterprises, sites, designations."""

    name = "enterprises"
