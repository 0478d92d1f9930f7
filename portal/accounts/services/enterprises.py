"""The organisations of enterprises: parts of the directory's deeds, whose events tell of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from django.contrib.auth.models import Group

from portal.accounts.models import Organisation, Region
from portal.accounts.roles import OrganisationKind

_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class OrganisationNames:
    """What an enterprise's organisation is called, and where it sits."""

    name_en: str
    name_zh: str
    region: Region


def enter_organisations(entries: Sequence[OrganisationNames]) -> list[Organisation]:
    """Write the organisations of new enterprises, each with the group its people's grants hang on.

    The same order comes back. Call it in the transaction of the deed that enters the enterprises.
    """
    groups = Group.objects.bulk_create(
        (Group(name=f"organisation {uuid4()}") for _ in entries), batch_size=_CHUNK
    )
    return Organisation.objects.bulk_create(
        (
            Organisation(
                kind=OrganisationKind.ENTERPRISE,
                name_en=entry.name_en,
                name_zh=entry.name_zh,
                region=entry.region,
                group=group,
            )
            for entry, group in zip(entries, groups, strict=True)
        ),
        batch_size=_CHUNK,
    )


def rename_organisation(organisation: Organisation, names: OrganisationNames) -> None:
    """Give an organisation these names, in the transaction of its enterprise's deed."""
    organisation.name_en = names.name_en
    organisation.name_zh = names.name_zh
    organisation.region = names.region
    organisation.save(update_fields=["name_en", "name_zh", "region"])
