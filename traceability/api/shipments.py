"""Shipments between enterprises: listed, read, answered one by one or together, written about."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.kernel import clock
from portal.kernel.access import Requires, require_allowed
from portal.kernel.api.conditions import etag_of
from portal.kernel.api.pages import NamedPages
from portal.machines.idempotency import WritingView
from traceability.api.callers import MODE, asked_of, enterprise_read, mode_of, own_enterprise
from traceability.models import Filing, Shipment
from traceability.permissions import Perm
from traceability.queries import shipments as queries
from traceability.queries.filings import state_of
from traceability.queries.shipments.answers import AnswerDays, answers_of, figures_filed
from traceability.rules import shipments as rules
from traceability.rules.shipments import Said, ShipmentKey
from traceability.serializers.shipments import (
    TOGETHER,
    AnsweredOut,
    AnswerIn,
    AnswersIn,
    RemarkIn,
    ShipmentAnsweredOut,
    ShipmentDetailOut,
    ShipmentOut,
    ShipmentsAsked,
    said_of,
)
from traceability.services import disputes, shipments
from traceability.services.answers import Answered, answer_shipments


@extend_schema(tags=["shipments"], parameters=[ShipmentsAsked])
class ShipmentsApi(ListAPIView):
    """What others sent to the caller's enterprise, or what it sent, as it stands now."""

    permission_classes = [Requires(Perm.PREPARE_FILING, Perm.SUBMIT_FILING)]
    serializer_class = ShipmentOut
    pagination_class = NamedPages
    filter_backends = ()
    queryset = Shipment.objects.none()

    def get_queryset(self) -> QuerySet[Shipment]:
        """Those that are asked for."""
        request: Any = self.request
        told = asked_of(ShipmentsAsked, request)
        today = clock.today()
        month = told.get("month")
        days = queries.Days.of(month) if month else queries.Days.up_to(today)
        received = told["side"] == "received"
        derive = queries.shipments_to if received else queries.shipments_from
        found = derive(enterprise_read(request), days, today=today)
        if state := told.get("state"):
            found = found.filter(state__in=TOGETHER.get(state, (state,)))
        if party := told.get("party"):
            found = found.filter(Q(seller__uscc=party) if received else Q(buyer__uscc=party))
        return found


@extend_schema(tags=["shipments"])
class ShipmentApi(APIView):
    """One shipment."""

    permission_classes = [Requires(Perm.VIEW_FINDINGS)]

    @extend_schema(responses=ShipmentDetailOut)
    def get(self, request: Request, key: str) -> Response:
        """With all that was filed and said of it, and the thread of its dispute."""
        return Response(_told(_seen(request, _key(key))))


@extend_schema(tags=["shipments"])
class ShipmentAnswerApi(WritingView):
    """POST: the buyer answers a shipment."""

    permission_classes = [Requires(Perm.PREPARE_FILING)]

    @extend_schema(request=AnswerIn, responses={200: ShipmentAnsweredOut})
    def post(self, request: Request, key: str) -> Response:
        """Accept it, refuse a part, or say that it never came; what arrived goes into a draft.

        The answer names the draft that was changed, with the ETag that it has now.
        """
        shipment = _own(request, key)
        asked = AnswerIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = said_of(shipment.named, asked.validated_data)
        done = _answer(request, [said], partial=True)
        if done.refused:
            raise done.refused[0]
        told = _told(_seen(request, shipment.named))
        return Response({"shipment": told, "drafts": _changed(done.drafts)})


@extend_schema(tags=["shipments"])
class ShipmentAnswersApi(WritingView):
    """POST: the buyer answers several shipments."""

    permission_classes = [Requires(Perm.PREPARE_FILING)]

    @extend_schema(
        request=AnswersIn, responses={200: AnsweredOut, 207: AnsweredOut}, parameters=[MODE]
    )
    def post(self, request: Request) -> Response:
        """All or nothing; with `mode=partial` those that can stand, and 207 tells of both."""
        partial = mode_of(request) == "partial"
        asked = AnswersIn(data=request.data)
        asked.is_valid(raise_exception=True)
        answers = asked.validated_data["answers"]
        said = [said_of(each["shipment"], each) for each in answers]
        done = _answer(request, said, partial=partial)
        told = {
            "accepted": [
                {"index": place, "shipment": str(answer.key), "answer": answer.verdict}
                for place, answer in done.answers.items()
            ],
            "refused": [
                {"index": place, **rules.stopped(refusal, place)}
                for place, refusal in done.refused.items()
            ],
            "drafts": _changed(done.drafts),
        }
        return Response(AnsweredOut(told).data, status=207 if partial else 200)


@extend_schema(tags=["shipments"])
class ShipmentTakeBackApi(WritingView):
    """POST: the buyer takes its refusal back."""

    permission_classes = [Requires(Perm.PREPARE_FILING)]

    @extend_schema(request=None, responses={200: ShipmentDetailOut})
    def post(self, request: Request, key: str) -> Response:
        """End the dispute; the shipment waits for an answer again."""
        named = _own(request, key).named
        shipments.take_back_refusal(key=named, by=_user(request), at=clock.now())
        queries.forget_to_confirm([named.buyer_id])
        return Response(_told(_seen(request, named)))


@extend_schema(tags=["shipments"])
class ShipmentRemarksApi(WritingView):
    """POST: one side of a dispute writes to the other."""

    permission_classes = [Requires(Perm.PREPARE_FILING, Perm.SUBMIT_FILING)]

    @extend_schema(request=RemarkIn, responses={201: ShipmentDetailOut})
    def post(self, request: Request, key: str) -> Response:
        """The other side reads it, and so do officials who see findings."""
        named = _seen(request, _key(key)).named
        asked = RemarkIn(data=request.data)
        asked.is_valid(raise_exception=True)
        disputes.write_remark(
            key=named, text=asked.validated_data["text"], by=_user(request), at=clock.now()
        )
        return Response(_told(_seen(request, named)), status=201)


def _user(request: Request) -> Any:
    return request.user


def _key(text: str) -> ShipmentKey:
    try:
        return ShipmentKey.parse(text)
    except ValueError as error:
        raise Http404 from error


def _seen(request: Request, key: ShipmentKey) -> Shipment:
    """The shipment, for those who may see it; for all others there is none."""
    shipment = queries.shipment_seen(_user(request), key, today=clock.today())
    if shipment is None:
        raise Http404
    return shipment


def _own(request: Request, key: str) -> Shipment:
    """The shipment, if the caller answers it for its buyer. Raises 404 or 403."""
    shipment = _seen(request, _key(key))
    require_allowed(request.user, Perm.PREPARE_FILING, shipment.buyer)
    return shipment


def _answer(request: Request, said: Sequence[Said], *, partial: bool) -> Answered:
    buyer = own_enterprise(request, Perm.PREPARE_FILING)
    done = answer_shipments(
        buyer=buyer, said=said, partial=partial, by=_user(request), at=clock.now()
    )
    queries.forget_to_confirm([buyer.pk])
    return done


def _changed(drafts: Sequence[Filing]) -> list[dict[str, Any]]:
    """Drafts that were changed, with the ETags that they have now."""
    return [
        {"filing": each.pk, "month": str(each.month), "etag": etag_of(state_of(each))}
        for each in drafts
    ]


def _told(shipment: Shipment) -> dict[str, Any]:
    """A shipment with all that was filed and said of it."""
    today = clock.today()
    awaited = shipment.state in (rules.WAITING, rules.CHANGED, *rules.IN_DISPUTE)
    last = AnswerDays.on(today).of(shipment.sold_to) if awaited and shipment.sold_to else None
    shipment.answer_by = last  # type: ignore[attr-defined]
    shipment.figures = figures_filed(shipment.named)  # type: ignore[attr-defined]
    shipment.answers = answers_of(shipment.named)  # type: ignore[attr-defined]
    return dict(ShipmentDetailOut(shipment).data)
