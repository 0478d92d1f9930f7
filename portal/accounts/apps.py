"""Accounts as a Django app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Organisations, regions, users and their roles."""

    name = "portal.accounts"
    label = "accounts"
