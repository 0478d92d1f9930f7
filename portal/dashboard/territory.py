"""All that an authority sees, as the sheets of one workbook."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from allocations.models import Category, Copy
from allocations.queries import copies_visible_to, copy_queries_visible_to, with_standing
from enterprises.models import Enterprise
from enterprises.queries import enterprises_visible_to, with_designated
from enterprises.tables import activity_names
from portal.accounts.models import User
from portal.dashboard.queries import OPEN, enterprise_caps
from portal.kernel.exports import Sheet
from portal.kernel.period import Month, civil_day, year_months
from portal.kernel.quantity import to_tonnes
from portal.kernel.statuses import STATUSES
from portal.kernel.tables import CHUNK
from portal.kernel.templatetags.portal import named
from traceability.queries.findings import findings_visible_to, message_of
from traceability.queries.months import months_of_each

Rows = Iterator[Sequence[Any]]


def sheets(user: User, year: int, *, at: datetime) -> list[Sheet]:
    """What `user` sees of `year`: enterprises, caps and use, filings, copies, queries, findings."""
    today = civil_day(at)
    enterprises = list(
        with_designated(enterprises_visible_to(user), day=today)
        .select_related("parent__organisation")
        .order_by("region_id", "pk")
    )
    copies = (
        with_standing(copies_visible_to(user), today=today)
        .filter(decision__year=year)
        .order_by("decision__number", "recipient__region_id", "pk")
    )
    return [
        _about(user, year, at),
        _enterprises(enterprises),
        _caps(enterprises, year),
        _filings(enterprises, year, at),
        _copies(copies),
        _lines(copies),
        _queries(user, year),
        _findings(user, year),
    ]


def _about(user: User, year: int, at: datetime) -> Sheet:
    rows = [
        (_("Authority"), named(user.organisation)),
        (_("Region"), named(user.organisation.region)),
        (_("Year"), year),
        (_("Made at"), at),
        (_("Made by"), f"{user.full_name} ({user.username})"),
        (_("Masses"), _("t REO")),
    ]
    return Sheet(_("About this file"), (_("Subject"), _("Value")), rows)


def _enterprises(enterprises: Sequence[Enterprise]) -> Sheet:
    header = (
        *(_("Chinese name"), _("English name"), _("Unified social credit code")),
        *(_("Region code"), _("Region"), _("Rare earth group"), _("Activities")),
        _("Designation"),
    )
    rows = (
        (
            *(each.name_zh, each.name_en, each.uscc, each.region_id, named(each.region)),
            named(each.parent) if each.parent else "",
            activity_names(each.activities),
            _("in force") if each.designated else "",  # type: ignore[attr-defined]
        )
        for each in enterprises
    )
    return Sheet(_("Enterprises"), header, rows)


def _caps(enterprises: Sequence[Enterprise], year: int) -> Sheet:
    header = (
        *(_("Enterprise"), _("Unified social credit code"), _("Category")),
        *(_("Cap, t REO"), _("Used, t REO"), _("Left, t REO"), _("Used, percent")),
    )
    codes = {each.pk: each.uscc for each in enterprises}
    rows = (
        (
            named(row),
            codes[row.enterprise_id],
            row.category.label,
            to_tonnes(row.cap_kg),
            to_tonnes(row.used_kg),
            to_tonnes(row.cap_kg - row.used_kg),
            None if row.used_share is None else round(row.used_share * 100, 1),
        )
        for row in enterprise_caps(year, list(codes))
    )
    return Sheet(_("Caps and use"), header, rows)


def _filings(enterprises: Sequence[Enterprise], year: int, at: datetime) -> Sheet:
    header = (
        *(_("Enterprise"), _("Unified social credit code"), _("Month"), _("Deadline")),
        *(_("Status"), _("First submitted at"), _("Version in force")),
    )
    today = civil_day(at)
    months = [month for month in year_months(year) if month < Month.of(today)]
    rows = (
        (
            *(named(enterprise), enterprise.uscc, shown.month, shown.deadline),
            STATUSES["filing"][shown.status][1],
            shown.first_submitted_at,
            shown.in_force.version if shown.in_force else None,
        )
        for enterprise, shown in months_of_each(enterprises, months, today=today)
    )
    return Sheet(_("Filing status"), header, rows if months else ())


def _copies(copies: QuerySet[Copy]) -> Sheet:
    header = (
        *(_("Copy of decision"), _("Notice number"), _("Recipient"), _("Status"), _("Sent at")),
        *(_("To be acknowledged by"), _("Acknowledged at"), _("Acknowledged by"), _("Digest")),
    )
    rows = (
        (
            *(copy.decision.title, copy.decision.document_no, named(copy.recipient)),
            STATUSES["copy"][copy.standing][1],  # type: ignore[attr-defined]
            *(copy.sent_at, copy.due_on, copy.acknowledged_at, copy.acknowledged_by, copy.digest),
        )
        for copy in copies.defer("content").iterator(CHUNK)
    )
    return Sheet(_("Copies"), header, rows)


def _lines(copies: QuerySet[Copy]) -> Sheet:
    header = (
        *(_("Copy of decision"), _("Recipient"), _("Enterprise"), _("Unified social credit code")),
        *(_("Category"), _("t REO"), _("Reason")),
    )
    return Sheet(_("Lines of copies"), header, _line_rows(copies))


def _line_rows(copies: QuerySet[Copy]) -> Rows:
    for copy in copies.iterator(100):
        for line in copy.content["lines"]:
            yield (
                *(
                    copy.decision.title,
                    named(copy.recipient),
                    named(SimpleNamespace(**line)),
                    line["uscc"],
                ),
                Category(line["category"]).label,
                to_tonnes(Decimal(line["kg"])),
                line["reason"],
            )


def _queries(user: User, year: int) -> Sheet:
    header = (
        *(_("Copy of decision"), _("Authority"), _("Asked at"), _("Query")),
        *(_("Answered at"), _("Answer")),
    )
    asked = copy_queries_visible_to(user).filter(copy__decision__year=year)
    rows = (
        (
            *(query.copy.decision.title, named(query.copy.recipient), query.asked_at, query.text),
            *(query.answered_at, query.answer),
        )
        for query in asked.iterator(CHUNK)
    )
    return Sheet(_("Queries about copies"), header, rows)


def _findings(user: User, year: int) -> Sheet:
    header = (
        *(_("Enterprise"), _("Unified social credit code"), _("Month"), _("Severity")),
        *(_("Finding"), _("Status"), _("First seen"), _("Message")),
    )
    found = findings_visible_to(user).filter(year=year, status__in=OPEN).order_by("-id")
    rows = (
        (
            *(named(finding.enterprise), finding.enterprise.uscc, finding.month),
            STATUSES["severity"][finding.severity][1],
            *(finding.title, STATUSES["finding"][finding.status][1], finding.first_seen),
            message_of(finding),
        )
        for finding in found.iterator(CHUNK)
    )
    return Sheet(_("Open findings"), header, rows)
