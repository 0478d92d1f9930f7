"""What officials ask, by machine: returns, questions, extended deadlines, cases."""

from datetime import date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel.models import AuditEvent
from portal.kernel.period import Month
from portal.notices.models import Notice
from tests.traceability.ledger import file
from traceability.models import Case, Finding
from traceability.services import cases
from traceability.services.reconciliations import ask_reconciliation, run_reconciliation
from traceability.services.supervision import ask_about_filing, extend_deadline, return_filing

pytestmark = pytest.mark.django_db
TODAY = date(2025, 3, 5)


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch, noon: datetime) -> None:
    monkeypatch.setattr("portal.kernel.clock.now", lambda: noon)
    monkeypatch.setattr("portal.kernel.clock.today", lambda: TODAY)


def listed(client: Client, name: str, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(reverse(f"api:{name}") + query)
    assert answer.status_code == 200, answer.content
    return list(answer.json()["results"])


# --- filings -------------------------------------------------------------------------------------
def test_a_question_is_read_and_answered(northern, supervisor, filer, client, noon):
    filing = file(northern, "2025-01")
    ask_about_filing(filing=filing, text="Why nothing?", by=supervisor, at=noon)
    client.force_login(filer)

    (asked,) = listed(client, "filing_remarks", "?open=true&kind=question&month=2025-01")
    answer = client.post(
        reverse("api:filing_answer", args=[asked["filing"]]),
        {"text": "The plant stood still."},
        content_type="application/json",
    )

    assert (asked["text"], asked["open"], asked["uscc"]) == ("Why nothing?", True, northern.uscc)
    assert (answer.status_code, answer.json()["kind"]) == (201, "answer")
    assert listed(client, "filing_remarks", "?open=true") == []
    assert [each["kind"] for each in listed(client, "filing_remarks")] == ["question", "answer"]
    assert Notice.objects.filter(user=supervisor, kind="filing_answered").count() == 1
    assert AuditEvent.objects.filter(action="filing.answered").count() == 1


def test_a_return_waits_until_the_month_is_amended(northern, supervisor, filer, client, noon):
    filing = file(northern, "2025-01")
    due = {"text": "Lots are missing", "due_on": date(2025, 3, 20)}
    return_filing(filing=filing, by=supervisor, at=noon, **due)
    client.force_login(filer)

    (returned,) = listed(client, "filing_remarks", "?open=true")
    read = client.get(reverse("api:filing_remark", args=[returned["id"]]))
    file(northern, "2025-01", reason="Corrected")

    assert (returned["kind"], returned["due_on"]) == ("returned", "2025-03-20")
    assert read.json() == returned
    assert listed(client, "filing_remarks", "?open=true") == []


def test_nothing_asked_is_not_answered_and_others_see_nothing(
    northern, supervisor, filer, southern_filer, client, noon
):
    filing = file(northern, "2025-01")
    address = reverse("api:filing_answer", args=[filing.pk])
    told = {"data": {"text": "Well"}, "content_type": "application/json"}
    client.force_login(filer)
    early = client.post(address, **told)
    empty = client.post(address, {"text": " "}, content_type="application/json")
    ask_about_filing(filing=filing, text="Why?", by=supervisor, at=noon)

    client.force_login(southern_filer)

    assert (early.status_code, early.json()["code"]) == (409, "nothing_was_asked")
    assert empty.json()["errors"][0]["pointer"] == "/text"
    assert client.post(address, **told).status_code == 404
    assert listed(client, "filing_remarks") == []


def test_extensions_are_read_with_their_reason(
    northern, southern, supervisor, filer, viewer, client, noon
):
    extend_deadline(
        month=Month(2025, 2),
        enterprises=[northern, southern],
        last_day=date(2025, 3, 20),
        reason="Flood",
        by=supervisor,
        at=noon,
    )
    client.force_login(filer)
    own = listed(client, "extensions", "?month=2025-02")
    other = listed(client, "extensions", "?month=2025-01")
    client.force_login(viewer)

    assert [(each["uscc"], each["last_day"], each["reason"]) for each in own] == [
        (northern.uscc, "2025-03-20", "Flood")
    ]
    assert other == []
    assert len(listed(client, "extensions")) == 2


# --- cases ---------------------------------------------------------------------------------------
@pytest.fixture
def asked(northern: Any, southern: Any, supervisor: User, noon: datetime) -> Case:
    """Northern filed no January; it was asked why."""
    Enterprise.objects.filter(pk=northern.pk).update(files_from=Month(2025, 1))
    run = ask_reconciliation(year=2025, as_of=TODAY, by=supervisor, at=noon)
    run_reconciliation(reconciliation=run, at=noon)
    found = Finding.objects.filter(enterprise=northern, code="missing_filing").first()
    cases.ask_enterprise(
        case=found.case,
        text="Why?",
        due_on=date(2025, 4, 1),
        attachment=cases.Attachment("question.pdf", b"%PDF-1"),
        by=supervisor,
        at=noon,
    )
    cases.note_in_case(case=found.case, text="Look into it", by=supervisor, at=noon)
    return found.case


def test_the_enterprise_reads_what_it_is_asked_and_no_notes(asked, filer, client):
    client.force_login(filer)

    (case,) = listed(client, "cases", "?status=asked")
    read = client.get(reverse("api:case", args=[case["id"]])).json()
    (question,) = read["entries"]
    sent = client.get(reverse("api:case_attachment", args=[case["id"], question["id"]]))

    assert (case["id"], case["answer_due_on"]) == (asked.pk, "2025-04-01")
    assert (question["kind"], question["attachment"]) == ("question", "question.pdf")
    assert read["findings"] == list(asked.findings.order_by("pk").values_list("pk", flat=True))
    assert b"".join(sent.streaming_content) == b"%PDF-1"


def test_a_case_is_answered_with_a_file(asked, filer, client):
    client.force_login(filer)
    sent = SimpleUploadedFile("scale.pdf", b"%PDF-2")

    answer = client.post(
        reverse("api:case_answer", args=[asked.pk]), {"text": "Here", "attachment": sent}
    )

    assert answer.status_code == 201, answer.content
    assert (answer.json()["status"], answer.json()["entries"][-1]["attachment"]) == (
        "answered", "scale.pdf",
    )  # fmt: skip
    assert AuditEvent.objects.filter(action="case.answered").count() == 1


def test_what_is_no_evidence_is_pointed_at(asked, filer, client):
    client.force_login(filer)
    sent = SimpleUploadedFile("run.exe", b"MZ")

    refused = client.post(
        reverse("api:case_answer", args=[asked.pk]), {"text": "Here", "attachment": sent}
    )

    told = refused.json()
    assert (refused.status_code, told["code"]) == (409, "unfit_evidence")
    assert told["errors"][0]["pointer"] == "/attachment"


def test_a_case_of_others_is_none(asked, southern_filer, client):
    client.force_login(southern_filer)
    body = {"data": {"text": "Well"}, "content_type": "application/json"}

    assert listed(client, "cases") == []
    assert client.get(reverse("api:case", args=[asked.pk])).status_code == 404
    assert client.post(reverse("api:case_answer", args=[asked.pk]), **body).status_code == 404


def test_findings_addressed_to_the_caller_are_listed(asked, northern, filer, client):
    client.force_login(filer)

    found = listed(client, "findings", "?code=missing_filing")
    read = client.get(reverse("api:finding", args=[found[0]["id"]])).json()

    assert {each["uscc"] for each in found} == {northern.uscc}
    assert read["clears"]
