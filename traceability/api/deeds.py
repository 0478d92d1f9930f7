"""From a draft to a receipt: nil returns, handing over, submitting by key."""

from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from portal.accounts.models import User
from portal.kernel import clock
from portal.kernel.access import Requires
from portal.machines.idempotency import WritingView
from portal.machines.rules import AttestationNotAllowed
from traceability import tasks
from traceability.api.callers import (
    ETAG,
    IF_MATCH,
    answer_filing,
    draft_as_read,
    own_enterprise,
)
from traceability.permissions import Perm
from traceability.serializers.filings import FilingOut, HandOverIn, NilIn, SubmitIn
from traceability.services import handover


@extend_schema(tags=["filings"])
class NilReturnsApi(WritingView):
    """POST: a month had no business."""

    permission_classes = [Requires(Perm.PREPARE_FILING)]

    @extend_schema(request=NilIn, responses={200: FilingOut}, parameters=[ETAG])
    def post(self, request: Request) -> Response:
        """An empty draft, handed over for attestation."""
        enterprise = own_enterprise(request, Perm.PREPARE_FILING)
        asked = NilIn(data=request.data)
        asked.is_valid(raise_exception=True)
        draft = handover.declare_nil(
            enterprise=enterprise,
            month=asked.validated_data["month"],
            by=request.user,
            at=clock.now(),
        )
        return answer_filing(request, draft.pk)


@extend_schema(tags=["filings"])
class FilingHandOverApi(WritingView):
    """POST: the draft is ready for the attester."""

    permission_classes = [Requires(Perm.PREPARE_FILING)]

    @extend_schema(request=HandOverIn, responses={200: FilingOut}, parameters=[IF_MATCH, ETAG])
    def post(self, request: Request, pk: int) -> Response:
        """Give the draft to the attester; whoever writes to it afterwards takes it back."""
        draft = draft_as_read(request, pk)
        asked = HandOverIn(data=request.data)
        asked.is_valid(raise_exception=True)
        handover.hand_over(
            filing=draft, nil=asked.validated_data["nil"], by=request.user, at=clock.now()
        )
        return answer_filing(request, pk)


@extend_schema(tags=["filings"])
class FilingSubmitApi(WritingView):
    """POST: the draft is submitted, by a key that an attester has allowed."""

    permission_classes = [Requires(Perm.PREPARE_FILING)]

    @extend_schema(request=SubmitIn, responses={200: FilingOut}, parameters=[IF_MATCH, ETAG])
    def post(self, request: Request, pk: int) -> Response:
        """Submit what was handed over, attested by the attester who allowed the key."""
        draft = draft_as_read(request, pk)
        asked = SubmitIn(data=request.data)
        asked.is_valid(raise_exception=True)
        handover.attest_filing(
            filing=draft, seen=draft.ready_at, by=_attester_of(request), at=clock.now()
        )
        queue = partial(tasks.reconciliations.reconcile_after_submission.delay, filing_id=pk)
        transaction.on_commit(queue, robust=True)
        return answer_filing(request, pk)


def _attester_of(request: Request) -> User:
    """Whose name the submission bears. Raises AttestationNotAllowed (403)."""
    key: Any = request.auth
    if key is None or key.attester is None:
        raise AttestationNotAllowed(
            _("Only a key that an attester has allowed submits; people attest on the page.")
        )
    attester: User = key.attester
    return attester
