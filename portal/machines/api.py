"""Keys by API: read and revoked. They are made, and allowed to submit, by people on the page."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from portal.kernel import clock
from portal.kernel.access import Requires
from portal.kernel.api.pages import LedgerPages
from portal.machines import queries, services
from portal.machines.idempotency import WritingView
from portal.machines.models import Key
from portal.machines.permissions import Perm
from portal.machines.serializers import KeyOut


@extend_schema(tags=["keys"])
class KeysApi(ListAPIView):
    """The keys of the account's own enterprise, in the order they were made."""

    permission_classes = [Requires(Perm.VIEW_KEYS)]
    serializer_class = KeyOut
    pagination_class = LedgerPages
    filter_backends = ()
    queryset = Key.objects.none()

    def get_queryset(self) -> QuerySet[Key]:
        """Alive or not."""
        return _visible(self.request)


@extend_schema(tags=["keys"])
class KeyApi(RetrieveAPIView):
    """One key: how long it lasts, and whether it submits."""

    permission_classes = [Requires(Perm.VIEW_KEYS)]
    serializer_class = KeyOut
    filter_backends = ()
    queryset = Key.objects.none()

    def get_queryset(self) -> QuerySet[Key]:
        """Of the account's own enterprise."""
        return _visible(self.request)


@extend_schema(tags=["keys"])
class KeyRevokeApi(WritingView):
    """POST: a key ends."""

    permission_classes = [Requires(Perm.VIEW_KEYS)]

    @extend_schema(request=None, responses={200: KeyOut})
    def post(self, request: Request, pk: int) -> Response:
        """At once and for good; it may be the one of this very request. 409 when it has ended."""
        user: Any = request.user
        key = get_object_or_404(_visible(request), pk=pk)
        services.revoke_key(key=key, by=user, at=clock.now())
        told = KeyOut(_visible(request).get(pk=pk), context={"request": request})
        return Response(told.data)


def _visible(request: Any) -> QuerySet[Key]:
    return queries.with_standing(queries.keys_visible_to(request.user), today=clock.today())
