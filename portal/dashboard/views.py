"""The first page of each role, and the help pages."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from allocations.permissions import Perm as Allocations
from enterprises.queries import seen_by
from portal.accounts.roles import OrganisationKind
from portal.dashboard import figures, queries, territory
from portal.kernel import clock
from portal.kernel.access import holds, requires, signed_in
from portal.kernel.exports import workbook_answer
from portal.kernel.pages import page
from portal.kernel.period import Month, civil_day
from traceability.permissions import Perm
from traceability.queries.caps import cap_position
from traceability.queries.filings import filings_visible_to
from traceability.queries.months import month_of
from traceability.queries.remarks import remarks_visible_to
from traceability.queries.shipments import to_answer_for, to_confirm
from traceability.queries.tolerances import deadline_day

FINDINGS_SHOWN = 8
FILINGS_SHOWN = 6
FIRST_YEAR = 2010
HELP = {
    "start": _("Getting started"),
    "filing": _("Filing a month"),
    "spreadsheet": _("The spreadsheet"),
    "shipments": _("Shipments"),
    "findings": _("Findings"),
    "inspection": _("Inspecting"),
    "tracing": _("Tracing lots"),
    "planning": _("Planning the next year"),
    "copies": _("Copies and notices"),
    "api": _("The API"),
    "epcis": _("Events (EPCIS)"),
    "regime": _("The regime"),
}


@require_safe
@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """What the reader has to do, and the year at a glance."""
    kind = request.user.organisation.kind
    if kind == OrganisationKind.OPERATOR:
        return redirect("accounts:user_list")
    context = _year_context(request)
    if kind == OrganisationKind.ENTERPRISE:
        return page(request, "dashboard/enterprise.html", context | _desk_context(request))
    if kind == OrganisationKind.AUTHORITY:
        context["copies"] = queries.copies_to_acknowledge(request.user)
        return page(request, "dashboard/authority.html", context)
    return page(request, "dashboard/ministry.html", context)


@require_safe
@requires(Allocations.VIEW_COPIES)
def territory_export(request: HttpRequest) -> HttpResponseBase:
    """All that an authority sees of a year, as one workbook."""
    if request.user.organisation.kind != OrganisationKind.AUTHORITY:
        raise PermissionDenied
    at = clock.now()
    year = _year_asked(request, civil_day(at))
    name = f"{request.user.organisation.region_id}-{year}"
    return workbook_answer(name, territory.sheets(request.user, year, at=at))


@require_safe
@signed_in
def help_index(request: HttpRequest) -> HttpResponse:
    """Where the help begins."""
    return _help(request, "start")


@require_safe
@signed_in
def help_page(request: HttpRequest, name: str) -> HttpResponse:
    """One page of help, in the reader's language."""
    if name not in HELP:
        raise Http404
    return _help(request, name)


def _help(request: HttpRequest, name: str) -> HttpResponse:
    folder = "zh_hans" if (get_language() or "").startswith("zh") else "en"
    return page(
        request,
        "help/page.html",
        {
            "name": name,
            "pages": HELP,
            "title": HELP[name],
            "text": f"help/{folder}/{name}.html",
        },
    )


def _year_context(request: HttpRequest) -> dict[str, Any]:
    """The figures of the year asked for, over what the reader may see."""
    today = clock.today()
    year = _year_asked(request, today)
    seen = seen_by(request.user)
    categories = queries.category_years(year, seen)
    due = Month.of(today) - 1
    replay = queries.last_replay(request.user)
    return {
        "year": str(year),
        "years": [str(one) for one in range(today.year, FIRST_YEAR - 1, -1)],
        "today": today,
        "categories": categories,
        "enterprise_caps": queries.enterprise_caps(year, seen),
        "use_charts": figures.use_charts(categories, queries.monthly_use(year, seen), year),
        "replay": replay,
        "replay_overdue": queries.replay_overdue(replay, clock.now()),
        "progress": queries.filing_progress(due, seen, day=deadline_day(today)),
        "severities": queries.open_findings(request.user, year),
        "findings": queries.latest_findings(request.user, year, most=FINDINGS_SHOWN),
    }


def _desk_context(request: HttpRequest) -> dict[str, Any]:
    """What an enterprise has to do next: its deadline, its draft, its last filings."""
    enterprise = request.user.organisation.enterprise
    today = clock.today()
    due = Month.of(today) - 1
    filings = list(filings_visible_to(request.user).filter(enterprise=enterprise)[:FILINGS_SHOWN])
    shown = month_of(enterprise, due, today=today)
    return {
        "enterprise": enterprise,
        "due": due,
        "deadline": shown.deadline,
        "days_left": shown.days_left,
        "filed": shown.in_force is not None,
        "draft": shown.draft,
        "attests": holds(request.user, Perm.SUBMIT_FILING),
        "remarks": remarks_visible_to(request.user).filter(
            filing__enterprise=enterprise, open=True
        ),
        "perms_prepare": holds(request.user, Perm.PREPARE_FILING),
        "year": today.year,
        "positions": cap_position(enterprise, today.year),
        "filings": filings,
        "uploads": queries.uploads_under_way(enterprise.pk),
        "to_confirm": to_confirm(enterprise, today=today),
        "disputed": to_answer_for(enterprise, today=today),
        # What was put on record from paper is history and waits for nobody.
        "copies": [each for each in queries.copies_to_acknowledge(request.user) if each.due_on],
    }


def _year_asked(request: HttpRequest, today: date) -> int:
    """The year of the address, or the present one when it names none that is on record."""
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else today.year
    return year if FIRST_YEAR <= year <= today.year else today.year
