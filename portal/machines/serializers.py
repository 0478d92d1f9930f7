"""Keys as the API tells them; the key itself never."""

from typing import Any

from rest_framework import serializers

from portal.kernel.statuses import STATUSES
from portal.machines.models import Key

STANDINGS = [(name, words) for name, (_tone, words) in STATUSES["key"].items()]


class KeyOut(serializers.Serializer[Key]):
    """A key. `name`: the part of it that may be shown. `attested_by`: whose name the submissions
    that it makes bear; null where it submits nothing. `shown`: it is the one of this request."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    purpose = serializers.CharField()
    scope = serializers.ChoiceField(Key.Scope.choices)
    standing = serializers.ChoiceField(STANDINGS)
    made_by = serializers.CharField(source="user.full_name")
    made_at = serializers.DateTimeField()
    expires_on = serializers.DateField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    attested_by = serializers.CharField(source="attester.full_name", default=None, allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    shown = serializers.SerializerMethodField()

    def get_shown(self, key: Key) -> bool:
        """So that a system finds its own key, and sees when it ends."""
        auth: Any = self.context["request"].auth
        return auth is not None and key.pk == auth.pk
