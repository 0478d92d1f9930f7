"""Copies, and who may see them."""

import hashlib
import json
from typing import Any

from django.db.models import Case, Q, QuerySet, Value, When

from allocations.models import Copy
from allocations.permissions import Perm
from portal.accounts.models import User


def copies_visible_to(user: User) -> QuerySet[Copy]:
    """All of them for ministries and auditors; an authority's own and those passed down below it.

    Each with its `state`: waiting or acknowledged.
    """
    copies = Copy.objects.select_related("decision", "recipient__region", "acknowledged_by")
    copies = copies.annotate(
        state=Case(When(acknowledged_at=None, then=Value("waiting")), default=Value("acknowledged"))
    )
    if user.role_held.national & {Perm.VIEW_COPIES}:
        return copies
    if Perm.VIEW_COPIES in user.role_held.regional and user.organisation.region:
        return copies.filter(
            Q(recipient_id=user.organisation_id)
            | Q(
                recipient__department=user.organisation.department,
                recipient__region__code__startswith=user.organisation.region.prefix,
            )
        )
    return copies.none()


def copy_digest(content: dict[str, Any]) -> str:
    """SHA-256 over the content of a copy, written with sorted keys and no spaces."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
