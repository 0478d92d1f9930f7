"""Entering sites."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from enterprises import rules
from enterprises.models import Enterprise, Site
from portal.accounts.models import Region, User
from portal.kernel import audit


@transaction.atomic
def add_site(
    *,
    enterprise: Enterprise,
    name_en: str,
    name_zh: str,
    region: Region,
    activity: str,
    by: User,
    at: datetime,
) -> Site:
    """Put a mine or plant of `enterprise` on record.

    Raises SiteOnRecord when it has one of this Chinese name.
    """
    Enterprise.objects.select_for_update(of=("self",), no_key=True).get(pk=enterprise.pk)
    if enterprise.sites.filter(name_zh=name_zh).exists():
        raise rules.SiteOnRecord(
            _("The enterprise already has a site named %(name)s."),
            field="name_zh",
            name=name_zh,
        )
    site = Site.objects.create(
        enterprise=enterprise,
        name_en=name_en,
        name_zh=name_zh,
        region=region,
        activity=activity,
    )
    audit.record(
        "site.added",
        enterprise,
        by=by,
        at=at,
        site=site.pk,
        name_zh=name_zh,
        name_en=name_en,
        region=region.pk,
        activity=activity,
    )
    return site
