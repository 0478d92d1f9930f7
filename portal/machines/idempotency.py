"""A write that comes again with the same `Idempotency-Key` is answered as it was the first time.

The answer to a write that was done is kept in the transaction of the deed. Of two at once the
second waits for the first. A refusal undoes the transaction, so its answer is kept after it, by the
middleware; an error of the server is not kept, and may be tried again.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, set_rollback

from portal.kernel import clock
from portal.kernel.errors import Refusal
from portal.machines import rules, services
from portal.machines.models import Answer
from portal.machines.rates import caller_of

SAFE = {"GET", "HEAD", "OPTIONS"}
# Whose cause lies outside the write: the same write may be answered otherwise another time.
_PASSING = {401, 403, 408, 429}
_KEPT_REFUSALS = set(range(400, 500)) - _PASSING
KEPT_HEADERS = ("Content-Type", "Location", "ETag")


class _Repeated(Exception):
    """The write came before; `answer` is what it was answered."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer


class TooLarge(Refusal):
    """More than this address reads at once."""

    status = 413


class WritingView(APIView):
    """An endpoint that writes: a repeat of a write is answered as the first.

    It reads at most `most_bytes`, but for forms, whose files have a bound of their own.
    """

    most_bytes = settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Once it is known who asks and that they may: the write's place, or its first answer."""
        super().initial(request, *args, **kwargs)
        if request.method in SAFE:
            return
        _read(request._request, self.most_bytes)
        named = request.headers.get("Idempotency-Key")
        if named is None:
            return
        rules.require_idempotency_key(named)
        answer = Answer(
            caller=caller_of(request),
            idempotency_key=named,
            content_digest=_digest(request),
            at=clock.now(),
        )
        first = _place(answer)
        if first is not None:
            rules.require_same_content(answer.content_digest, first_digest=first.content_digest)
            raise _Repeated(first)
        request._request.write = answer

    def handle_exception(self, exc: Exception) -> HttpResponse:
        """The first answer for a repeat; the rest as elsewhere."""
        if isinstance(exc, _Repeated):
            return _again(exc.answer)
        return super().handle_exception(exc)

    def finalize_response(
        self, request: Request, response: HttpResponse, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Keep the answer of a write that was done."""
        response = super().finalize_response(request, response, *args, **kwargs)
        write: Answer | None = getattr(request._request, "write", None)
        if write is None:
            return response
        if response.status_code >= 400:
            set_rollback()
            return response
        _tell(write, response.render() if isinstance(response, Response) else response)
        _keep(write)
        del request._request.write
        return response


class MachineMiddleware:
    """Keeps what outlives a request that was undone: refusals of writes, and the use of a key.

    Tells the caller how much of its rate is left besides.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        write: Answer | None = getattr(request, "write", None)
        if write is not None and response.status_code in _KEPT_REFUSALS:
            write.pk = None
            _tell(write, response)
            Answer.objects.bulk_create([write], ignore_conflicts=True)
        if key := getattr(request, "key_used", None):
            services.note_use(key, clock.now())
        if standing := getattr(request, "rate", None):
            for name, value in standing.headers.items():
                response.headers[name] = value
        return response


def _read(request: HttpRequest, most: int) -> None:
    """Take in what was sent. Raises TooLarge."""
    if request.content_type == "multipart/form-data" or hasattr(request, "_body"):
        return
    if int(request.META.get("CONTENT_LENGTH") or 0) > most:
        raise TooLarge(_("At most %(most)s bytes can be sent at once."), most=f"{most:,}")
    request._body = request.read()  # what `body` gives, without the bound of all other addresses
    request._read_started = True


def _place(answer: Answer) -> Answer | None:
    """Put the write in its place; the first write of that name where there is one.

    Waits for a first one that is still at work.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into machines_answer"
            " (caller, idempotency_key, content_digest, at, headers, body)"
            " values (%s, %s, %s, %s, '{}', '') on conflict do nothing returning id",
            [answer.caller, answer.idempotency_key, answer.content_digest, answer.at],
        )
        placed = cursor.fetchone()
    if placed is None:
        return Answer.objects.get(caller=answer.caller, idempotency_key=answer.idempotency_key)
    answer.pk = placed[0]
    return None


def _keep(answer: Answer) -> None:
    """Put what a write was answered in its place."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update machines_answer set status = %s, headers = %s, body = %s where id = %s",
            [answer.status, json.dumps(answer.headers), answer.body, answer.pk],
        )


def _digest(request: Request) -> str:
    """SHA-256 over method, address and content; of a form over its fields, not its boundaries."""
    told = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if (request.content_type or "").startswith("multipart/"):
        for name in sorted(request.data):
            for value in request.data.getlist(name):
                content = value.read() if hasattr(value, "read") else value.encode()
                told.update(f"{name} {len(content)}\n".encode())
                told.update(content)
                if hasattr(value, "seek"):
                    value.seek(0)
    else:
        told.update(request._request.body)
    return told.hexdigest()


def _tell(answer: Answer, response: HttpResponse) -> None:
    answer.status = response.status_code
    answer.headers = {
        name: response.headers[name] for name in KEPT_HEADERS if name in response.headers
    }
    answer.body = response.content


def _again(answer: Answer) -> HttpResponse:
    """The answer as it was given, marked as a repeat."""
    told = {**answer.headers, "Idempotent-Replayed": "true"}
    return HttpResponse(bytes(answer.body), status=answer.status, headers=told)
