"""The permissions of keys."""

from enum import StrEnum


class Perm(StrEnum):
    """What an account may be allowed to do with its enterprise's keys."""

    VIEW_KEYS = "machines.view_keys"
    CREATE_KEY = "machines.create_key"
    ALLOW_ATTESTATION = "machines.allow_attestation"
