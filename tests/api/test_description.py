"""The API held to its own description: whatever is sent, what comes back is described.

PORTAL_API_EXAMPLES=300 pytest tests/api/test_description.py     (make fuzz)
"""

import contextlib
import os
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import schemathesis
from django.conf import settings as configured
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.urls import resolve, reverse
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from portal.kernel import clock
from portal.machines.rates import CallerRate
from portal.machines.services import allow_attestation, create_key
from portal.wsgi import application
from tests import access_world
from tests.access_world import World

EXAMPLES = int(os.environ.get("PORTAL_API_EXAMPLES", "5"))
# What names a thing in an address, and is known of the world below.
AIMED = {"id", "entry_id", "key", "month"}
# What the standard has and the portal leaves out: it says so, by the standard's exception.
NOT_OFFERED = {("POST", "/api/v1/epcis/events")}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def answered_whole(environ: Any, start: Any) -> list[bytes]:
    """The application as a server asks it, which closes what it answered; schemathesis does not."""
    answer = application(environ, start)
    with contextlib.closing(answer):
        return [*answer]


schema = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
schema.app = answered_whole
schema.config.generation.update(modes=list(GenerationMode), with_security_parameters=False)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """People and objects, made once, in a transaction that the application's requests share."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(clock, "now", lambda: access_world.NOON)
        patch.setattr(clock, "today", lambda: access_world.TODAY)
        patch.setattr(CallerRate, "get_rate", lambda _self: None)
        yield access_world.build()
        transaction.set_rollback(True)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def token(world: World) -> str:
    """The key of a system of Northern's that may submit."""
    told = {"purpose": "ERP", "scope": "file", "expires_on": date(2025, 6, 30)}
    key, token = create_key(**told, by=world.people["filer"], at=access_world.NOON)
    allow_attestation(key=key, by=world.people["attester"], at=access_world.NOON)
    return token


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES < 100,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_described(case: schemathesis.Case, world: World, token: str) -> None:
    _aim(case, world)
    # A system of an enterprise asks; for what is read every other time a ministry.
    asks: dict[str, Any] = {"headers": {"Authorization": f"Bearer {token}"}}
    if case.method == "GET" and len(str(case.query)) % 2:
        asks = {"cookies": {configured.SESSION_COOKIE_NAME: world.sessions["supervisor"]}}
    with transaction.atomic():
        answer = case.call(**asks)
        transaction.set_rollback(True)

    if (case.method, case.path) in NOT_OFFERED:
        assert answer.status_code in (401, 403, 406, 501)
        return
    case.validate_response(answer, checks=CHECKS)


def _aim(case: schemathesis.Case, world: World) -> None:
    """Let most examples be about something that is there, in the state in which it is."""
    asked = case.path_parameters
    if asked and set(asked) <= AIMED and sum(str(asked).encode()) % 4:
        asked.update(_known(case, world))
    headers = case.headers if case.headers is not None else {}
    if len(str(headers.get("If-Match", "   "))) % 4 < 3:
        headers["If-Match"] = "*"


def _known(case: schemathesis.Case, world: World) -> dict[str, Any]:
    """A draft for what is written, else what was submitted; a finding, an upload, a copy."""
    address = case.path
    for name in AIMED:
        address = address.replace(f"{{{name}}}", "1")
    about = world.arguments[resolve(address).view_name]
    written = case.method != "GET" or bool(case.query)
    order = ("own-draft", "own", "any") if written else ("own", "own-draft", "any")
    known = next(about[whose] for whose in order if whose in about)
    return {"id" if name == "pk" else name: value for name, value in known.items()}


def test_what_no_endpoint_answers_is_a_problem_too(client: Any, db: None) -> None:
    client.raise_request_exception = False

    nowhere = client.get("/api/v1/nowhere")
    page = client.get("/nowhere")

    assert nowhere.status_code == page.status_code == 404
    assert nowhere.headers["Content-Type"] == "application/problem+json"
    assert nowhere.json()["code"] == "not_found"
    assert page.headers["Content-Type"].startswith("text/html")


def test_an_error_of_the_server_is_a_problem_too(
    client: Any, filer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(filer)
    client.raise_request_exception = False
    monkeypatch.setattr("traceability.api.filings.filings_visible_to", lambda _user: 1 / 0)

    answer = client.get(reverse("api:filings"))

    assert (answer.status_code, answer.json()["code"]) == (500, "server_error")


def test_a_body_beyond_all_reason_is_refused(client: Any, filer: Any) -> None:
    client.force_login(filer)

    answer = client.post(reverse("api:filings"), "[" * 100_000, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")
