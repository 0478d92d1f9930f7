"""Filings and their records, and who may see them."""

from django.db import connection
from django.db.models import CharField, QuerySet
from django.db.models.expressions import RawSQL

from enterprises.models import Enterprise
from enterprises.queries import enterprises_visible_to
from portal.accounts.models import User
from portal.kernel.period import Month
from traceability.models import Filing, Record
from traceability.permissions import Perm

_SAID = """
select kind, date, lot_id, product_id, gross_kg, reo_percent, run, counterparty_id, document,
       country, assay, note
  from traceability_record where filing_id = %({filing})s"""
_ONE, _OTHER = _SAID.format(filing="one"), _SAID.format(filing="other")
_DIFFERENT = f"""
select exists ({_ONE} except all {_OTHER}) or exists ({_OTHER} except all {_ONE})
"""

_STATE = "traceability_filing.id || '-' || traceability_filing.xmin"
_HIGHEST = """
select greatest(
    (select max(line) from traceability_record where filing_id = %(filing)s),
    (select max(line) from traceability_unfinishedrow where filing_id = %(filing)s), 0)
"""


def filings_visible_to(user: User) -> QuerySet[Filing]:
    """The filings of the enterprises `user` may see; drafts only of the user's own enterprise."""
    filings = Filing.objects.select_related(
        "enterprise__organisation", "prepared_by", "attested_by"
    )
    held = user.role_held
    if Perm.VIEW_FILINGS in held.own:
        return filings.filter(enterprise__organisation_id=user.organisation_id)
    submitted = filings.exclude(status=Filing.Status.DRAFT)
    if Perm.VIEW_FILINGS in held.national:
        return submitted
    if Perm.VIEW_FILINGS in held.regional:
        seen = list(enterprises_visible_to(user).values_list("pk", flat=True))
        return submitted.filter(enterprise_id__in=seen)
    return filings.none()


def records_of(filing: Filing) -> QuerySet[Record]:
    """The records of one version, in line order, with what they name."""
    return filing.records.select_related(
        "lot__maker__organisation",
        "lot__product",
        "product",
        "counterparty__organisation",
    ).order_by("line")


def draft_of(enterprise_id: int, month: Month) -> Filing | None:
    """The draft of a month, if there is one."""
    return _drafts(enterprise_id, month).first()


def draft_id_of(enterprise_id: int, month: Month) -> int | None:
    """The same, told by its id alone."""
    return _drafts(enterprise_id, month).values_list("pk", flat=True).first()


def _drafts(enterprise_id: int, month: Month) -> QuerySet[Filing]:
    """The draft of a month, of which there is one at most."""
    drafts = Filing.objects.filter(
        enterprise_id=enterprise_id, month=month, status=Filing.Status.DRAFT
    )
    return drafts.order_by()


def in_force(enterprise_id: int, month: Month) -> Filing | None:
    """The version of a month that counts, if any was submitted."""
    return Filing.objects.filter(
        enterprise_id=enterprise_id, month=month, status=Filing.Status.SUBMITTED
    ).first()


def version_before(filing: Filing, visible: QuerySet[Filing]) -> Filing | None:
    """The version of a month that this one follows, if there is one that may be seen."""
    earlier = visible.filter(enterprise_id=filing.enterprise_id, month=filing.month)
    return earlier.filter(version=filing.version - 1).first()


def highest_line(filing: Filing) -> int:
    """The highest line of a draft, of its records and of rows that wait unfinished; else 0."""
    with connection.cursor() as cursor:
        cursor.execute(_HIGHEST, {"filing": filing.pk})
        (line,) = cursor.fetchone()
    return int(line)


def with_state(filings: QuerySet[Filing]) -> QuerySet[Filing]:
    """`filings`, each telling in `state` what `state_of` tells, as it was read."""
    state = RawSQL(_STATE, (), output_field=CharField())  # noqa: S611 - a constant
    return filings.annotate(state=state)


def state_of(filing: Filing) -> str:
    """A text that differs after every change of a filing or, while it is a draft, of its records.

    Every deed on a draft writes its row, so the row's version in the database tells.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"select {_STATE} from traceability_filing where id = %s", [filing.pk])
        (state,) = cursor.fetchone()
    return str(state)


def differs(filing: Filing, other: Filing) -> bool:
    """Whether two versions say anything different, whatever the order of their lines."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENT, {"one": filing.pk, "other": other.pk})
        return bool(cursor.fetchone()[0])


def closed_months(enterprise: Enterprise) -> set[Month]:
    """The months that take no record: submitted, and no amendment of them begun."""
    begun = Filing.objects.filter(enterprise=enterprise, status=Filing.Status.DRAFT)
    closed = Filing.objects.filter(enterprise=enterprise, status=Filing.Status.SUBMITTED)
    return set(closed.exclude(month__in=begun.values("month")).values_list("month", flat=True))
