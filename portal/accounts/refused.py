"""Middleware that puts refused writes on record, after the request's transaction was undone."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from portal.accounts import services
from portal.kernel import clock
from portal.kernel.errors import Refusal, refusals_noted

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
# Not with this role, or no such thing for them.
_WITHOUT_THE_RIGHT = {403, 404}
# Of refusals those of a rule: others say that what was sent is unreadable or out of date.
_NOT_ALLOWED = {403, 409}
_LONGEST_ADDRESS = 200


class RefusedWriteMiddleware:
    """Records what somebody who is signed in, or a key, tried to write and was refused.

    Two kinds: a write without the right to it, and a deed that the rules do not allow. A form with
    fields to correct is neither, nor is a write of what has changed since it was read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in SAFE:
            return self.get_response(request)
        with refusals_noted() as refusals:
            response = self.get_response(request)
        if request.resolver_match is not None and request.user.is_authenticated:
            not_allowed = [each for each in refusals if each.status in _NOT_ALLOWED]
            for refusal in not_allowed:
                _record(request, reason=refusal.code, refusal=refusal)
            if response.status_code in _WITHOUT_THE_RIGHT and not not_allowed:
                _record(request, reason=str(response.status_code))
        return response


def _record(request: HttpRequest, *, reason: str, refusal: Refusal | None = None) -> None:
    facts = {"address": request.path[:_LONGEST_ADDRESS]}
    if refusal is not None:
        with translation.override(settings.LANGUAGE_CODE):
            facts["said"] = str(refusal)
    if key := getattr(request, "key_used", None):
        facts["key"] = key.pk
    services.record_refused_write(
        method=request.method,
        route=request.resolver_match.view_name,
        reason=reason,
        facts=facts,
        by=request.user,
        at=clock.now(),
    )
