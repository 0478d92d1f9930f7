"""The main navigation: groups, what each role finds in them, and where the page stands."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from portal.dashboard.entries import NAVIGATION, Group
from portal.dashboard.navigation import Menu, Shown, shown_to


@pytest.fixture
def shown(rf):
    """The navigation of a page for one person."""

    def ask(person, path: str = "/") -> list[Shown | Menu]:
        request = rf.get(path)
        request.user = person
        return shown_to(request)

    return ask


def _labels(parts) -> list[str]:
    with override("en"):
        return [str(part.label) for part in parts]


def test_every_entry_has_an_address():
    for part in NAVIGATION:
        for entry in part.entries if isinstance(part, Group) else (part,):
            assert reverse(entry.name)


def test_an_entry_stands_in_one_group_only():
    names = [
        entry.name
        for part in NAVIGATION
        for entry in (part.entries if isinstance(part, Group) else (part,))
    ]

    assert len(names) == len(set(names))


def test_a_role_finds_its_groups(shown, drafter, filer):
    assert _labels(shown(drafter)) == [
        *("Overview", "Decisions", "Caps and copies", "Enterprises", "Filings"),
        *("Tracing", "Supervision", "Working days", "Help"),
    ]
    assert "Decisions" not in _labels(shown(filer))


def test_a_group_of_which_one_entry_is_seen_is_that_entry(shown, drafter):
    calendar = shown(drafter)[-2]

    assert isinstance(calendar, Shown)
    assert calendar.url == reverse("accounts:calendar")


def test_the_page_is_marked_in_its_group(shown, drafter):
    path = reverse("allocations:scenario_add")

    marked = [part for part in shown(drafter, path) if part.current]

    assert _labels(marked) == ["Decisions"]
    assert _labels(entry for entry in marked[0].entries if entry.current) == ["Scenarios"]


def test_a_page_that_stands_below_no_entry_marks_none(shown, drafter):
    assert not [part for part in shown(drafter, reverse("accounts:profile")) if part.current]
    assert [part.current for part in shown(drafter, "/")].count(True) == 1


def test_what_waits_is_counted_at_the_group_and_at_the_entry(client, filer, monkeypatch):
    monkeypatch.setattr("portal.dashboard.navigation.to_confirm", lambda *_args, **_facts: 1234)
    client.force_login(filer)

    text = client.get(reverse("help:index")).content.decode()

    assert text.count('<span class="nav-count">1,234</span>') == 2
