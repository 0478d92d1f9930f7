"""Records as facts for events of EPCIS."""

from collections.abc import Iterable
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from portal.accounts.models import User
from portal.kernel.sql import among, one_of
from traceability.models import CapturedEvent, Filing, Record
from traceability.queries.filings import filings_visible_to
from traceability.rules.epcis.events import Recorded

# A document of events holds so many records.
MOST_RECORDS = 20_000


def recorded_in(filing: Filing) -> list[Recorded]:
    """The records of one submitted version."""
    return recorded(Record.objects.filter(filing=filing), most=MOST_RECORDS)


def recorded_of_lots(lots: Iterable[int], user: User) -> list[Recorded]:
    """The records in force of these lots that `user` may see, the latest filings' first."""
    visible = filings_visible_to(user).filter(status=Filing.Status.SUBMITTED)
    records = Record.objects.filter(
        one_of("lot", list(lots)), filing__in=visible.order_by().values("pk")
    )
    return recorded(records, most=MOST_RECORDS)


def recorded(records: QuerySet[Record], *, most: int | None = None) -> list[Recorded]:
    """These records, the latest filings' first, with the ids of the events they were sent as."""
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
            code=_text("product__code"),
            lot_code=_text("lot__product__code"),
            partner=_text("counterparty__uscc"),
        )
        .values_list(
            *("filing_id", "line", "kind", "date", "filer", "lot__number", "maker", "code"),
            *("gross_kg", "reo_percent", "run", "partner", "document", "country", "assay", "note"),
            *("lot_code", "lot__reo_percent", "filing__submitted_at", "replaced_at"),
        )
    )
    found: list[Any] = list(rows[:most])
    captured = _captured({row[0] for row in found}, {row[1] for row in found})
    return [Recorded(*[*row, *captured.get((row[0], row[1]), ("", 0))]) for row in found]


def _captured(filings: set[int], lines: set[int]) -> dict[tuple[int, int], tuple[str, int]]:
    """The id of the event behind each line of these filings, and how many lines it has.

    Of events whose first line is among `lines`: another one is not told whole, nor by its id.
    """
    events = CapturedEvent.objects.filter(
        filing__in=among(filings), lines__0__in=among(lines), changed=False
    )
    return {
        (filing_id, line): (event_id, len(of_event))
        for filing_id, event_id, of_event in events.values_list("filing_id", "event_id", "lines")
        for line in of_event
    }


def _text(field: str) -> Coalesce:
    return Coalesce(field, Value(""))
