"""How the months of a dossier were filed and amended."""

from collections.abc import Sequence

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from portal.kernel.templatetags import portal as shown
from traceability.queries.dossier.filings import Amendment, Amendments, KindChange, MonthFiled
from traceability.tables.dossier.sheets import Cell, Section, number, sheet


def filings_section(months: Sequence[MonthFiled]) -> Section:
    """Each month: due, filed, days late, extension, returns."""
    late = sum(each.shown.status == "late" for each in months)
    missing = sum(each.shown.status == "missing" for each in months)
    header = [
        _("Month"),
        _("Due"),
        _("First filed"),
        number(_("Days late")),
        _("Status"),
        _("Deadline extended, and why"),
        number(_("Returned")),
    ]
    rows = [
        (
            _month_cell(each),
            shown.day(each.shown.deadline),
            shown.day(each.filed_on),
            shown.number(each.days_late),
            str(shown.status_label(each.shown.status, "filing")),
            each.extension.reason if each.extension else "—",
            shown.number(each.returned),
        )
        for each in months
    ]
    return Section(
        "filings",
        _("Filings on time"),
        none=_("Nothing was due."),
        texts=[
            _("%(months)d months: %(late)d late, %(missing)d missing.")
            % {"months": len(months), "late": late, "missing": missing}
        ]
        if rows
        else [],
        sheets=[sheet(_("Months"), header, rows)] if rows else [],
    )


def _month_cell(each: MonthFiled) -> Cell:
    filing = each.shown.in_force
    return Cell(shown.month(each.shown.month), filing.get_absolute_url() if filing else "")


def amendments_section(found: Amendments) -> Section:
    """What was amended and why, and what it did to the cap."""
    header = [
        _("Month and version"),
        _("Submitted"),
        _("Reason"),
        _("What changed"),
        _("Counted production of the month, t REO"),
    ]
    rows = [
        (
            Cell(
                f"{shown.month(each.filing.month)} v{each.filing.version}",
                each.filing.get_absolute_url(),
            ),
            shown.moment(each.filing.submitted_at),
            _reason(each),
            "; ".join(_change(change) for change in each.changes) or _("no record"),
            "; ".join(
                f"{category.short_label} {'+' if kg > 0 else '−'}{shown.tonnes(abs(kg))}"
                for category, kg in each.effects
            )
            or _("unchanged"),
        )
        for each in found.shown
    ]
    left_out = found.count - len(found.shown)
    return Section(
        "amendments",
        _("Amendments"),
        none=_("No month was amended."),
        texts=[
            _("%(count)d amendments; the latest %(shown)d are told.")
            % {"count": found.count, "shown": len(found.shown)}
        ]
        if left_out
        else [],
        sheets=[sheet(_("Amended versions"), header, rows)] if rows else [],
    )


def _reason(each: Amendment) -> str:
    kind = str(each.filing.get_reason_kind_display()) if each.filing.reason_kind else ""
    return ": ".join(word for word in (kind, each.filing.reason) if word) or "—"


def _change(change: KindChange) -> str:
    """`sale: 3 → 4 records, 1.000 → 1.200 t`."""
    return _("%(kind)s: %(before)d → %(after)d records, %(kg_before)s → %(kg_after)s t") % {
        "kind": capfirst(str(change.kind.label)),
        "before": change.records_before,
        "after": change.records_after,
        "kg_before": shown.tonnes(change.kg_before),
        "kg_after": shown.tonnes(change.kg_after),
    }
