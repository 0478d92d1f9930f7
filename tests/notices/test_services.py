"""Telling people, and the e-mail that goes out."""

import smtplib
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection, transaction

from portal.accounts.models import User
from portal.kernel.models import AuditEvent
from portal.notices import services
from portal.notices.kinds import Kind
from portal.notices.models import Notice, Preference
from portal.notices.queries import notices_visible_to, people_to_mail, unread_count
from tests.cast import make_user


def test_tell_reaches_everybody_whose_role_it_concerns(told, filer, attester, southern_filer):
    count = told()

    assert count == 2
    assert set(Notice.objects.values_list("user", flat=True)) == {filer.pk, attester.pk}
    assert not Notice.objects.filter(user=southern_filer).exists()


def test_tell_leaves_out_the_doer_the_inactive_and_other_roles(told, filer, attester, northern):
    gone = make_user(northern.organisation, "filer", is_active=False)

    told(besides=attester)

    assert list(Notice.objects.values_list("user", flat=True)) == [filer.pk]
    assert not Notice.objects.filter(user=gone).exists()


def test_tell_once_is_told_once(told):
    assert told(once="2025-02") == 2
    assert told(once="2025-02") == 0
    assert told(once="2025-03") == 2
    assert told() == 2
    assert told() == 2


def test_tell_stands_or_falls_with_its_deed(told):
    with transaction.atomic():
        told()
        transaction.set_rollback(True)

    assert not Notice.objects.exists()


@pytest.mark.parametrize(("channel", "notices", "to_mail"), [("off", 0, 0), ("portal", 1, 0)])
def test_tell_keeps_to_what_a_person_chose(told, filer, channel, notices, to_mail):
    Preference.objects.create(user=filer, kind=Kind.COPY_RECEIVED, channel=channel)

    told()

    own = Notice.objects.filter(user=filer)
    assert own.count() == notices
    assert own.filter(mail_at__isnull=False).count() == to_mail


def test_tell_mails_nobody_without_an_address(told, filer):
    User.objects.filter(pk=filer.pk).update(email="")

    told()

    assert Notice.objects.get(user=filer).mail_at is None


def test_mark_read_touches_nobody_elses(told, filer, attester, noon):
    told()
    others = Notice.objects.get(user=attester)

    assert services.mark_read([others.pk], by=filer, at=noon) == 0
    assert services.mark_read(None, by=filer, at=noon) == 1
    assert Notice.objects.get(user=attester).read_at is None


def test_choose_channels_keeps_what_changed(filer, noon):
    services.choose_channels(channels={"copy_received": "mail"}, by=filer, at=noon)
    assert not AuditEvent.objects.exists()

    services.choose_channels(
        channels={"copy_received": "portal", "decision_issued": "off"}, by=filer, at=noon
    )

    assert Preference.objects.get().channel == "portal"
    assert AuditEvent.objects.get().facts == {"copy_received": "portal"}


def test_mail_notices_sends_one_message_in_the_persons_language(told, filer, noon, settings):
    settings.ADDRESS = "https://portal.example.cn"
    User.objects.filter(pk=filer.pk).update(language="en")
    told()
    told()

    sent = services.mail_notices(filer.pk, through=mail.get_connection(), at=noon)

    assert sent == 2
    (letter,) = mail.outbox
    assert letter.to == [filer.email]
    assert letter.subject.startswith("2 notices")
    assert letter.body.count("MIIT [2025] 1") == 2
    assert "https://portal.example.cn/allocations/copies/1/" in letter.body


def test_mail_notices_twice_sends_once(told, filer, noon):
    told()

    services.mail_notices(filer.pk, through=mail.get_connection(), at=noon)

    assert services.mail_notices(filer.pk, through=mail.get_connection(), at=noon) == 0
    assert len(mail.outbox) == 1


def test_what_was_read_in_the_portal_is_not_mailed(told, filer, noon):
    told()
    services.mark_read(None, by=filer, at=noon)

    assert services.mail_notices(filer.pk, through=mail.get_connection(), at=noon) == 0
    assert filer.pk not in people_to_mail(noon, most=10)


class _Refusing:
    """A mail server that takes nothing."""

    def send_messages(self, messages):
        raise smtplib.SMTPServerDisconnected("gone")


def test_what_the_mail_server_does_not_take_waits_longer_each_time(told, filer, noon):
    told()

    services.mail_notices(filer.pk, through=_Refusing(), at=noon)
    first = Notice.objects.get(user=filer)
    services.mail_notices(filer.pk, through=_Refusing(), at=first.mail_at)
    second = Notice.objects.get(user=filer)

    assert first.mail_at == noon + timedelta(minutes=2)
    assert second.mail_at == first.mail_at + timedelta(minutes=4)
    assert second.mailed_at is None
    assert filer.pk in people_to_mail(second.mail_at, most=10)


def test_forget_notices_drops_what_was_read_long_ago(told, filer, attester, noon, later):
    told()
    services.mark_read(None, by=filer, at=noon)

    assert services.forget_notices(later) == 1
    assert Notice.objects.get().user == attester


def test_two_workers_send_one_message(committed_db, told, filer, noon):
    told()
    taken, go_on = threading.Event(), threading.Event()

    class Slow:
        """Holds its message until the other worker has looked."""

        def send_messages(self, messages):
            taken.set()
            assert go_on.wait(10)
            return 1

    def first() -> None:
        services.mail_notices(filer.pk, through=Slow(), at=noon)
        connection.close()

    worker = threading.Thread(target=first)
    worker.start()
    assert taken.wait(10)
    second = services.mail_notices(filer.pk, through=mail.get_connection(), at=noon)
    go_on.set()
    worker.join()

    assert second == 0
    assert mail.outbox == []
    assert Notice.objects.get(user=filer).mailed_at == noon


def test_who_has_gone_to_another_organisation_reads_and_is_mailed_nothing_of_the_former(
    told, filer, southern, noon
):
    told()
    User.objects.filter(pk=filer.pk).update(organisation=southern.organisation)
    filer.refresh_from_db()

    assert not notices_visible_to(filer).exists()
    assert unread_count(filer) == 0
    assert filer.pk not in people_to_mail(noon, most=10)
    assert services.mail_notices(filer.pk, through=mail.get_connection(), at=noon) == 0
