"""The pages on which an enterprise sees what its systems sent."""

import pytest
from django.urls import reverse

from tests.traceability.events import document, mined
from traceability.services.captures import receive_capture, work_capture

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(northern, filer, noon, monkeypatch):
    """A document with an event that is right, and one that is not."""
    monkeypatch.setattr("portal.kernel.clock.now", lambda: noon)
    monkeypatch.setattr("portal.kernel.clock.today", noon.date)
    wrong = mined(northern.uscc, "W", bizStep="packing", eventID="urn:x:wrong")
    capture = receive_capture(
        enterprise=northern,
        content=document(mined(northern.uscc, "L"), wrong),
        behaviour="proceed",
        by=filer,
        at=noon,
    )
    return work_capture(capture=capture, at=noon)


def test_capture_list_shows_the_documents_of_ones_own_enterprise(
    job, client, filer, southern_filer
):
    address = reverse("traceability:capture_list")
    client.force_login(filer)
    own = client.get(address).content.decode()
    client.force_login(southern_filer)
    others = client.get(address).content.decode()

    assert job.get_absolute_url() in own
    assert job.get_absolute_url() not in others


def test_capture_detail_says_what_is_wrong_and_where(job, client, filer, southern_filer):
    client.force_login(filer)
    page = client.get(job.get_absolute_url()).content.decode()
    sheet = client.get(job.get_absolute_url() + "?export=csv").getvalue().decode()

    for text in (page, sheet):
        assert "urn:x:wrong" in text
        assert "/epcisBody/eventList/1/bizStep" in text
    assert job.events.get().filing.get_absolute_url() in page
    client.force_login(southern_filer)
    assert client.get(job.get_absolute_url()).status_code == 404


def test_capture_file_gives_the_document_as_it_came(job, client, filer):
    client.force_login(filer)

    answer = client.get(reverse("traceability:capture_file", args=[job.capture_id]))

    assert answer.getvalue() == bytes(job.content)
    assert answer.headers["Content-Type"] == "application/ld+json"


def test_the_month_leads_to_what_systems_sent(job, client, filer):
    client.force_login(filer)

    page = client.get(reverse("traceability:filing_month", args=["2025-02"])).content.decode()

    assert job.get_absolute_url() in page
    assert reverse("traceability:capture_list") in page
