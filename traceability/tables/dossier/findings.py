"""Findings, cases and penalties of a dossier."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from allocations.models import Penalty
from portal.kernel.templatetags import portal as shown
from traceability.models import Case
from traceability.queries.dossier.found import Found
from traceability.tables.dossier.sheets import Cell, Section, number, sheet


def findings_section(found: Found) -> Section:
    """What the reconciliation put on record."""
    header = [
        _("Finding"),
        _("Severity"),
        _("Month"),
        _("Lot"),
        number(_("Amount, kg")),
        _("Status"),
        _("Outcome"),
    ]
    rows = [
        (
            Cell(each.title, each.get_absolute_url()),
            str(each.get_severity_display()),
            shown.month(each.month),
            each.lot.number if each.lot else "—",
            shown.kg(each.amount_kg),
            str(each.get_status_display()),
            each.outcome or "—",
        )
        for each in found.shown
    ]
    told = []
    if rows:
        holding = ", ".join(
            f"{shown.status_label(severity, 'severity')} {found.by_severity[severity]}"
            for severity in ("high", "medium", "low")
            if severity in found.by_severity
        )
        told.append(
            _("%(count)d findings; still holding by severity: %(holding)s.")
            % {"count": found.count, "holding": holding or _("none")}
        )
    if found.count > len(rows):
        told.append(_("The gravest %(shown)d are listed.") % {"shown": len(rows)})
    return Section(
        "findings",
        _("Findings"),
        none=_("Nothing was found."),
        texts=told,
        sheets=[sheet(_("Findings"), header, rows)] if rows else [],
    )


def cases_section(cases: Sequence[Case]) -> Section:
    """Its cases and how they ended."""
    header = [
        _("Case"),
        _("Year"),
        _("Case opened"),
        _("Status"),
        number(_("Findings")),
        number(_("Still open")),
        _("Outcome"),
        _("Reason"),
    ]
    rows = [
        (
            Cell(str(each.get_topic_display()), each.get_absolute_url()),
            str(each.year),
            shown.moment(each.opened_at),
            str(each.get_status_display()),
            shown.number(each.held),  # type: ignore[attr-defined]
            shown.number(each.still_open),  # type: ignore[attr-defined]
            str(each.get_outcome_display()) if each.outcome else "—",
            each.outcome_reason or "—",
        )
        for each in cases
    ]
    return Section(
        "cases",
        _("Cases"),
        none=_("No case."),
        sheets=[sheet(_("Cases"), header, rows)] if rows else [],
    )


def penalties_section(penalties: Sequence[Penalty]) -> Section:
    """Administrative penalties that were decided in the period."""
    header = [
        _("Penalty decision number"),
        _("Decided on"),
        _("Authority"),
        _("Ground"),
        number(_("Beyond the cap, t REO")),
        _("Cut of the next index"),
    ]
    rows = [
        (
            Cell(each.document, each.get_absolute_url()),
            shown.day(each.decided_on),
            shown.named(each.authority),
            str(each.ground_label),
            shown.tonnes(each.over_kg),
            str(shown.status_label(each.state, "penalty")),  # type: ignore[attr-defined]
        )
        for each in penalties
    ]
    return Section(
        "penalties",
        _("Administrative penalties"),
        none=_("No penalty was decided in the period."),
        sheets=[sheet(_("Administrative penalties"), header, rows)] if rows else [],
    )
