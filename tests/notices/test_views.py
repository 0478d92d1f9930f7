"""A person's notices on pages."""

import pytest
from django.urls import reverse

from portal.notices.models import Notice, Preference
from portal.notices.queries import preferences_of

LIST = reverse("notices:notice_list")
CHANNELS = reverse("notices:channel_choose")


@pytest.fixture
def desk(client, filer):
    """The filer at their desk, in English."""
    client.force_login(filer)
    client.cookies["django_language"] = "en"
    return client


def test_notice_list_shows_ones_own_in_few_queries(
    desk, told, notice, django_assert_max_num_queries
):
    for _ in range(20):
        told()

    with django_assert_max_num_queries(15):  # three of them count the goods to confirm
        answer = desk.get(LIST)

    text = answer.content.decode()
    assert "The copy of decision 2025-01 (MIIT [2025] 1) has arrived" in text
    assert "21 unread notices" in text


def test_notice_list_exports_the_words(desk, notice):
    text = b"".join(desk.get(LIST, {"export": "csv"}).streaming_content).decode()

    assert "The copy of decision 2025-01" in text
    assert "<form" not in text


@pytest.mark.parametrize(("state", "rows"), [("unread", 1), ("read", 0)])
def test_notice_list_filters(desk, notice, state, rows):
    answer = desk.get(LIST, {"state": state, "kind": "copy_received"})

    assert answer.context["count"] == rows


def test_notice_open_marks_as_read_and_leads_there(desk, notice):
    answer = desk.post(reverse("notices:notice_open", args=[notice.pk]))

    assert answer.url == "/allocations/copies/1/"
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_notice_read_stays_with_the_list(desk, notice):
    answer = desk.post(reverse("notices:notice_read", args=[notice.pk]))

    assert answer.url == LIST
    assert "unread notice" not in desk.get(LIST).content.decode()


def test_notice_read_all_leaves_nothing_unread(desk, told, filer, attester):
    told()

    desk.post(reverse("notices:notice_read_all"))

    assert not Notice.objects.filter(user=filer, read_at=None).exists()
    assert Notice.objects.filter(user=attester, read_at=None).exists()


def test_somebody_elses_notice_is_not_there(desk, told, attester):
    told()
    other = Notice.objects.get(user=attester)

    assert desk.post(reverse("notices:notice_open", args=[other.pk])).status_code == 404


def test_channel_choose_keeps_the_choice(desk, filer):
    asked = dict.fromkeys(desk.get(CHANNELS).context["form"].fields, "portal")

    answer = desk.post(CHANNELS, asked)

    assert answer.status_code == 302
    assert set(Preference.objects.values_list("channel", flat=True)) == {"portal"}


def test_channel_choose_does_not_switch_off_what_must_not_be_missed(desk):
    asked = dict.fromkeys(desk.get(CHANNELS).context["form"].fields, "off")

    answer = desk.post(CHANNELS, asked)

    assert answer.status_code == 422
    assert not Preference.objects.exists()


def test_channel_choose_asks_for_nothing_and_keeps_what_is_not_sent(desk, filer):
    form = desk.get(CHANNELS)
    assert "asteriskField" not in form.content.decode()

    answer = desk.post(CHANNELS, {"filing_due": "off"})

    assert answer.status_code == 302
    held = {told.kind.value: channel.value for told, channel in preferences_of(filer)}
    assert held.pop("filing_due") == "off"
    fields = form.context["form"].fields
    assert held == {name: fields[name].initial for name in held}
