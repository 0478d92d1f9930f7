"""The month as a workspace: its rows in a grid that saves itself, and as plain forms."""

import json
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enterprises.models import Enterprise
from portal.kernel import clock
from portal.kernel.access import require_allowed, requires
from portal.kernel.errors import Refusal
from portal.kernel.pages import page, refusals_told
from portal.kernel.period import Month
from portal.kernel.templatetags.portal import kg, named
from traceability.forms.rows import LABELS, RowForm
from traceability.models import Filing, Kind, Product
from traceability.permissions import Perm
from traceability.queries import workspace as queries
from traceability.queries.filings import draft_of, highest_line
from traceability.queries.months import month_of
from traceability.rules.countries import COUNTRIES
from traceability.rules.intake import CHINESE_HEADERS, COLUMNS, NEEDS
from traceability.rules.workspace import TABS, RowChange, RowsChangedMeanwhile
from traceability.serializers.workspace import RowsIn, conflict_out, row_out
from traceability.services import workspace as services
from traceability.views.desk import own_enterprise

READ_AND_WRITE = ["GET", "HEAD", "POST"]
ROWS_PER_PAGE = 50


@require_http_methods(READ_AND_WRITE)
@requires(Perm.PREPARE_FILING)
def filing_workspace(request: HttpRequest, month: Month) -> HttpResponse:
    """The grid's page; posted to, it saves the changed lines.

    Answers 422 with what cannot be read, and 409 with both values of every line that somebody else
    changed meanwhile; nothing is saved then. A row with faults is saved, and waits.
    """
    enterprise, draft = _to_write(request, month)
    if request.method == "POST":
        return _saved(request, enterprise, month)
    tab = _tab(request)
    context = {
        "month": month,
        "draft": draft,
        "tab": tab,
        "tabs": _tabs(draft, tab, month),
        "grid": _grid_told(enterprise, month, draft),
        "empty": draft is None or not (draft.record_count or draft.unfinished_rows.exists()),
        "plain_url": reverse("traceability:filing_rows", args=[month]),
    }
    return page(request, "traceability/filing_workspace.html", context)


@require_safe
@requires(Perm.PREPARE_FILING)
def filing_workspace_rows(request: HttpRequest, month: Month) -> JsonResponse:
    """The rows of one tab."""
    _enterprise, draft = _to_write(request, month)
    tab = _tab(request)
    rows = queries.rows_of_tab(draft, tab) if draft else {}
    partners = {row.cells[name] for row in rows.values() for name in _NAMED if name in row.cells}
    answer = {
        "rows": [row_out(line, row) for line, row in rows.items()],
        "names": queries.names_of(partners),
        "more": len(rows) >= queries.ROWS_SHOWN,
    }
    return JsonResponse(answer | _state(draft))


_NAMED = ("counterparty", "lot_maker")


@require_safe
@requires(Perm.PREPARE_FILING)
def filing_look_up(request: HttpRequest, month: Month) -> JsonResponse:
    """What `q` may mean as a `lot` (`shipped`: those sold to the reader first) or `partner`."""
    enterprise, draft = _to_write(request, month)
    text = request.GET.get("q", "").strip()[:60]
    if request.GET.get("what") == "partner":
        found = queries.partners_offered(enterprise, text)
        return JsonResponse({"found": [[each.uscc, named(each)] for each in found]})
    shipped = request.GET.get("shipped") == "yes"
    lots = queries.lots_offered(enterprise, draft, text, shipped=shipped)
    makers = queries.names_of({lot.maker for lot in lots if not lot.own})
    told = (_("held"), _("in this draft"), _("sold to you"))
    return JsonResponse(
        {
            "found": [
                [
                    lot.number,
                    "" if lot.own else lot.maker,
                    lot.product,
                    f"{kg(lot.kg)} kg",
                    told[lot.place],
                    "" if lot.own else makers.get(lot.maker, ""),
                ]
                for lot in lots
            ]
        }
    )


@require_POST
@requires(Perm.PREPARE_FILING)
def filing_shape(request: HttpRequest, month: Month) -> HttpResponse:
    """Start the draft from the shape of the month before."""
    enterprise, _draft = _to_write(request, month)
    with refusals_told(request):
        services.start_from_last_month(
            enterprise=enterprise, month=month, by=request.user, at=clock.now()
        )
        messages.success(
            request, _("The rows of the month before are here without masses. Fill them in.")
        )
    return redirect("traceability:filing_workspace", month)


@require_safe
@requires(Perm.PREPARE_FILING)
def filing_rows(request: HttpRequest, month: Month) -> HttpResponse:
    """The rows as a plain list, for those who work without the grid."""
    _enterprise, draft = _to_write(request, month)
    tab = _tab(request)
    rows = queries.rows_of_tab(draft, tab) if draft else {}
    shown = Paginator(
        [(line, row, row_out(line, row)["faults"]) for line, row in rows.items()], ROWS_PER_PAGE
    ).get_page(request.GET.get("page"))
    context = {
        "month": month,
        "tab": tab,
        "tabs": _tabs(draft, tab, month, plain=True),
        "rows": shown,
        "add_url": reverse("traceability:filing_row", args=[month, 0]) + f"?tab={tab}",
    }
    return page(request, "traceability/filing_rows.html", context)


@require_http_methods(READ_AND_WRITE)
@requires(Perm.PREPARE_FILING)
def filing_row(request: HttpRequest, month: Month, line: int) -> HttpResponse:
    """One row as a plain form, to be written, changed or removed; line 0 is a new one."""
    enterprise, draft = _to_write(request, month)
    standing = queries.standing_rows(draft, [line]).get(line) if draft and line else None
    if line and standing is None:
        raise Http404
    cells = dict(standing.cells) if standing else {"kind": TABS[_tab(request)][1][0]}
    form = RowForm(request.POST or None, initial={**cells, "before": cells if line else None})
    if request.method == "POST" and form.is_valid():
        answer = _row_written(request, enterprise, month, line, form)
        if answer is not None:
            return answer
    elif request.method != "POST" and standing:
        form.say_faults([(fault[0], fault[1]) for fault in row_out(line, standing)["faults"]])
    context = {"month": month, "line": line, "form": form, "products": Product.objects.all()}
    return page(request, "traceability/filing_row.html", context)


def _row_written(
    request: HttpRequest, enterprise: Enterprise, month: Month, line: int, form: RowForm
) -> HttpResponse | None:
    """Where to go on once the row is written; None when the form has more to say."""
    draft = draft_of(enterprise.pk, month)
    number = line or (highest_line(draft) + 1 if draft else 1)
    after = None if "remove" in request.POST else form.cells
    change = RowChange(number, form.cleaned_data["before"], after)
    try:
        draft = services.change_rows(
            enterprise=enterprise, month=month, changes=[change], by=request.user, at=clock.now()
        )
    except RowsChangedMeanwhile as refused:
        (conflict,) = refused.conflicts
        form.say_conflict(conflict.standing.cells if conflict.standing else None, str(refused))
        return None
    except Refusal as refused:
        form.add_error(None, str(refused))
        return None
    row = queries.standing_rows(draft, [number]).get(number)
    if row and row.faults:
        messages.warning(request, _("The row is kept, but is no record yet: see what is wrong."))
        return redirect("traceability:filing_row", month, number)
    messages.success(request, _("The row was removed.") if row is None else _("The row is saved."))
    return redirect("traceability:filing_rows", month)


def _saved(request: HttpRequest, enterprise: Enterprise, month: Month) -> JsonResponse:
    try:
        posted = json.loads(request.body)
    except (ValueError, RecursionError):
        return JsonResponse({"detail": _("What was sent is no JSON.")}, status=422)
    sent = RowsIn(data=posted)
    if not sent.is_valid():
        told = {"detail": _("What was sent cannot be read."), "errors": sent.errors}
        return JsonResponse(told, status=422)
    changes = sent.validated_data["changes"]
    try:
        draft = services.change_rows(
            enterprise=enterprise, month=month, changes=changes, by=request.user, at=clock.now()
        )
    except RowsChangedMeanwhile as refused:
        told = {"detail": str(refused), "conflicts": [*map(conflict_out, refused.conflicts)]}
        return JsonResponse(told, status=409)
    except Refusal as refused:
        return JsonResponse({"detail": str(refused)}, status=409)
    rows = queries.standing_rows(draft, [change.line for change in changes])
    answer = {"rows": [row_out(change.line, rows.get(change.line)) for change in changes]}
    return JsonResponse(answer | _state(draft))


def _to_write(request: HttpRequest, month: Month) -> tuple[Enterprise, Filing | None]:
    """The reader's enterprise and the draft of the month, which may be written."""
    enterprise = own_enterprise(request)
    require_allowed(request.user, Perm.PREPARE_FILING, enterprise)
    shown = month_of(enterprise, month, today=clock.today())
    if month > Month.of(clock.today()) or (shown.in_force and not shown.draft):
        raise Http404
    return enterprise, shown.draft


def _state(draft: Filing | None) -> dict[str, Any]:
    """How many rows there are by tab, how many are unfinished, and the next line."""
    if draft is None:
        return {"counts": dict.fromkeys(TABS, 0), "unfinished": 0, "next": 1}
    return {
        "counts": queries.counts_of_tabs(draft),
        "unfinished": draft.unfinished_rows.count(),
        "next": highest_line(draft) + 1,
    }


def _tab(request: HttpRequest) -> str:
    tab = request.GET.get("tab", "")
    return tab if tab in TABS else next(iter(TABS))


def _tabs(
    draft: Filing | None, tab: str, month: Month, *, plain: bool = False
) -> list[tuple[str, str, str, int, bool]]:
    """Each tab: its name, address, title, number of rows, and whether it is open."""
    counts = queries.counts_of_tabs(draft) if draft else {}
    address = reverse(
        "traceability:filing_rows" if plain else "traceability:filing_workspace", args=[month]
    )
    return [
        (name, f"{address}?tab={name}", str(title), counts.get(name, 0), name == tab)
        for name, (title, _kinds) in TABS.items()
    ]


def _grid_told(enterprise: Enterprise, month: Month, draft: Filing | None) -> dict[str, Any]:
    """What the grid's script needs to know before it asks for rows."""
    chinese = (get_language() or "").startswith("zh")
    titles = {name: CHINESE_HEADERS[name] if chinese else str(LABELS[name]) for name in COLUMNS}
    return {
        "draft": draft.pk if draft else 0,
        "enterprise": enterprise.pk,
        "month": str(month),
        "lastDay": month.last_day.isoformat(),
        "columns": list(titles.items()),
        "tabs": {name: list(kinds) for name, (_title, kinds) in TABS.items()},
        "kinds": {kind.value: str(kind.label) for kind in Kind},
        "needs": {need.kind: sorted(need.columns) for need in NEEDS},
        "products": [
            [each.code, each.name_zh if chinese else each.name_en] for each in Product.objects.all()
        ],
        "countries": sorted(COUNTRIES),
    }
