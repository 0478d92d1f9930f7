"""Records as facts for events of EPCIS."""

from collections.abc import Iterable

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from portal.accounts.models import User
from portal.kernel.sql import among
from traceability.models import Filing, Record
from traceability.queries.filings import filings_visible_to
from traceability.rules.epcis import Recorded

# A document of events holds so many records.
MOST_RECORDS = 20_000


def recorded_in(filing: Filing) -> list[Recorded]:
    """The records of one submitted version."""
    return _recorded(Record.objects.filter(filing=filing))


def recorded_of_lots(lots: Iterable[int], user: User) -> list[Recorded]:
    """The records in force of these lots that `user` may see, the latest filings' first."""
    visible = filings_visible_to(user).filter(status=Filing.Status.SUBMITTED)
    records = Record.objects.filter(
        lot__in=among(list(lots)), filing__in=visible.order_by().values("pk")
    )
    return _recorded(records)


def _recorded(records: QuerySet[Record]) -> list[Recorded]:
    later = Filing.objects.filter(
        enterprise=OuterRef("filing__enterprise"),
        month=OuterRef("filing__month"),
        version__gt=OuterRef("filing__version"),
        submitted_at__isnull=False,
    ).order_by("version")
    rows = (
        records.order_by("-filing", "line")
        .annotate(
            replaced_at=Subquery(later.values("submitted_at")[:1]),
            filer=_text("filing__enterprise__uscc"),
            maker=_text("lot__maker__uscc"),
            code=_text("lot__product__code"),
            partner=_text("counterparty__uscc"),
        )
        .values_list(
            *("filing_id", "line", "kind", "date", "filer", "lot__number", "maker", "code"),
            *("gross_kg", "lot__reo_percent", "run", "partner", "document", "country"),
            *("filing__submitted_at", "replaced_at"),
        )
    )
    return [Recorded(*row) for row in rows[:MOST_RECORDS]]


def _text(field: str) -> Coalesce:
    return Coalesce(field, Value(""))
