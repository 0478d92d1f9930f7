"""The months of an enterprise: what is due when, what was filed, what is missing."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import BooleanField, Count, Min, QuerySet, Sum
from django.db.models.expressions import RawSQL

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.kernel.period import Month, deadline_of, end_of
from portal.kernel.sql import among
from traceability.models import CapUse, DeadlineExtension, Filing, Kind, Tolerance
from traceability.queries.extensions import extensions_of

Status = Filing.Status
_FIRST_FILED_LATE = """
(select first.submitted_at >= (greatest(
            (first.month + interval '1 month')::date
            + (select t.value::int from traceability_tolerance t
                where t.name = 'filing_deadline_day'
                  and t.valid_from <= (first.month + interval '1 month')::date
                order by t.valid_from desc limit 1),
            (select max(x.last_day) + 1 from traceability_deadlineextension x
              where x.enterprise_id = first.enterprise_id and x.month = first.month)
        ))::timestamp at time zone 'Asia/Shanghai'
   from traceability_filing first
  where first.enterprise_id = traceability_filing.enterprise_id
    and first.month = traceability_filing.month and first.version = 1
    and first.submitted_at is not null)
"""


@dataclass(frozen=True, slots=True)
class MonthShown:
    """One month of an enterprise as it stands on a day."""

    month: Month
    deadline: date
    in_force: Filing | None
    draft: Filing | None
    first_submitted_at: datetime | None
    today: date
    extension: DeadlineExtension | None = None

    @property
    def is_late(self) -> bool:
        """Whether the first version came after the deadline."""
        first = self.first_submitted_at
        return first is not None and first >= end_of(self.deadline)

    @property
    def days_left(self) -> int:
        """Days until the deadline, 0 on it, negative after."""
        return (self.deadline - self.today).days

    @property
    def status(self) -> str:
        """submitted, late, missing, draft or due."""
        if self.in_force:
            return "late" if self.is_late else "submitted"
        if self.days_left < 0:
            return "missing"
        return "draft" if self.draft else "due"

    @property
    def is_over(self) -> bool:
        """Whether the month has ended, so that it can be submitted."""
        return self.today > self.month.last_day


def deadlines(months: Iterable[Month]) -> dict[Month, date]:
    """The last day to file each month, by the deadline that holds when it comes."""
    held = list(
        Tolerance.objects.filter(name=Tolerance.Name.FILING_DEADLINE_DAY)
        .order_by("-valid_from")
        .values_list("valid_from", "value")
    )
    return {
        month: deadline_of(
            month, day=int(next(value for since, value in held if since <= (month + 1).first_day))
        )
        for month in months
    }


def deadlines_of(enterprises: Collection[int], month: Month) -> dict[int, date]:
    """The last day of each of these enterprises to file a month, extensions counted."""
    due, extended = deadlines([month])[month], extensions_of(enterprises, [month])
    return {each: _later(due, extended.get((each, month))) for each in enterprises}


def _later(due: date, extension: DeadlineExtension | None) -> date:
    return max(due, extension.last_day) if extension else due


def months_of(
    enterprise: Enterprise, months: Iterable[Month], *, today: date, drafts: bool
) -> list[MonthShown]:
    """These months of an enterprise; its drafts only where `drafts` says that they may be seen."""
    wanted = list(months)
    due = deadlines(wanted)
    extended = extensions_of([enterprise.pk], wanted)
    in_force: dict[Month, Filing] = {}
    draft: dict[Month, Filing] = {}
    first: dict[Month, datetime | None] = {}
    for filing in Filing.objects.filter(enterprise=enterprise, month__in=wanted):
        if filing.status == Status.DRAFT:
            draft |= {filing.month: filing} if drafts else {}
        elif filing.status == Status.SUBMITTED:
            in_force[filing.month] = filing
        if filing.version == 1:
            first[filing.month] = filing.submitted_at
    granted = {month: extended.get((enterprise.pk, month)) for month in wanted}
    return [
        MonthShown(
            m,
            _later(due[m], granted[m]),
            in_force.get(m),
            draft.get(m),
            first.get(m),
            today,
            granted[m],
        )
        for m in wanted
    ]


def months_of_each(
    enterprises: Sequence[Enterprise], months: Iterable[Month], *, today: date
) -> Iterator[tuple[Enterprise, MonthShown]]:
    """These months of several enterprises, of each those that it must file; without drafts."""
    wanted = list(months)
    due = deadlines(wanted)
    sent = Filing.objects.exclude(status=Status.DRAFT)
    everybody = sent.aggregate(first=Min("month"))["first"]
    ids = among([each.pk for each in enterprises])
    extended = extensions_of([each.pk for each in enterprises], wanted)
    own = dict(
        sent.filter(enterprise_id__in=ids)
        .order_by()
        .values_list("enterprise_id")
        .annotate(Min("month"))
    )
    in_force: dict[tuple[int, Month], Filing] = {}
    first: dict[tuple[int, Month], datetime | None] = {}
    for filing in sent.filter(enterprise_id__in=ids, month__in=wanted):
        key = (filing.enterprise_id, filing.month)
        if filing.status == Status.SUBMITTED:
            in_force[key] = filing
        if filing.version == 1:
            first[key] = filing.submitted_at
    for enterprise in enterprises:
        begun = enterprise.files_from or own.get(enterprise.pk, everybody)
        last = Month.of(enterprise.merged_on) if enterprise.merged_on else wanted[-1]
        if not enterprise.files or begun is None:
            continue
        for month in wanted:
            if begun <= month <= last:
                key = (enterprise.pk, month)
                granted = extended.get(key)
                due_on = _later(due[month], granted)
                yield (
                    enterprise,
                    MonthShown(
                        month, due_on, in_force.get(key), None, first.get(key), today, granted
                    ),
                )


def month_of(enterprise: Enterprise, month: Month, *, today: date) -> MonthShown:
    """One month of an enterprise, for its own people."""
    return months_of(enterprise, [month], today=today, drafts=True)[0]


def last_months(
    enterprise: Enterprise, *, today: date, count: int, drafts: bool
) -> list[MonthShown]:
    """The months to file up to the one that ended last, the latest first; none before its first."""
    begun = first_month(enterprise)
    last = Month.of(today) - 1
    if enterprise.merged_on:
        last = min(last, Month.of(enterprise.merged_on))
    if not enterprise.files or begun is None:
        return []
    months = [last - back for back in range(count) if last - back >= begun]
    return months_of(enterprise, months, today=today, drafts=drafts)


def first_month(enterprise: Enterprise) -> Month | None:
    """The first month it must file: as the directory says, else its first filed, else anybody's."""
    if enterprise.files_from:
        return enterprise.files_from
    filed = Filing.objects.exclude(status=Status.DRAFT).order_by()
    own = filed.filter(enterprise=enterprise).aggregate(first=Min("month"))["first"]
    return own or filed.aggregate(first=Min("month"))["first"]


def with_lateness(filings: QuerySet[Filing]) -> QuerySet[Filing]:
    """`filings`, each telling in `late` whether its month was first filed after the deadline."""
    late = RawSQL(_FIRST_FILED_LATE, (), output_field=BooleanField())  # noqa: S611 - a constant
    return filings.annotate(late=late)


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many records of a kind a version holds, and what they weigh as they were weighed."""

    kind: Kind
    count: int
    gross_kg: Decimal


def counts_by_kind(filing: Filing) -> list[KindCount]:
    """What a version holds, kind by kind, in the order of the kinds."""
    rows = filing.records.order_by().values_list("kind").annotate(Count("id"), Sum("gross_kg"))
    found = {kind: (count, kg) for kind, count, kg in rows}
    return [KindCount(kind, *found[kind]) for kind in Kind if kind in found]


def counted_in(filing: Filing) -> QuerySet[CapUse]:
    """What the month counts against caps, by the version that is in force."""
    return CapUse.objects.filter(enterprise_id=filing.enterprise_id, month=filing.month).order_by(
        "category"
    )


def versions_of(filing: Filing, visible: QuerySet[Filing]) -> QuerySet[Filing]:
    """All versions of the month that may be seen, the latest first."""
    return visible.filter(enterprise_id=filing.enterprise_id, month=filing.month).order_by(
        "-version"
    )


def attesters_of(enterprise: Enterprise, *, besides: User | None = None) -> list[User]:
    """Who may attest for an enterprise, but for one who prepared the draft."""
    people = User.objects.filter(
        organisation_id=enterprise.organisation_id, role=Role.ATTESTER, is_active=True
    ).order_by("full_name")
    return list(people.exclude(pk=besides.pk) if besides else people)
