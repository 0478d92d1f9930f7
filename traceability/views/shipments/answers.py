"""What is said of a shipment: the buyer's answers, and what is written and decided in a dispute."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Count, Min, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from enterprises.models import Enterprise
from portal.kernel import clock
from portal.kernel.access import require_allowed, requires
from portal.kernel.pages import page, refusals_on, refusals_told
from portal.kernel.period import Month
from portal.kernel.said import listed
from portal.kernel.templatetags.portal import month
from traceability.forms.shipments import (
    AcceptForm,
    AcceptManyForm,
    RefuseForm,
    RemarkForm,
    RulingForm,
)
from traceability.models import Shipment
from traceability.permissions import Perm
from traceability.queries import shipments as queries
from traceability.queries.filings import closed_months
from traceability.queries.shipments.answers import months_between
from traceability.rules import shipments as rules
from traceability.rules.shipments import ShipmentKey
from traceability.services import disputes, shipments
from traceability.tables.shipments import InboxFilter
from traceability.views.shipments.pages import (
    days_asked,
    detail_page,
    left_to_refuse,
    own_enterprise,
    seen,
)

# More than an enterprise is sent in a month; what is over it is accepted with the next click.
MOST_TOGETHER = 20_000
# How many of them the page names before.
SHOWN = 10


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.PREPARE_FILING)
def shipment_accept(request: HttpRequest, key: ShipmentKey) -> HttpResponse:
    """Say how much of a shipment arrived; it goes into the draft of its month."""
    shipment = _to_answer(request, key, rules.ACCEPTABLE)
    if shipment is None:
        return _answered_before(request, key)
    form, context = _form(AcceptForm, request, shipment)
    if form.is_valid():
        with refusals_on(form):
            shipments.accept_shipment(
                key=key,
                answer=form.answer(),
                seen_kg=form.cleaned_data["seen_kg"],
                if_closed=form.way(),
                by=request.user,
                at=clock.now(),
            )
            return _said(request, key, _("The shipment is accepted and stands in your draft."))
    return page(request, "traceability/shipment_accept.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.PREPARE_FILING)
def shipment_refuse(request: HttpRequest, key: ShipmentKey) -> HttpResponse:
    """Refuse a part of a shipment, or say that it never came; the seller is asked to amend."""
    shipment = _to_answer(request, key, rules.REFUSABLE)
    if shipment is None:
        return _answered_before(request, key)
    if not left_to_refuse(shipment):
        messages.warning(
            request,
            _("Your records hold all of it: correct the draft, or amend the month, to refuse."),
        )
        return redirect("traceability:shipment_detail", key)
    form, context = _form(RefuseForm, request, shipment)
    if form.is_valid():
        with refusals_on(form):
            shipments.refuse_shipment(
                key=key,
                answer=form.answer(),
                seen_kg=form.cleaned_data["seen_kg"],
                if_closed=form.way(),
                by=request.user,
                at=clock.now(),
            )
            return _said(request, key, _("The seller sees what you dispute, and why."))
    return page(request, "traceability/shipment_refuse.html", context)


@require_POST
@requires(Perm.PREPARE_FILING)
def shipment_take_back(request: HttpRequest, key: ShipmentKey) -> HttpResponse:
    """Take a refusal back; the shipment waits for an answer again."""
    shipment = seen(request, key)
    require_allowed(request.user, Perm.PREPARE_FILING, shipment.buyer)
    with refusals_told(request):
        shipments.take_back_refusal(key=key, by=request.user, at=clock.now())
        return _said(request, key, _("The refusal was taken back."))
    return redirect("traceability:shipment_detail", key)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.PREPARE_FILING)
def shipment_accept_many(request: HttpRequest) -> HttpResponse:
    """Accept what was ticked, or all that waits and fits the filter, each as it was filed."""
    enterprise = own_enterprise(request)
    require_allowed(request.user, Perm.PREPARE_FILING, enterprise)
    chosen = queries.for_one_page(_chosen(request, enterprise))
    totals = chosen.order_by().aggregate(
        kg=Sum("sold_kg"), count=Count("key"), first=Min("sold_to")
    )
    closed = _closed_since(totals["first"], enterprise)
    posted = request.POST if request.method == "POST" else None
    form = AcceptManyForm(posted, today=clock.today(), closed=closed)
    if form.is_valid() and totals["count"]:
        with refusals_on(form):
            done = shipments.accept_shipments(
                buyer=enterprise,
                keys=queries.standing_keys(chosen, most=MOST_TOGETHER),
                days=days_asked(request, clock.today()),
                arrived_on=form.cleaned_data["arrived_on"],
                if_closed=form.way(),
                by=request.user,
                at=clock.now(),
            )
            queries.forget_to_confirm([enterprise.pk])
            _tell(request, done)
            return redirect("traceability:shipment_inbox")
    context = {
        "form": form,
        "count": totals["count"],
        "kg": totals["kg"],
        "shown": chosen.order_by("-sold_to", "key")[:SHOWN],
        "closed": listed([month(each) for each in closed]),
        "most": MOST_TOGETHER,
    }
    return page(request, "traceability/shipment_accept_many.html", context)


@require_POST
@requires(Perm.PREPARE_FILING, Perm.SUBMIT_FILING)
def shipment_write(request: HttpRequest, key: ShipmentKey) -> HttpResponse:
    """Write to the other side of a dispute."""
    seen(request, key)
    form = RemarkForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            disputes.write_remark(
                key=key, text=form.cleaned_data["text"], by=request.user, at=clock.now()
            )
            return _said(request, key, _("The other side sees what you wrote."))
    return detail_page(request, key, remark=form)


@require_POST
@requires(Perm.WORK_FINDINGS)
def shipment_rule(request: HttpRequest, key: ShipmentKey) -> HttpResponse:
    """Decide a dispute."""
    seen(request, key)
    form = RulingForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            disputes.rule_on_dispute(key=key, by=request.user, at=clock.now(), **form.cleaned_data)
            return _said(request, key, _("Both sides see what was decided."))
    return detail_page(request, key, ruling=form)


def _to_answer(request: HttpRequest, key: ShipmentKey, states: Sequence[str]) -> Shipment | None:
    """The shipment, if its buyer may still answer so; 404 for all others but the buyer."""
    shipment = seen(request, key)
    require_allowed(request.user, Perm.PREPARE_FILING, shipment.buyer)
    return shipment if shipment.state in states else None


def _answered_before(request: HttpRequest, key: ShipmentKey) -> HttpResponse:
    messages.warning(request, _("This shipment has been answered; this is how it stands."))
    return redirect("traceability:shipment_detail", key)


def _form(kind: type[AcceptForm], request: HttpRequest, shipment: Shipment) -> tuple[Any, Any]:
    """The form to answer a shipment, and what its page shows."""
    today = clock.today()
    closed = _closed_since(shipment.sold_from, shipment.buyer)
    form = kind(request.POST or None, shipment=shipment, today=today, closed=closed)
    context = {
        "form": form,
        "shipment": shipment,
        "closed": listed([month(each) for each in closed]),
        "recorded": shipment.recorded_kg,
        "normal": queries.normal_on(today),
    }
    return form, context


def _closed_since(sent: date | None, buyer: Enterprise) -> list[Month]:
    """The submitted months that goods sent on a day may have arrived in."""
    if sent is None:
        return []
    return sorted(closed_months(buyer) & set(months_between(sent, clock.today())))


def _said(request: HttpRequest, key: ShipmentKey, words: str) -> HttpResponse:
    queries.forget_to_confirm([key.buyer_id])
    messages.success(request, words)
    return redirect("traceability:shipment_detail", key)


def _chosen(request: HttpRequest, enterprise: Enterprise) -> QuerySet[Shipment]:
    """What waits among the shipments that were ticked, or among all that fit the filter."""
    today = clock.today()
    if request.GET.get("which") == "all":
        inbox = queries.shipments_to(enterprise, days_asked(request, today), today=today)
        found = InboxFilter(request.GET, queryset=inbox, request=request).qs
    else:
        keys = [key for text in request.GET.getlist("key") if (key := _key(text))]
        own = [key for key in keys if key.buyer_id == enterprise.pk]
        found = queries.shipments_of(own, today=today, own=True)
    return found.filter(state=rules.WAITING)


def _key(text: str) -> ShipmentKey | None:
    try:
        return ShipmentKey.parse(text)
    except ValueError:
        return None


def _tell(request: HttpRequest, done: shipments.AcceptedMany) -> None:
    """Say what became of shipments that were accepted together."""
    messages.success(
        request,
        ngettext(
            "%(count)d shipment accepted; it stands in your draft.",
            "%(count)d shipments accepted; they stand in your drafts.",
            done.accepted,
        )
        % {"count": done.accepted},
    )
    if done.answered:
        messages.warning(
            request,
            _("%(count)d had been answered in the meantime.") % {"count": done.answered},
        )
    if done.held:
        messages.warning(
            request,
            ngettext(
                "%(count)d is left: its month has been submitted, or its records say more.",
                "%(count)d are left: their months have been submitted, or your records say more.",
                done.held,
            )
            % {"count": done.held},
        )
