"""Many cases at once: all or none, refused row by row, one event; chosen and counted back."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from portal.kernel.models import AuditEvent
from portal.notices.models import Notice
from tests.cast import make_user
from traceability.models import Case, CaseEntry, Finding, SavedView
from traceability.rules.cases import RowsRefused, SomeGone
from traceability.services import case_bulk as services
from traceability.services.saved_views import save_view

pytestmark = pytest.mark.django_db
LATER = date(2025, 4, 1)


@pytest.fixture
def three(northern, southern, noon) -> list[Case]:
    """Two cases of Northern's and one of Southern's, a finding in each."""
    told = [(northern, "caps"), (northern, "balance"), (southern, "caps")]
    cases = []
    for number, (enterprise, topic) in enumerate(told):
        case = Case.objects.create(year=2025, enterprise=enterprise, topic=topic, opened_at=noon)
        Finding.objects.create(
            code="over_cap" if topic == "caps" else "oversold_lot",
            key=f"k{number}",
            year=2025,
            severity="high" if number else "low",
            enterprise=enterprise,
            amount_kg=100 * (number + 1),
            rule_version="1",
            first_seen=noon.date(),
            last_seen=noon.date(),
            case=case,
        )
        cases.append(case)
    return cases


def keys(cases: list[Case]) -> list[int]:
    return [each.pk for each in cases]


@pytest.fixture
def closed(three, supervisor, noon) -> Case:
    """The second of the three, closed."""
    services.close_cases(
        cases=keys(three[1:2]), outcome="explained", reason="known", by=supervisor, at=noon
    )
    return three[1]


def statuses(cases: list[Case]) -> list[str]:
    return list(
        Case.objects.filter(pk__in=keys(cases)).order_by("pk").values_list("status", flat=True)
    )


def test_all_are_assigned_with_one_event(three, supervisor, noon):
    assert services.assign_cases(cases=keys(three), to=supervisor, by=supervisor, at=noon) == 3

    assert statuses(three) == ["assigned"] * 3
    event = AuditEvent.objects.get(action="cases.assigned")
    assert event.facts["cases"] == keys(three)
    assert CaseEntry.objects.filter(kind="assigned").count() == 3


def test_each_enterprise_is_asked_and_told(
    three, supervisor, southern, filer, southern_filer, noon
):
    services.ask_in_cases(cases=keys(three), text="Why?", due_on=LATER, by=supervisor, at=noon)

    assert statuses(three) == ["asked"] * 3
    assert Notice.objects.filter(user=filer).count() == 2
    assert Notice.objects.filter(user=southern_filer).count() == 1


def test_one_that_can_t_be_done_stops_all(three, closed, supervisor, noon):
    before = statuses(three)

    with pytest.raises(RowsRefused) as refused:
        services.note_in_cases(cases=keys(three), text="seen", by=supervisor, at=noon)

    assert [row.pk for row in refused.value.rows] == [closed.pk]
    assert statuses(three) == before
    assert not CaseEntry.objects.filter(kind="note").exists()
    assert not AuditEvent.objects.filter(action="cases.noted").exists()


def test_merging_many_refuses_the_target_among_them(three, supervisor, noon):
    with pytest.raises(RowsRefused) as refused:
        services.merge_cases(
            cases=keys(three), into=three[0], reason="one cause", by=supervisor, at=noon
        )

    assert [row.pk for row in refused.value.rows] == [three[0].pk]
    services.merge_cases(
        cases=keys(three[1:]), into=three[0], reason="one cause", by=supervisor, at=noon
    )
    assert statuses(three) == ["open", "merged", "merged"]
    assert three[0].findings.count() == 3


def test_closing_many_as_corrected_asks_each(three, supervisor, noon):
    three[0].findings.update(status="cleared")

    with pytest.raises(RowsRefused) as refused:
        services.close_cases(
            cases=keys(three), outcome="corrected", reason="amended", by=supervisor, at=noon
        )

    assert [row.pk for row in refused.value.rows] == keys(three[1:])
    assert statuses(three) == ["open"] * 3


def test_what_is_gone_is_refused(three, supervisor, noon):
    with pytest.raises(SomeGone):
        services.assign_cases(cases=[*keys(three), 0], to=supervisor, by=supervisor, at=noon)


# --- pages ---------------------------------------------------------------------------------------
@pytest.fixture
def english(client: Client):
    """Signs somebody in; pages come in English."""

    def sign_in(user) -> Client:
        user.language = "en"
        user.save(update_fields=["language"])
        client.force_login(user)
        client.cookies["django_language"] = "en"
        return client

    return sign_in


def test_all_that_match_are_counted_back_before_it_is_done(english, three, supervisor, noon):
    client = english(supervisor)
    asked = {"action": "close", "which": "all", "filter": "topic=caps"}

    shown = client.get(reverse("traceability:case_bulk"), asked)

    text = shown.content.decode()
    assert "2 cases are meant" in text
    [form] = re.findall(r'<form method="post"[^>]*portal-form[^>]*>', text)
    assert "action=" not in form  # it is sent to where it was asked for
    rows = shown.context["form"]["rows"].value()
    # What matches by now does not matter any more.
    Case.objects.filter(pk=three[1].pk).update(topic="figures")
    done = client.post(
        f"{reverse('traceability:case_bulk')}?action=close&which=all&filter=topic%3Dcaps",
        {"rows": rows, "outcome": "explained", "reason": "a common cause"},
    )
    assert done.status_code == 302
    assert statuses(three) == ["closed", "open", "closed"]


def test_refusals_are_told_row_by_row(english, three, closed, supervisor):
    client = english(supervisor)

    answer = client.post(
        f"{reverse('traceability:case_bulk')}?action=note",
        {"rows": ",".join(map(str, keys(three))), "text": "seen"},
    )

    assert answer.status_code == 422
    assert [row.pk for row, _why in answer.context["refused"]] == [closed.pk]
    assert "1 of 3 can&#x27;t be done" in answer.content.decode()


@pytest.mark.parametrize("sent", ["", "x", "1,x"])
def test_rows_that_are_none_are_not_taken(english, three, supervisor, sent):
    answer = english(supervisor).post(
        f"{reverse('traceability:case_bulk')}?action=note", {"rows": sent, "text": "seen"}
    )

    assert answer.status_code in (302, 422)
    assert not CaseEntry.objects.exists()


def test_findings_move_from_the_page(english, three, supervisor):
    client = english(supervisor)
    finding = three[0].findings.get()
    page = reverse("traceability:finding_move")

    shown = client.get(page, {"pick": finding.pk})
    assert "1 finding is meant" in shown.content.decode()
    done = client.post(page, {"rows": str(finding.pk), "into": three[1].pk, "reason": "same cause"})

    assert done["Location"] == three[1].get_absolute_url()
    assert three[1].findings.count() == 2


def test_what_is_done_with_findings_is_done_in_their_cases(english, three, supervisor):
    client = english(supervisor)
    findings = [three[0].findings.get(), three[2].findings.get()]
    asked = {"action": "assign", "which": "picked", "pick": [each.pk for each in findings]}

    shown = client.get(reverse("traceability:finding_move"), asked, follow=True)

    assert "2 cases are meant" in shown.content.decode()
    rows = shown.context["form"]["rows"].value()
    address, _status = shown.redirect_chain[-1]
    done = client.post(address, {"rows": rows, "to": supervisor.pk})
    assert done["Location"] == reverse("traceability:finding_list")
    assert statuses(three) == ["assigned", "open", "assigned"]


def test_the_list_of_findings_offers_what_can_be_done(english, three, supervisor):
    text = english(supervisor).get(reverse("traceability:finding_list")).content.decode()

    for action in ("move", "assign", "ask", "note", "close"):
        assert f'<option value="{action}">' in text


def test_the_lists_narrow_by_everything(english, three, supervisor, northern, southern, noon):
    client = english(supervisor)
    three[2].assigned_to = supervisor
    three[2].save()
    cases, findings = reverse("traceability:case_list"), reverse("traceability:finding_list")

    def count(address: str, **asked) -> int:
        return client.get(address, asked).context["count"]

    assert count(cases, code="over_cap") == count(findings, code="over_cap") == 2
    assert count(cases, severity="low") == count(findings, severity="low") == 1
    assert count(cases, amount="200") == count(findings, amount="200") == 2
    assert count(cases, province="150000") == count(findings, province="150000") == 2
    assert count(cases, assignee=supervisor.pk) == count(findings, assignee=supervisor.pk) == 1
    assert count(cases, number=three[0].pk) == count(findings, number=three[0].pk) == 1
    # They have been on record for months.
    assert count(cases, age="1") == count(findings, age="1") == 3
    assert count(cases, age="99999999999") == count(findings, age="99999999999") == 0


def test_boxes_are_for_those_who_work_cases(english, three, viewer, supervisor):
    for name in ("case_list", "finding_list"):
        address = reverse(f"traceability:{name}")
        assert 'name="pick"' not in english(viewer).get(address).content.decode()
        text = english(supervisor).get(address).content.decode()
        assert text.count('name="pick"') == 3
    exported = english(supervisor).get(reverse("traceability:case_list") + "?export=csv")
    assert b"checkbox" not in b"".join(exported.streaming_content)


# --- saved views ---------------------------------------------------------------------------------
def keep(user, at, **changed) -> SavedView:
    told = {
        "listing": "cases",
        "name": "Caps",
        "query": "topic=caps",
        "is_shared": False,
        "is_default": False,
    }
    return save_view(by=user, at=at, **(told | changed))


def test_a_view_is_saved_from_the_list_and_opened_first(english, three, supervisor):
    client = english(supervisor)

    answer = client.post(
        reverse("traceability:view_save"),
        {
            "listing": "cases",
            "name": "Caps",
            "is_default": "on",
            "query": "topic=caps&status=&page=3&export=csv",
        },
    )

    address = reverse("traceability:case_list")
    assert answer["Location"] == f"{address}?topic=caps"
    assert client.get(address)["Location"] == f"{address}?topic=caps"
    assert client.get(address, {"view": "all"}).context["count"] == 3


def test_one_view_at_most_is_opened_first(supervisor, noon):
    keep(supervisor, noon, is_default=True)
    keep(supervisor, noon, name="Other", is_default=True)

    opened = SavedView.objects.filter(is_default=True).values_list("name", flat=True)
    assert list(opened) == ["Other"]


def test_colleagues_see_what_is_shared_and_strangers_do_not(
    english, three, supervisor, mnr_signatory, miit, noon
):
    keep(supervisor, noon, is_shared=True)
    keep(supervisor, noon, name="Private")
    colleague = make_user(miit, "viewer")
    address = reverse("traceability:case_list")

    assert [view.name for view in english(colleague).get(address).context["saved_views"]] == [
        "Caps"
    ]
    assert english(mnr_signatory).get(address).context["saved_views"] == []


def test_one_drops_one_s_own_views_only(english, supervisor, miit, noon):
    view = keep(supervisor, noon, is_shared=True)
    drop = reverse("traceability:view_drop", args=[view.pk])

    assert english(make_user(miit, "viewer")).post(drop).status_code == 404
    assert english(supervisor).post(drop).status_code == 302
    assert not SavedView.objects.exists()


def test_a_query_can_t_carry_anything_else_into_the_page(english, supervisor):
    client = english(supervisor)

    client.post(
        reverse("traceability:view_save"),
        {"listing": "cases", "name": "x", "query": '"><script>alert(1)</script>'},
    )

    assert (
        "<script>alert"
        not in client.get(reverse("traceability:case_list"), {"view": "all"}).content.decode()
    )
