"""What each check says of an enterprise and month, found or not, with its figure and its bound."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allocations.models import Category
from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel.period import Month
from portal.kernel.templatetags.portal import named
from traceability.models import Finding, Lot, Reconciliation, Tolerance
from traceability.queries.checks import Measured, Scope, measure_checks
from traceability.queries.findings import findings_visible_to
from traceability.queries.reconciliations import latest_run
from traceability.queries.tolerances import Valued, tolerances_on
from traceability.rules.checks import CHECKS, Check
from traceability.rules.checks.measures import (
    MEASURES,
    NOTHING,
    OF_THE_COUNTRY,
    REASONS,
    Measure,
    Sense,
    Unit,
)

MOST_ROWS = 5
MOST_ON_RECORD = 10
_NOT = {
    Sense.ABOVE: gettext_lazy("not above"),
    Sense.FROM: gettext_lazy("not reached"),
    Sense.BELOW: gettext_lazy("not below"),
}
_PRINTED = {
    Unit.KG: gettext_lazy("%(figure)s kg"),
    Unit.KG_REO: gettext_lazy("%(figure)s kg REO"),
    Unit.PERCENT: gettext_lazy("%(figure)s %%"),
    Unit.DAYS: gettext_lazy("%(figure)s days"),
    Unit.COUNT: "%(figure)s",
}


@dataclass(frozen=True, slots=True)
class Looked:
    """One thing that was looked at: of what, its figure, bound and margin, and what follows."""

    what: str
    subject: str
    figure: str
    bound: str
    margin: str
    verdict: str
    beyond: bool


@dataclass(frozen=True, slots=True)
class HeldBy:
    """A tolerance that a check judges by: the row in force."""

    name: str
    label: str
    value: Valued
    since: date


@dataclass(frozen=True, slots=True)
class CheckTold:
    """What one check says of the month: `verdict` is found, within, unjudged or nothing."""

    code: str
    title: str
    verdict: str
    words: str
    rows: list[Looked]
    more: int
    tolerances: list[HeldBy]
    on_record: list[Finding]
    of_the_country: str


def verdicts_of(
    enterprise: Enterprise, month: Month, *, as_of: date, user: User, subject: str = ""
) -> list[CheckTold]:
    """Every check in order. `subject` narrows to a lot, run or document number.

    Needs a transaction: the statements of the checks work in temporary tables.
    """
    tolerances = tolerances_on(as_of)
    measured = measure_checks(Scope(month.year, as_of, tolerances, enterprise.pk))
    shown = [each for each in measured if _of_month(each, month)]
    names = _Names(shown)
    if subject:
        shown = [each for each in shown if names.is_about(each, subject)]
    held = _held(Tolerance.objects.filter(valid_from__lte=as_of).order_by("valid_from"))
    on_record = list(
        findings_visible_to(user).filter(enterprise=enterprise, year=month.year, month=month)
    )
    run = latest_run(month.year)
    return [
        _told(
            check,
            month,
            [each for each in shown if each.code == check.code],
            names,
            tolerances=[held[name] for name in check.tolerances if name in held],
            on_record=[each for each in on_record if each.code == check.code],
            run=run,
        )
        for check in CHECKS
    ]


def _of_month(each: Measured, month: Month) -> bool:
    """The month's own, and what looks at the whole year."""
    return MEASURES[each.code, each.part].yearly or each.month == month.first_day


def _held(rows: Iterable[Tolerance]) -> dict[str, HeldBy]:
    """The last row of each name, by name; the rows come in the order of their days."""
    return {
        row.name: HeldBy(
            row.name,
            str(Tolerance.Name(row.name).label),
            Valued(row.name, row.value),
            row.valid_from,
        )
        for row in rows
    }


def _told(
    check: Check,
    month: Month,
    measured: Sequence[Measured],
    names: "_Names",
    *,
    tolerances: list[HeldBy],
    on_record: list[Finding],
    run: Reconciliation | None,
) -> CheckTold:
    nearest = sorted(measured, key=lambda each: _nearness(each, month))
    rows = [_looked(each, month, names) for each in nearest[:MOST_ROWS]]
    verdict = _verdict(measured, month)
    return CheckTold(
        code=check.code,
        title=check.heading,
        verdict=verdict,
        words=_words(verdict, check.code, rows),
        rows=rows,
        more=len(measured) - len(rows),
        tolerances=tolerances,
        on_record=on_record[:MOST_ON_RECORD],
        of_the_country=_country(check.code, on_record, run),
    )


def _verdict(measured: Sequence[Measured], month: Month) -> str:
    if any(each.beyond and each.month == month.first_day for each in measured):
        return "found"
    if any(each.unjudged is None for each in measured):
        return "within"
    return "unjudged" if measured else "nothing"


def _words(verdict: str, code: str, rows: Sequence[Looked]) -> str:
    """The verdict in a sentence: that of the nearest thing, or why there is nothing."""
    if verdict == "nothing":
        return capfirst(str(NOTHING[code]))
    first = rows[0]
    what = capfirst(first.what) + (f" ({first.subject})" if first.subject else "")
    if not first.figure or not first.bound:
        return _("%(what)s: %(verdict)s") % {"what": what, "verdict": first.verdict}
    return _("%(what)s: %(figure)s, bound %(bound)s; %(verdict)s") % {
        "what": what,
        "figure": first.figure,
        "bound": first.bound,
        "verdict": first.verdict,
    }


def _country(code: str, on_record: Sequence[Finding], run: Reconciliation | None) -> str:
    """What of the check only a run over the country sees, and what the last one saw."""
    if code not in OF_THE_COUNTRY:
        return ""
    if run is None:
        return _("Compared only in a run over the country, and there was none: %(what)s.") % {
            "what": OF_THE_COUNTRY[code]
        }
    seen = any(each.key.startswith("country:") and not each.cleared_on for each in on_record)
    words = (
        _("Compared only in a run over the country (%(what)s): that of %(day)s found it.")
        if seen
        else _("Compared only in a run over the country (%(what)s): that of %(day)s found nothing.")
    )
    return words % {"what": OF_THE_COUNTRY[code], "day": run.as_of.isoformat()}


def _nearness(each: Measured, month: Month) -> tuple[int, Decimal]:
    """What is found first, then what is nearest to its bound, then what was not judged."""
    if each.beyond:
        return (0 if each.month == month.first_day else 1, Decimal(0))
    if each.unjudged is not None or each.figure is None or each.bound is None:
        return (3, Decimal(0))
    margin = MEASURES[each.code, each.part].margin(each.figure, each.bound)
    return (2, margin / each.bound if each.bound else margin)


def _looked(each: Measured, month: Month, names: "_Names") -> Looked:
    measure = MEASURES[each.code, each.part]
    margin = None
    if each.unjudged is None and each.figure is not None and each.bound is not None:
        margin = measure.margin(each.figure, each.bound)
    return Looked(
        what=str(measure.what),
        subject=names.of(each),
        figure=_printed(each.figure, measure),
        bound=_printed(each.bound, measure),
        margin=_printed(margin, measure),
        verdict=_row_verdict(each, measure, month),
        beyond=each.beyond,
    )


def _row_verdict(each: Measured, measure: Measure, month: Month) -> str:
    if each.unjudged is not None:
        return _("not judged: %(reason)s") % {"reason": REASONS[each.unjudged]}
    if not each.beyond:
        return str(_NOT[measure.sense])
    if each.month == month.first_day or each.month is None:
        return _("beyond the bound")
    return _("beyond the bound, found for %(month)s") % {"month": f"{each.month:%Y-%m}"}


def _printed(figure: Decimal | None, measure: Measure) -> str:
    if figure is None:
        return ""
    places = {Unit.PERCENT: 2, Unit.DAYS: 0, Unit.COUNT: 0}.get(measure.unit, 3)
    return str(_PRINTED[measure.unit]) % {"figure": f"{figure:,.{places}f}"}


class _Names:
    """The lots and partners of what was measured, looked up once."""

    def __init__(self, measured: Sequence[Measured]) -> None:
        lots = {each.lot_id for each in measured if each.lot_id}
        partners = {each.counterparty_id for each in measured if each.counterparty_id}
        self._lots = dict(Lot.objects.filter(pk__in=lots).values_list("pk", "number"))
        self._partners = Enterprise.objects.select_related("organisation").in_bulk(partners)

    def of(self, each: Measured) -> str:
        """The subject in a few words."""
        partner = self._partners.get(each.counterparty_id or 0)
        note = Category(each.note).label if each.note in Category.values else each.note
        parts = (*self._numbers(each), str(note), named(partner) if partner else "")
        return " · ".join(part for part in parts if part)

    def is_about(self, each: Measured, subject: str) -> bool:
        """Whether a lot, run or document of that number is meant."""
        wanted = subject.strip().casefold()
        return any(wanted == number.casefold() for number in self._numbers(each))

    def _numbers(self, each: Measured) -> tuple[str, ...]:
        return (self._lots.get(each.lot_id or 0, ""), each.run, each.document)
