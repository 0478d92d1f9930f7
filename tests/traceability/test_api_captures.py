"""Capture by the standard's REST interface."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from portal.machines.services import create_key
from tests.traceability.events import document, mined
from traceability.models import Capture
from traceability.queries.captures import FIRST_ERRORS
from traceability.rules.epcis.document import MOST_EVENTS
from traceability.services.captures import work_capture

pytestmark = pytest.mark.django_db
JSON_LD = "application/ld+json"


@pytest.fixture
def address() -> str:
    return reverse("api:epcis_captures")


@pytest.fixture
def keyed(filer, noon, client, monkeypatch) -> Any:
    """A system of Northern's with a key of this scope."""
    monkeypatch.setattr("portal.kernel.clock.now", lambda: noon)
    monkeypatch.setattr("portal.kernel.clock.today", noon.date)

    def made(scope: str = "file") -> dict[str, str]:
        told = {"purpose": "ERP", "scope": scope, "expires_on": date(2025, 6, 30)}
        _key, token = create_key(**told, by=filer, at=noon)
        return {"authorization": f"Bearer {token}"}

    return made


def send(client, address, headers, content, kind=JSON_LD, **more) -> Any:
    return client.post(address, content, content_type=kind, headers=headers | more)


def test_a_document_is_taken_and_its_job_tells_what_became_of_it(
    client, address, keyed, northern, noon
):
    headers = keyed()

    answer = send(client, address, headers, document(mined(northern.uscc, "L")))
    job = client.get(answer.headers["Location"], headers=headers)
    work_capture(capture=Capture.objects.get(), at=noon)
    done = client.get(answer.headers["Location"], headers=headers)

    assert (answer.status_code, answer.content) == (202, b"")
    assert answer.headers["GS1-EPCIS-Version"] == "2.0"
    assert answer.headers["GS1-EPCIS-Capture-Limit"] == str(MOST_EVENTS)
    assert (job.json()["running"], job.json()["success"], job.json()["errors"]) == (True, True, [])
    assert job.headers["GS1-Capture-Error-Behaviour"] == "rollback"
    told = done.json()
    assert answer.headers["Location"].endswith(told["captureID"])
    assert (told["running"], told["success"], told["capturedCount"]) == (False, True, 1)
    assert told["createdAt"].startswith("2025-03-05T12:00")
    assert told["captureErrorBehaviour"] == "rollback"


@pytest.mark.parametrize(
    ("language", "words"), [("en", "No kind of record is meant"), ("zh-hans", "不对应任何记录类别")]
)
def test_errors_are_problems_that_point_into_the_document(
    client, address, keyed, northern, noon, language, words
):
    headers = keyed() | {"accept-language": language}
    proceed = {"GS1-Capture-Error-Behaviour": "proceed"}
    wrong = mined(northern.uscc, "W", bizStep="packing", eventID="urn:x:1")
    answer = send(client, address, headers, document(mined(northern.uscc, "L"), wrong), **proceed)
    work_capture(capture=Capture.objects.get(), at=noon)

    told = client.get(answer.headers["Location"], headers=headers).json()

    assert (told["success"], told["capturedCount"], told["captureErrorBehaviour"]) == (
        *(False, 1),
        "proceed",
    )
    [error] = told["errors"]
    assert error["type"] == "epcisException:ValidationException"
    assert (error["status"], error["instance"], error["eventID"]) == (
        *(400, "#/epcisBody/eventList/1/bizStep"),
        "urn:x:1",
    )
    assert words in error["detail"]


@pytest.mark.parametrize(
    ("content", "kind", "behaviour", "status", "exception"),
    [
        (b"{}", JSON_LD, "rollback", 400, "ValidationException"),
        (b"", "application/json", "rollback", 400, "ValidationException"),
        (document(), JSON_LD, "halt", 400, "ValidationException"),
        (b"<a/>", "application/xml", "rollback", 415, "ImplementationException"),
        (
            document(*[7] * (MOST_EVENTS + 1)),
            JSON_LD,
            "rollback",
            413,
            "CaptureLimitExceededException",
        ),
    ],
    ids=["no document", "nothing", "behaviour", "xml", "too many"],
)
def test_what_cannot_be_taken_is_a_problem_at_once(
    client, address, keyed, content, kind, behaviour, status, exception
):
    headers = keyed() | {"GS1-Capture-Error-Behaviour": behaviour}

    answer = send(client, address, headers, content, kind)

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == f"epcisException:{exception}"
    assert not Capture.objects.exists()


def test_a_key_that_only_reads_sends_nothing(client, address, keyed):
    answer = send(client, address, keyed("read"), document())

    assert (answer.status_code, answer.json()["type"]) == (403, "epcisException:SecurityException")
    assert client.get(address, headers=keyed("read")).status_code == 200


def test_a_repeat_of_a_write_is_answered_as_the_first(client, address, keyed, northern):
    content, headers = document(mined(northern.uscc, "L")), keyed() | {"Idempotency-Key": "1"}

    first, again = (send(client, address, headers, content) for _time in range(2))

    assert first.headers["Location"] == again.headers["Location"]
    assert Capture.objects.count() == 1


def test_the_jobs_are_ones_own_and_come_in_pages(
    client, address, keyed, southern_filer, filer, northern
):
    headers = keyed()
    for _number in range(3):
        send(client, address, headers, document())

    page = client.get(address + "?perPage=2", headers=headers)
    link = page.headers["Link"]
    last = client.get(link[link.index("<") + 1 : link.index(">")], headers=headers)
    client.force_login(southern_filer)
    strangers = client.get(address), client.get(f"{address}/{page.json()[0]['captureID']}")

    assert link.endswith('rel="next"')
    named = [job["captureID"] for job in (*page.json(), *last.json())]
    assert len(page.json()) == 2
    assert named == [str(job.capture_id) for job in Capture.objects.order_by("-pk")]
    assert "Link" not in last.headers
    assert strangers[0].json() == []
    assert strangers[1].status_code == 404
    assert client.get(address + "?nextPageToken=x").status_code == 400
    assert client.get(address + "?perPage=0").status_code == 400


def test_a_list_of_jobs_tells_the_first_errors_of_each(client, address, keyed, northern, noon):
    headers = keyed()
    answer = send(client, address, headers, document(*[7] * (FIRST_ERRORS + 1)))
    work_capture(capture=Capture.objects.get(), at=noon)

    [listed] = client.get(address, headers=headers).json()
    alone = client.get(answer.headers["Location"], headers=headers).json()

    assert listed["errors"] == alone["errors"][:FIRST_ERRORS]
    assert listed["errorCount"] == alone["errorCount"] == len(alone["errors"]) == FIRST_ERRORS + 1


def test_options_tell_the_limits(client, address, filer):
    client.force_login(filer)

    answer = client.options(address)

    assert answer.status_code == 204
    assert answer.headers["Allow"] == "GET, POST, HEAD, OPTIONS"
    assert answer.headers["GS1-EPCIS-Capture-File-Size-Limit"] == str(20 * 1024 * 1024)
    assert answer.headers["GS1-Capture-Error-Behaviour"] == "rollback"
    assert '"reo"' in answer.headers["GS1-Extensions"]
