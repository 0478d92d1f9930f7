"""Shipments as their two sides see them: what came, what went, and one with all that was said."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from enterprises.models import Enterprise
from enterprises.queries import enterprises_visible_to
from portal.kernel import clock
from portal.kernel.access import allowed, requires
from portal.kernel.pages import page
from portal.kernel.period import Month
from portal.kernel.tables import list_page
from traceability.forms.shipments import RemarkForm, RulingForm
from traceability.models import Shipment, ShipmentAnswer
from traceability.permissions import Perm
from traceability.queries import shipments as queries
from traceability.queries.shipments.answers import AnswerDays, answers_of, figures_filed
from traceability.rules import shipments as rules
from traceability.rules.shipments import ShipmentKey
from traceability.services.answers import standing_of
from traceability.tables.shipments import (
    DisputeFilter,
    DisputeTable,
    InboxFilter,
    InboxTable,
    SentFilter,
    SentTable,
)


@require_safe
@requires(Perm.PREPARE_FILING, Perm.SUBMIT_FILING)
def shipment_inbox(request: HttpRequest) -> HttpResponseBase:
    """What others sent to the reader's enterprise, with how much of it waits."""
    enterprise = own_enterprise(request)
    today = clock.today()
    days = days_asked(request, today)
    shipments = _derived_once(request, queries.shipments_to(enterprise, days, today=today))
    may_answer = allowed(request.user, Perm.PREPARE_FILING, enterprise)
    counts = queries.counts_by_state(shipments)
    if days == queries.Days.up_to(today):
        queries.remember_to_confirm(enterprise, counts)
    return list_page(
        request,
        template="traceability/shipment_inbox.html",
        name="shipments-received",
        table=InboxTable,
        filters=InboxFilter,
        queryset=shipments,
        context={
            "counts": _shown(counts),
            "base": _base(request),
        },
        answer_days=AnswerDays.on(today),
        waiting=counts.get(rules.WAITING, 0) if may_answer else 0,
    )


@require_safe
@requires(Perm.PREPARE_FILING, Perm.SUBMIT_FILING)
def shipment_sent(request: HttpRequest) -> HttpResponseBase:
    """What the reader's enterprise filed as sold to others, and what became of it."""
    enterprise = own_enterprise(request)
    today = clock.today()
    days = days_asked(request, today)
    shipments = _derived_once(request, queries.shipments_from(enterprise, days, today=today))
    return list_page(
        request,
        template="traceability/shipment_sent.html",
        name="shipments-sent",
        table=SentTable,
        filters=SentFilter,
        queryset=shipments,
        context={
            "counts": _shown(queries.counts_by_state(shipments)),
            "base": _base(request),
        },
        answer_days=AnswerDays.on(today),
    )


@require_safe
@requires(Perm.PREPARE_FILING, Perm.SUBMIT_FILING)
def shipment_month(request: HttpRequest, month: Month) -> HttpResponse:
    """On to what was sent in one month; where notices lead."""
    asked = urlencode({**request.GET.dict(), "month": str(month)})
    return redirect(f"{reverse('traceability:shipment_inbox')}?{asked}")


@require_safe
@requires(Perm.VIEW_FINDINGS)
def shipment_disputes(request: HttpRequest) -> HttpResponseBase:
    """The disputes that an official may read."""
    today = clock.today()
    return list_page(
        request,
        template="traceability/shipment_disputes.html",
        name="disputes",
        table=DisputeTable,
        filters=DisputeFilter,
        queryset=queries.disputes_visible_to(request.user, today=today),
        answer_days=AnswerDays.on(today),
    )


@require_safe
@requires(Perm.VIEW_FINDINGS)
def shipment_detail(request: HttpRequest, key: ShipmentKey) -> HttpResponse:
    """One shipment: both figures, what to do, and everything that was said of it."""
    return detail_page(request, key)


@require_safe
@requires(Perm.VIEW_FINDINGS)
def shipment_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """On to the shipment that an answer is about; where notices lead."""
    answer = get_object_or_404(ShipmentAnswer, pk=pk)
    return redirect(seen(request, answer.key))


def detail_page(
    request: HttpRequest,
    key: ShipmentKey,
    *,
    remark: RemarkForm | None = None,
    ruling: RulingForm | None = None,
) -> HttpResponse:
    """The page of one shipment; with a form that was sent and has errors."""
    shipment = seen(request, key)
    side = queries.side_of(request.user, key)
    today = clock.today()
    disputed = shipment.state in rules.IN_DISPUTE
    context = {
        "shipment": shipment,
        "left_to_refuse": left_to_refuse(shipment),
        "side": side,
        "figures": figures_filed(key),
        "answers": answers_of(key),
        **_clock(shipment, today),
        "remark": remark or RemarkForm(),
        "may_write": disputed and queries.may_write(request.user, key),
        "ruling": ruling or RulingForm(),
        "may_rule": disputed and not shipment.ruling and allowed(request.user, Perm.WORK_FINDINGS),
        **_deeds(request, shipment, side),
    }
    return page(request, "traceability/shipment_detail.html", context)


def _deeds(request: HttpRequest, shipment: Shipment, side: str | None) -> dict[str, Any]:
    """What the reader may do with a shipment."""
    answers = side == "buyer" and allowed(request.user, Perm.PREPARE_FILING, shipment.buyer)
    amends = side == "seller" and request.user.holds(Perm.PREPARE_FILING)
    in_dispute = shipment.state in rules.IN_DISPUTE
    return {
        "may_accept": answers and shipment.state in rules.ACCEPTABLE,
        "may_refuse": answers and left_to_refuse(shipment),
        "may_take_back": answers and in_dispute,
        "amend_month": Month.of(shipment.sold_to) if amends and in_dispute else None,
    }


def left_to_refuse(shipment: Shipment) -> bool:
    """Whether the buyer may still refuse a part of a shipment, or all of it."""
    return standing_of(shipment).refusable


def _clock(shipment: Shipment, today: date) -> dict[str, Any]:
    """How long the buyer has; nothing where no answer is awaited."""
    if shipment.state not in (rules.WAITING, rules.CHANGED, *rules.IN_DISPUTE):
        return {}
    days = AnswerDays.on(today)
    last = days.of(shipment.sold_to)
    left = (last - today).days
    return {
        "answer_by": last,
        "answer_month": days.month(shipment.sold_to),
        "days_left": left,
        "days_over": -left,
    }


def _derived_once(request: HttpRequest, shipments: QuerySet[Shipment]) -> QuerySet[Shipment]:
    """What a page shows is derived once; an export is read after the page's transaction."""
    return shipments if request.GET.get("export") else queries.for_one_page(shipments)


def own_enterprise(request: HttpRequest) -> Enterprise:
    """The reader's own enterprise, or 404."""
    return get_object_or_404(
        enterprises_visible_to(request.user), organisation_id=request.user.organisation_id
    )


def seen(request: HttpRequest, key: ShipmentKey) -> Shipment:
    """The shipment, for those who may see it; for all others there is none."""
    shipment = queries.shipment_seen(request.user, key, today=clock.today())
    if shipment is None:
        raise Http404
    return shipment


def days_asked(request: HttpRequest, today: date) -> queries.Days:
    """The days of the month that the address names, or the last months."""
    try:
        return queries.Days.of(Month.parse(request.GET.get("month", "")))
    except ValueError:
        return queries.Days.up_to(today)


def _shown(counts: dict[str, int]) -> list[tuple[str, int]]:
    """The counts in the order of the states, those that wait for somebody always first."""
    return [(state, counts[state]) for state in rules.STATES if counts.get(state)]


def _base(request: HttpRequest) -> str:
    """The address of a list of the same days, to which the name of a state is put."""
    month = request.GET.get("month", "")
    return f"{request.path}?{urlencode({'month': month} if month else {})}&state="
