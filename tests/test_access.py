"""Every address, for every role and a stranger, own and foreign objects: held against access.txt.

An address without a line there, a deed without a POST line, a view that declares no permission, a
status other than the table's, or an exception anywhere fails.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings as configured
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve, reverse

from portal.dashboard import demonstration
from portal.kernel import clock
from portal.kernel.models import DemonstrationDay
from tests import access_world
from tests.access_world import World
from tests.accounts.conftest import demo_mode  # noqa: F401 - a fixture

TABLE = Path(__file__).with_name("access.txt")
METHODS = {"GET", "POST", "PUT", "DELETE"}
# What a form is sent where the table does not say what it is about: it has errors.
NONSENSE = {"nonsense": "?"}
NO_METHOD = "PROPFIND"  # an address that is refused for its method tells which it has


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: what is asked for, and who gets which answer."""

    mode: str
    method: str
    name: str
    whose: str
    statuses: dict[str, int]

    def __str__(self) -> str:
        return f"{self.name} {self.method} {self.whose}"


def read_table() -> list[Line]:
    """The lines of access.txt; who asks is told by the line that begins with `mode`."""
    lines: list[Line] = []
    columns: list[str] = []
    for text in TABLE.read_text(encoding="utf-8").splitlines():
        words = text.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "mode":
            columns = words[4:]
            continue
        mode, method, name, whose, *statuses = words
        asked = dict(zip(columns, map(int, statuses), strict=True))
        lines.append(Line(mode, method, name, whose, asked))
    return lines


LINES = read_table()
NAMED = {line.name for line in LINES}


def walk(
    patterns: list[Any] | None = None, namespaces: tuple[str, ...] = ()
) -> Iterator[tuple[str, URLPattern]]:
    """Every address of the project with its full name."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from walk(pattern.url_patterns, inner)
        else:
            yield ":".join((*namespaces, pattern.name or str(pattern.pattern))), pattern


def declared(pattern: URLPattern) -> tuple[str, ...]:
    """The permissions that a page or an API endpoint declares."""
    endpoint = getattr(pattern.callback, "cls", None)
    if endpoint is None:
        return tuple(getattr(pattern.callback, "permissions", ()))
    return tuple(
        perm
        for permission in endpoint.permission_classes
        for perm in getattr(permission, "permissions", ())
    )


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """People and objects, made once; each question is asked in a transaction of its own."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(clock, "now", lambda: access_world.NOON)
        patch.setattr(clock, "today", lambda: access_world.TODAY)
        yield access_world.build()
        transaction.set_rollback(True)


def ask(world: World, method: str, name: str, whose: str, who: str, query: str = "") -> Any:
    """The answer to one question, which leaves nothing behind."""
    address = reverse(name, kwargs=world.about(name, whose)) + query
    client = Client()
    with transaction.atomic():
        if who != "stranger":
            client.cookies[configured.SESSION_COOKIE_NAME] = world.sessions[who]
        if method == "POST":
            answer = client.post(address, world.bodies.get(name, NONSENSE))
        else:
            answer = client.generic(method, address)
        if answer.streaming:
            answer.read = b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    return answer


def routed_always() -> list[Line]:
    return [line for line in LINES if line.mode == "always"]


# --- the table is complete -----------------------------------------------------------------------
def test_every_address_has_a_line_in_the_table():
    routed = {name for name, _ in walk()}
    always = {line.name for line in routed_always()}

    assert sorted(routed - always) == []
    assert sorted(always - routed) == []


def test_every_address_of_the_demonstration_has_a_line(demo_mode):  # noqa: F811
    routed = {name for name, _ in walk()}

    assert sorted(routed - NAMED) == []
    assert sorted(NAMED - routed) == []


def test_every_address_declares_a_permission(demo_mode):  # noqa: F811
    silent = [name for name, pattern in walk() if not declared(pattern)]

    assert silent == []


def test_every_name_is_that_of_one_address():
    names = [name for name, _ in walk()]

    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_every_deed_has_a_line_of_its_own(world: World):
    """An address that takes POST is asked with POST, one that takes GET with GET."""
    asked = {(line.name, line.method) for line in LINES}
    addresses = dict(walk())
    missing = [
        f"{method} {line.name}"
        for line in {line.name: line for line in routed_always()}.values()
        for method in methods_of(world, line, declared(addresses[line.name]))
        if (line.name, method) not in asked
    ]

    assert missing == []


def methods_of(world: World, line: Line, perms: tuple[str, ...]) -> set[str]:
    """What an address says it takes, to somebody who may open it."""
    for who, person in world.people.items():
        if {"everyone", "signed in"} & set(perms) or any(person.holds(perm) for perm in perms):
            answer = ask(world, NO_METHOD, line.name, line.whose, who)
            if answer.status_code == 405:
                return METHODS & {method.strip() for method in answer["Allow"].split(",")}
    return set()


# --- the table holds, and pages lead somewhere ---------------------------------------------------
@pytest.mark.parametrize("line", routed_always(), ids=str)
def test_access(world: World, line: Line):
    answers = {who: ask(world, line.method, line.name, line.whose, who) for who in line.statuses}

    assert {who: answer.status_code for who, answer in answers.items()} == line.statuses
    address = reverse(line.name, kwargs=world.about(line.name, line.whose))
    lost = {lead for answer in answers.values() for lead in leads_nowhere(address, answer)}
    assert sorted(lost) == []


LEADS = re.compile(r'<(?:a|form)\b[^>]*\s(?:href|action)="([^"#]*)')


def leads_nowhere(page: str, answer: Any) -> Iterator[str]:
    """The links and forms of a page that lead, or are sent, to no address of the portal's."""
    if not answer.get("Content-Type", "").startswith("text/html"):
        return
    text = answer.read if answer.streaming else answer.content
    for address in LEADS.findall(text.decode()):
        to = urlsplit(urljoin(page, unescape(address)))
        if to.scheme not in {"", "http", "https"} or to.netloc or not address:
            continue
        try:
            resolve(to.path)
        except Resolver404:
            yield address


@pytest.mark.parametrize("line", [line for line in LINES if line.mode == "demo"], ids=str)
def test_access_in_demonstration_mode(
    demo_mode,  # noqa: F811
    world: World,
    line: Line,
    monkeypatch: pytest.MonkeyPatch,
):
    """Who may; what the next day brings is another test's matter."""
    following = DemonstrationDay(day=access_world.TODAY)
    monkeypatch.setattr(demonstration, "advance", lambda *, by: following)

    test_access(world, line)


# Where an enterprise, or an authority of another province, reads of Southern, and why it may.
PUBLIC = {
    "enterprises:designation_list": "the list of designated enterprises is public",
    "api:designations": "the list of designated enterprises is public",
    "api:enterprise_name": "who a counterparty is, by its code, before it is named in a record",
}
READERS = ("recipient", "filer", "attester")


@pytest.mark.parametrize(
    "line",
    [
        line
        for line in routed_always()
        if line.method == "GET"
        and "foreign" not in line.whose
        and line.name not in PUBLIC
        and any(line.statuses[who] == 200 for who in READERS)
    ],
    ids=str,
)
def test_nobody_reads_of_an_enterprise_that_is_not_theirs(world: World, line: Line):
    """Neither on a page, nor in the API, nor in what a list exports."""
    queries = ["", "?export=csv"] if line.name.endswith(("_list", "_detail")) else [""]
    told = []
    for who in READERS:
        for query in queries if line.statuses[who] == 200 else []:
            answer = ask(world, line.method, line.name, line.whose, who, query)
            text = answer.read if answer.streaming else answer.content
            words = text.decode("utf-8", errors="replace")
            if world.southern.uscc in words or world.southern.name_zh in words:
                told.append(who + query)

    assert told == []


def test_strangers_get_only_what_is_declared_open():
    """302 leads to the sign-in page, 403 is the API's word for it."""
    opened = {name for name, pattern in walk() if "everyone" in declared(pattern)}

    for line in routed_always():
        if line.name not in opened:
            assert line.statuses["stranger"] in {302, 401, 403}, line


def test_strangers_are_led_to_the_sign_in_page(world: World):
    answer = ask(world, "GET", "accounts:profile", "-", "stranger")

    assert answer.url == f"{reverse(configured.LOGIN_URL)}?next=/profile/"
