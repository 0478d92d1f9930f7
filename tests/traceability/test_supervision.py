"""Officials and filings: returned, asked about, given more time; partners told of amendments."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel.models import AuditEvent
from portal.kernel.period import CIVIL, Month
from portal.notices.models import Notice
from tests.traceability.ledger import found
from tests.traceability.test_submission import mined
from traceability.models import DeadlineExtension, Filing, FilingRemark
from traceability.queries.months import month_of, with_lateness
from traceability.queries.reminders import organisations_unfiled
from traceability.rules.supervision import (
    DueTooSoon,
    NobodyNamed,
    NothingWasAsked,
    NotInForce,
    NotLater,
)
from traceability.services.filings import fill_draft, open_draft, submit_filing
from traceability.services.intake import SourceRow
from traceability.services.supervision import (
    answer_about_filing,
    ask_about_filing,
    extend_deadline,
    return_filing,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(northern: Enterprise, february: Month, filer: User, attester: User) -> Callable[..., Any]:
    """Submit a version of Northern's February."""

    def filed(*rows: SourceRow, at: datetime) -> Filing:
        draft = open_draft(
            enterprise=northern, month=february, by=filer, at=at, reason="weighed anew"
        )
        numbered = [SourceRow(line, each.cells) for line, each in enumerate(rows, start=2)]
        fill_draft(filing=draft, rows=numbered, by=filer, at=at)
        return submit_filing(filing=draft, by=attester, at=at)

    return filed


@pytest.fixture
def filing(file: Any, noon: datetime) -> Filing:
    """Northern's February in force."""
    return file(mined("A"), at=noon)


def told_to(user: User) -> list[str]:
    """The kinds of notices that a person has."""
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("kind", flat=True))


def test_return_filing_says_why_and_leaves_it_in_force(
    filing: Filing, supervisor: User, filer: User, attester: User, later: datetime
) -> None:
    day = date(2025, 3, 20)

    remark = return_filing(filing=filing, text="Lot A?", due_on=day, by=supervisor, at=later)

    filing.refresh_from_db()
    assert (filing.status, remark.kind, remark.due_on) == ("submitted", "returned", day)
    assert told_to(filer) == told_to(attester) == ["filing_returned"]
    assert AuditEvent.objects.latest("pk").action == "filing.returned"


def test_return_filing_refuses_what_does_not_count_and_days_gone(
    filing: Filing, file: Any, supervisor: User, later: datetime
) -> None:
    with pytest.raises(DueTooSoon):
        return_filing(filing=filing, text="?", due_on=date(2025, 3, 5), by=supervisor, at=later)
    file(mined("B"), at=later)
    with pytest.raises(NotInForce):
        return_filing(filing=filing, text="?", due_on=date(2025, 4, 1), by=supervisor, at=later)

    assert not FilingRemark.objects.exists()


def test_what_is_asked_is_answered_to_whoever_asked(
    filing: Filing, supervisor: User, drafter: User, filer: User, later: datetime
) -> None:
    with pytest.raises(NothingWasAsked):
        answer_about_filing(filing=filing, text="Nothing", by=filer, at=later)

    ask_about_filing(filing=filing, text="Which scale?", by=supervisor, at=later)
    answer_about_filing(filing=filing, text="The new one.", by=filer, at=later)

    assert told_to(filer) == ["filing_asked"]
    assert told_to(supervisor) == ["filing_answered"]
    assert told_to(drafter) == []


def test_what_was_said_stays(filing: Filing, supervisor: User, later: datetime) -> None:
    remark = ask_about_filing(filing=filing, text="Which scale?", by=supervisor, at=later)

    with pytest.raises(DatabaseError), transaction.atomic():
        FilingRemark.objects.filter(pk=remark.pk).update(text="Nothing")
    with pytest.raises(DatabaseError), transaction.atomic():
        remark.delete()


# --- deadlines ---


@pytest.fixture
def extend(february: Month, northern: Enterprise, supervisor: User, noon: datetime) -> Any:
    """Give Northern more time for February."""

    def extended(last_day: date, *enterprises: Enterprise, at: datetime = noon) -> Any:
        return extend_deadline(
            month=february, enterprises=enterprises or [northern], last_day=last_day,
            reason="The mine was flooded.", by=supervisor, at=at,
        )  # fmt: skip

    return extended


def test_an_extension_moves_the_deadline_of_those_who_have_it(
    extend: Any, northern: Enterprise, southern: Enterprise, february: Month, filer: User
) -> None:
    extend(date(2025, 3, 20))

    ours = month_of(northern, february, today=date(2025, 3, 15))
    theirs = month_of(southern, february, today=date(2025, 3, 15))

    assert (ours.deadline, ours.status) == (date(2025, 3, 20), "due")
    assert ours.extension is not None
    assert ours.extension.reason == "The mine was flooded."
    assert (theirs.deadline, theirs.status) == (date(2025, 3, 10), "missing")
    assert told_to(filer) == ["deadline_extended"]
    assert AuditEvent.objects.filter(action="deadline.extended").count() == 1


@pytest.mark.parametrize(
    ("last_day", "refusal"),
    [(date(2025, 3, 10), NotLater), (date(2025, 3, 9), NotLater), (date(2025, 3, 11), None)],
)
def test_an_extension_ends_later_than_the_deadline_that_holds(
    extend: Any, last_day: date, refusal: Any
) -> None:
    if refusal is None:
        assert extend(last_day)
        with pytest.raises(NotLater):
            extend(last_day)
    else:
        with pytest.raises(refusal):
            extend(last_day)
        assert not DeadlineExtension.objects.exists()


def test_an_extension_is_for_somebody(february: Month, supervisor: User, noon: datetime) -> None:
    with pytest.raises(NobodyNamed):
        extend_deadline(
            month=february, enterprises=[], last_day=date(2025, 4, 1), reason="?",
            by=supervisor, at=noon,
        )  # fmt: skip


def test_the_checks_wait_for_an_extension_that_was_granted_by_then(
    extend: Any, northern: Enterprise, filing: Filing, file: Any, southern: Enterprise,
    southern_filer: User, southern_attester: User, february: Month,
) -> None:  # fmt: skip
    at = datetime(2025, 3, 18, 9, tzinfo=CIVIL)
    for enterprise in (northern, southern):
        enterprise.files_from = february
        enterprise.save(update_fields=["files_from"])
    extend(date(2025, 3, 20), southern)

    before = {each.enterprise for each in found("missing_filing", date(2025, 3, 20))}
    after = {each.enterprise for each in found("missing_filing", date(2025, 3, 21))}
    draft = open_draft(enterprise=southern, month=february, by=southern_filer, at=at)
    sent = submit_filing(filing=draft, by=southern_attester, at=at)

    assert southern not in before
    assert southern in after
    assert found("late_filing", date(2025, 3, 21)) == []
    assert with_lateness(Filing.objects.filter(pk=sent.pk)).get().late is False


def test_who_has_more_time_is_not_reminded(
    extend: Any, northern: Enterprise, february: Month
) -> None:
    northern.files_from = february
    northern.save(update_fields=["files_from"])
    extend(date(2025, 3, 20))

    assert organisations_unfiled(february, today=date(2025, 3, 13)) == []
    late = organisations_unfiled(february, today=date(2025, 3, 21))
    assert late == [northern.organisation_id]


# --- the pages ---


@pytest.fixture
def official(client: Client, supervisor: User, noon: datetime, monkeypatch: Any) -> Client:
    """A supervisor at noon, in English."""
    monkeypatch.setattr("portal.kernel.clock.now", lambda: noon)
    monkeypatch.setattr("portal.kernel.clock.today", noon.date)
    supervisor.language = "en"
    supervisor.save(update_fields=["language"])
    client.force_login(supervisor)
    client.cookies["django_language"] = "en"
    return client


def test_an_official_returns_and_asks_on_the_filings_page(official: Client, filing: Filing) -> None:
    told = {"text": "Lot A was weighed twice.", "due_on": "2025-03-20"}

    returned = official.post(reverse("traceability:filing_return", args=[filing.pk]), told)
    asked = official.post(reverse("traceability:filing_ask", args=[filing.pk]), {"text": "Why?"})
    early = official.post(
        reverse("traceability:filing_return", args=[filing.pk]), told | {"due_on": "2025-03-01"}
    )

    assert (returned.status_code, asked.status_code, early.status_code) == (302, 302, 422)
    text = official.get(filing.get_absolute_url()).content.decode()
    assert "Lot A was weighed twice." in text
    assert "Why?" in text


def test_an_official_extends_a_deadline_for_one_or_for_all(
    official: Client, northern: Enterprise, southern: Enterprise, february: Month
) -> None:
    Enterprise.objects.filter(pk__in=[northern.pk, southern.pk]).update(files_from=february)
    address = reverse("traceability:extension_add")
    told = {"month": "2025-02", "last_day": "2025-03-15", "reason": "Flood"}

    one = official.post(address, told | {"enterprises": northern.uscc})
    neither = official.post(address, told)
    unknown = official.post(address, told | {"enterprises": "X1"})
    every = official.post(address, told | {"everybody": "on", "last_day": "2025-03-16"})

    answers = (one, neither, unknown, every)
    assert [answer.status_code for answer in answers] == [302, 422, 422, 302]
    assert "Not in the directory: X1." in unknown.content.decode()
    assert "or choose every one" not in unknown.content.decode()  # one fault, said once
    assert DeadlineExtension.objects.count() == 3
    assert "Flood" in official.get(reverse("traceability:extension_list")).content.decode()
