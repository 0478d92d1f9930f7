"""Lots and months for paper and other systems: traces, labels to scan, events of EPCIS."""

from datetime import date
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from enterprises.queries import seen_by
from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.pages import page, refusals_told
from portal.kernel.papers import code_of, typeset
from portal.kernel.templatetags import portal as shown
from traceability.forms.tracing import KnownForm
from traceability.models import Filing, Lot
from traceability.permissions import Perm
from traceability.queries.epcis import recorded_in, recorded_of_lots
from traceability.queries.filings import filings_visible_to
from traceability.queries.tracing.drawn import names_of
from traceability.queries.tracing.flows import ELEMENTS
from traceability.queries.tracing.lines import LineShown, lines_shown
from traceability.queries.tracing.lots import lots_visible_to
from traceability.queries.tracing.trace import Trace, trace_lot
from traceability.queries.tracing.walk import moment_known
from traceability.rules.epcis.events import Recorded, document_of
from traceability.rules.epcis.words import lot_path
from traceability.views.tracing.followed import drawing_of, traces_of
from traceability.views.tracing.pictures import on_paper

# A paper lists so many ends of each direction, the largest.
LINES_ON_PAPER = 300
JSON_LD = "application/ld+json"


@require_safe
@requires(Perm.VIEW_FILINGS)
def lot_link(request: HttpRequest, uscc: str, number: str) -> HttpResponse:
    """Where the code on a lot's label leads: its page, for those who may see it.

    Others are told who may, and not whether there is such a lot.
    """
    lot = lots_visible_to(request.user).filter(maker__uscc=uscc, number=number).first()
    if lot is None:
        return render(request, "traceability/lot_unseen.html", {"number": number}, status=404)
    return redirect("traceability:lot_detail", pk=lot.pk)


@require_safe
@requires(Perm.VIEW_FILINGS)
def lot_label(request: HttpRequest, pk: int) -> HttpResponse:
    """The label of a lot, to be printed and put on it."""
    lot = get_object_or_404(lots_visible_to(request.user), pk=pk)
    address = settings.ADDRESS + lot_path(lot.maker.uscc or "", lot.number)
    return page(
        request,
        "traceability/lot_label.html",
        {"lot": lot, "address": address, "code": code_of(address, sized=False)},
    )


@require_safe
@requires(Perm.VIEW_FILINGS)
def lot_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """A lot's trace on paper as its page shows it: what is in it, where it went, the picture."""
    lot = get_object_or_404(lots_visible_to(request.user), pk=pk)
    form = KnownForm(request.GET, today=clock.today())
    known_at = moment_known(form.known_on)
    traces = traces_of(lot, request, known_at)
    names = names_of(traces)
    sides = [(trace, lines_shown(trace, names, known_at)) for trace in traces]
    content = _on_paper(lot, form.known_on, request.GET.get("element", ""), sides) | {
        "picture": on_paper(drawing_of(request, traces, names).picture, by_stage=True),
    }
    pdf = typeset("papers/lot_trace.typ", content, at=clock.now())
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(lot.number)}.pdf"
    return answer


def _on_paper(
    lot: Lot, known_on: date | None, element: str, sides: list[tuple[Trace, list[LineShown]]]
) -> dict[str, Any]:
    """What the paper says, in the reader's language."""
    product = f"{lot.product.code} {shown.named(lot.product)}" if lot.product else "—"
    known = shown.day(known_on) if known_on else _("as it stands now")
    apart = element != "" and element in ELEMENTS
    of_element = [[_("Element"), str(ELEMENTS[element][0])]] if apart else []
    return {
        "lang": "zh" if (get_language() or "").startswith("zh") else "en",
        "title": _("Trace of lot %(number)s") % {"number": lot.number},
        "footer": _("Rare Earth Total Volume Control Portal"),
        "facts": [
            [_("Maker of the lot"), shown.named(lot.maker)],
            [_("Product"), product],
            [_("Percent REO"), shown.grade(lot.reo_percent)],
            [_("As known at the end of"), known],
            *of_element,
            [_("Printed"), shown.moment(clock.now())],
        ],
        "columns": [_("What"), _("Lot"), _("Enterprise"), _("kg REO"), _("Percent")],
        "together": _("Together"),
        "sides": [_side_on_paper(trace, lines) for trace, lines in sides],
    }


def _side_on_paper(trace: Trace, lines: list[LineShown]) -> dict[str, Any]:
    left_out = len(lines) - LINES_ON_PAPER
    return {
        "title": _("What is in it") if trace.upstream else _("Where it went"),
        "total": shown.kg(trace.total_kg),
        "lines": [
            [
                " ".join(word for word in (str(line.label), line.country) if word),
                line.lot.number if line.lot else _of_run(line),
                " → ".join(name for name in (line.enterprise, line.partner) if name),
                shown.kg(line.kg),
                shown.percent(line.part, 3),
            ]
            for line in lines[:LINES_ON_PAPER]
        ],
        "left_out": _("%(count)d smaller ends are left out here; the sum counts them.")
        % {"count": left_out}
        if left_out > 0
        else "",
    }


def _of_run(line: LineShown) -> str:
    return f"{_('run')} {line.run}" if line.run else "—"


@require_safe
@requires(Perm.VIEW_FILINGS)
def lot_epcis(request: HttpRequest, pk: int) -> HttpResponse:
    """The events of a lot and of all lots of its trace, as far as the reader sees their records."""
    lot = get_object_or_404(lots_visible_to(request.user), pk=pk)
    seen = seen_by(request.user)
    both = (trace_lot(lot, upstream=upstream, seen=seen) for upstream in (True, False))
    lots = {step.lot_id for trace in both if trace is not None for step in trace.steps}
    with refusals_told(request):
        return _events(f"lot-{lot.pk}", recorded_of_lots(lots | {lot.pk}, request.user))
    return redirect("traceability:lot_detail", pk=lot.pk)


@require_safe
@requires(Perm.VIEW_FILINGS)
def filing_epcis(request: HttpRequest, pk: int) -> HttpResponse:
    """The events of one submitted version of a month."""
    filing = get_object_or_404(filings_visible_to(request.user), pk=pk)
    if filing.status == Filing.Status.DRAFT:
        raise Http404
    name = f"{filing.enterprise.uscc}-{filing.month}-v{filing.version}"
    with refusals_told(request):
        return _events(name, recorded_in(filing))
    return redirect(filing)


def _events(name: str, records: list[Recorded]) -> HttpResponse:
    document = document_of(records, base=settings.ADDRESS, at=clock.now())
    answer = JsonResponse(
        document, content_type=JSON_LD, json_dumps_params={"ensure_ascii": False, "indent": 1}
    )
    answer["Content-Disposition"] = f'attachment; filename="{name}.jsonld"'
    return answer
