"""The e-mail that goes out in the background."""

import pytest
from django.core import mail

from portal.kernel import clock
from portal.notices import services, tasks
from portal.notices.models import Notice


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch, noon) -> None:
    monkeypatch.setattr(clock, "now", lambda: noon)


def test_mail_due_notices_sends_each_person_one(told, filer, attester):
    told()
    told()

    tasks.mail_due_notices()
    tasks.mail_due_notices()

    assert sorted(letter.to[0] for letter in mail.outbox) == sorted([filer.email, attester.email])


def test_a_letter_that_cannot_be_written_stops_nobody_elses(told, filer, attester):
    told()
    Notice.objects.filter(user=filer).update(kind="unheard_of")

    tasks.mail_due_notices()

    assert [letter.to for letter in mail.outbox] == [[attester.email]]


def test_forget_notices_keeps_what_is_younger_than_a_year(told, filer, noon):
    told()
    services.mark_read(None, by=filer, at=noon)

    tasks.forget_notices()

    assert Notice.objects.filter(user=filer).exists()
