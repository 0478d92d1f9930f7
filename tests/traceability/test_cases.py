"""Cases: findings of one cause, worked as one."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import translation

from portal.kernel.evidence import UnfitEvidence
from portal.kernel.models import AuditEvent
from portal.notices.models import Notice
from tests.cast import make_enterprise, make_user
from tests.traceability.ledger import (
    extraction,
    file,
    found,
    give_cap,
    months,
    nil,
    purchase,
    reconciled,
    runs,
    sale,
    stock,
)
from traceability.models import Case, CaseEntry, Finding
from traceability.queries.cases import cases_visible_to, entries_visible_to
from traceability.rules import cases as rules
from traceability.rules.checks import CODES
from traceability.services import cases as services
from traceability.services.cases import Attachment

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 evidence"


@pytest.fixture
def supervisor(miit):
    """Works findings at the ministry."""
    return make_user(miit, "supervisor")


@pytest.fixture
def case(northern, outsider):
    """One finding, oversold, in a case of Northern's."""
    give_cap(northern, "mining_rock", "100000")
    file(northern, "2025-01", extraction(5, "A", "1000"), sale(9, "A", "1500", outsider))
    nil(northern, *months(2, 12))
    reconciled()
    return Case.objects.get()


# --- which findings make one case ----------------------------------------------------------------


def test_every_code_has_a_topic():
    assert set(rules.TOPIC_OF) == set(CODES)
    assert set(rules.TOPIC_OF.values()) == set(Case.Topic.values)
    assert set(rules.CAUSES) | set(rules.TRACES) <= set(CODES)


def test_findings_of_an_enterprise_and_topic_are_one_case(northern, outsider):
    file(
        northern,
        "2025-01",
        extraction(5, "A", "1000"),
        extraction(5, "B", "1000"),
        sale(9, "A", "1500", outsider),
        sale(9, "B", "1500", outsider),
    )
    nil(northern, *months(2, 12))
    reconciled()

    assert set(Finding.objects.values_list("code", flat=True)) == {"oversold_lot", "no_cap"}
    by_topic = {case.topic: case.findings.count() for case in Case.objects.all()}
    assert by_topic == {"balance": 2, "caps": 1}


def test_what_hidden_output_leaves_at_others_belongs_to_its_maker(northern, inner_mongolia):
    give_cap(northern, "separation", "20000")
    honest = ["0.941", "0.935", "0.944", "0.939", "0.933", "0.946"]
    runs(northern, [*honest, "0.7", "0.7", "0.7"])
    trader = make_enterprise("House", inner_mongolia, "trade")
    for number in range(1, 13):
        rows = [stock(31, "P7", "300", northern)] if number == 7 else []
        file(trader, f"2025-{number:02}", *rows)
    reconciled()

    [trace] = Finding.objects.filter(code="stock_mismatch")
    [cause] = Finding.objects.filter(code="yield_low")
    assert trace.enterprise == trader
    assert trace.case == cause.case
    assert (cause.case.enterprise, cause.case.topic) == (northern, "balance")


def test_a_buyer_s_finding_joins_the_seller_who_did_not_file(northern, southern):
    nil(northern, "2025-01")
    for each in months(1, 12):
        bought = [purchase(5, "A", "100", northern)] if each == "2025-02" else []
        file(southern, each, *bought)
        if each >= "2025-03":
            file(northern, each)
    reconciled()

    assert Finding.objects.filter(code="missing_filing").exists()
    assert Case.objects.filter(enterprise=southern).count() == 0


def test_who_disagrees_with_several_is_in_the_middle_of_it(northern, southern, inner_mongolia):
    """Three mines sold to a house that recorded nothing; one has a quarrel of its own, too."""
    hider, other = (make_enterprise(f"House {n}", inner_mongolia, "trade") for n in (1, 2))
    eastern = make_enterprise("Eastern", inner_mongolia, "mining")
    ore = [extraction(2, "A", "1000")]
    file(northern, "2025-02", *ore, sale(5, "A", "100", hider), sale(6, "A", "9", other, "INV2"))
    for each in (southern, eastern):
        file(each, "2025-02", *ore, sale(5, "A", "100", hider))
    nil(hider, *months(2, 12))
    nil(other, *months(2, 12))
    for each in (northern, southern, eastern):
        nil(each, *months(3, 12))
    reconciled()

    shipments = Case.objects.filter(topic="shipments")
    assert {case.enterprise: case.findings.count() for case in shipments} == {hider: 3, northern: 1}


def test_a_run_that_looks_back_makes_no_cases(northern, outsider):
    nil(northern, *months(1, 12))
    reconciled()
    file(northern, "2025-01", extraction(5, "A", "1000"), sale(9, "A", "1500", outsider))

    reconciled(date(2025, 6, 1))

    assert not Case.objects.exists()


# --- working one ---------------------------------------------------------------------------------


def test_a_case_from_question_to_outcome(case, supervisor, filer, noon, later):
    services.assign_case(case=case, to=supervisor, by=supervisor, at=noon)
    services.ask_enterprise(
        case=case, text="Where from?", due_on=date(2025, 3, 12), by=supervisor, at=noon
    )

    case.refresh_from_db()
    assert (case.status, case.answer_due_on) == ("asked", date(2025, 3, 12))
    assert Notice.objects.filter(kind="case_asked", user=filer).count() == 1

    services.answer_case(
        case=case, text="From B", attachment=Attachment("b.pdf", PDF), by=filer, at=later
    )

    case.refresh_from_db()
    assert (case.status, case.answer_due_on) == ("answered", None)
    assert set(case.findings.values_list("status", flat=True)) == {"answered"}
    assert Notice.objects.filter(kind="case_answered", user=supervisor).count() == 1

    services.close_case(case=case, outcome="explained", reason="Papers", by=supervisor, at=later)

    case.refresh_from_db()
    assert (case.status, case.outcome) == ("closed", "explained")
    assert set(case.findings.values_list("status", flat=True)) == {"closed"}
    assert list(case.entries.values_list("kind", flat=True)) == [
        "assigned",
        "question",
        "answer",
        "closed",
    ]
    done = AuditEvent.objects.filter(action__startswith="case.").values_list("action", flat=True)
    assert sorted(done) == ["case.answered", "case.asked", "case.assigned", "case.closed"]


def test_nothing_is_done_in_a_closed_case(case, supervisor, filer, noon):
    services.close_case(case=case, outcome="mistaken", reason="Typing", by=supervisor, at=noon)

    with pytest.raises(rules.CaseEnded):
        services.note_in_case(case=case, text="More", by=supervisor, at=noon)
    with pytest.raises(rules.CaseEnded):
        services.close_case(case=case, outcome="explained", reason="No", by=supervisor, at=noon)
    with pytest.raises(rules.CaseEnded):
        services.answer_case(case=case, text="Late", by=filer, at=noon)

    assert case.entries.count() == 1


def test_an_enterprise_answers_what_it_was_asked(case, filer, noon):
    with pytest.raises(rules.NothingAsked):
        services.answer_case(case=case, text="So", by=filer, at=noon)


@pytest.mark.parametrize(("days", "refused"), [(0, True), (1, False)])
def test_an_answer_is_due_tomorrow_at_the_earliest(case, supervisor, noon, days, refused):
    due_on = date(2025, 3, 5) + timedelta(days=days)
    asked = {"case": case, "text": "?", "due_on": due_on, "by": supervisor, "at": noon}
    if refused:
        with pytest.raises(rules.DueTooEarly):
            services.ask_enterprise(**asked)
        assert not case.entries.exists()
    else:
        assert services.ask_enterprise(**asked).due_on == due_on


def test_corrected_means_that_it_is_no_longer_found(case, northern, outsider, supervisor, noon):
    with pytest.raises(rules.StillFound, match="findings of this case still hold"):
        services.close_case(case=case, outcome="corrected", reason="So", by=supervisor, at=noon)

    file(northern, "2025-01", extraction(5, "A", "1600"), sale(9, "A", "1500", outsider))
    reconciled()
    closed = services.close_case(
        case=case, outcome="corrected", reason="Amended", by=supervisor, at=noon
    )

    assert closed.outcome == "corrected"


def test_a_closed_case_opens_again_when_it_recurs(case, northern, outsider, supervisor, noon):
    services.close_case(case=case, outcome="explained", reason="So", by=supervisor, at=noon)
    reconciled()
    case.refresh_from_db()
    assert case.status == "closed"  # the same finding stays closed

    file(northern, "2025-06", extraction(5, "C", "100"), sale(9, "C", "900", outsider))
    reconciled()

    case.refresh_from_db()
    assert (case.status, case.outcome) == ("open", "")
    assert case.entries.last().kind == "reopened"


def test_merged_cases_stay_merged_for_what_is_to_come(
    case, northern, southern, outsider, supervisor, noon
):
    file(southern, "2025-01", extraction(5, "A", "1000"), sale(9, "A", "1500", outsider))
    nil(southern, *months(2, 12))
    reconciled()
    other = Case.objects.get(enterprise=southern, topic="balance")

    services.merge_case(case=other, into=case, reason="One truck", by=supervisor, at=noon)
    file(southern, "2025-06", extraction(5, "C", "100"), sale(9, "C", "900", outsider))
    reconciled()

    other.refresh_from_db()
    assert (other.status, other.findings.count()) == ("merged", 0)
    assert case.findings.filter(enterprise=southern).count() == 2


def test_a_case_is_not_merged_into_itself_or_another_year(case, northern, supervisor, noon):
    with pytest.raises(rules.NotToBeMerged, match="itself"):
        services.merge_case(case=case, into=case, reason="", by=supervisor, at=noon)

    elder = Case.objects.create(year=2024, enterprise=northern, topic="caps", opened_at=noon)
    with pytest.raises(rules.NotToBeMerged, match="two years"):
        services.merge_case(case=case, into=elder, reason="", by=supervisor, at=noon)


@pytest.mark.parametrize(
    ("name", "content"), [("a.exe", b"MZ"), ("big.pdf", PDF + b"0" * rules.MOST_BYTES)]
)
def test_evidence_that_can_t_be_kept(case, supervisor, noon, name, content):
    with pytest.raises(UnfitEvidence):
        services.note_in_case(
            case=case, text="See", attachment=Attachment(name, content), by=supervisor, at=noon
        )

    assert not case.entries.exists()


def test_what_was_said_is_never_changed(case, supervisor, noon):
    entry = services.note_in_case(case=case, text="See", by=supervisor, at=noon)

    with pytest.raises(DatabaseError), transaction.atomic():
        CaseEntry.objects.filter(pk=entry.pk).update(text="Other")


# --- who sees what -------------------------------------------------------------------------------


def test_an_enterprise_sees_its_case_from_the_first_question_on(
    case, supervisor, filer, southern_filer, noon
):
    services.note_in_case(case=case, text="Internal", by=supervisor, at=noon)
    assert not cases_visible_to(filer).exists()

    services.ask_enterprise(
        case=case, text="Where from?", due_on=date(2025, 3, 12), by=supervisor, at=noon
    )

    assert cases_visible_to(filer).get() == case
    assert [each.text for each in entries_visible_to(case, filer)] == ["Where from?"]
    assert not cases_visible_to(southern_filer).exists()


def test_pages_of_a_case(client, case, supervisor, filer, noon):
    client.force_login(supervisor)
    address = case.get_absolute_url()
    assert "批次" in client.get(address).content.decode()

    asked = client.post(
        reverse("traceability:case_ask", args=[case.pk]),
        {
            "text": "Where from?",
            "due_on": "2099-01-01",
            "attachment": SimpleUploadedFile("q.pdf", PDF),
        },
    )
    assert asked.status_code == 302
    question = case.entries.get()
    file_address = reverse("traceability:case_attachment", args=[case.pk, question.pk])

    client.force_login(filer)
    assert "Where from?" in client.get(address).content.decode()
    assert b"".join(client.get(file_address).streaming_content) == PDF
    assert client.post(reverse("traceability:case_close", args=[case.pk])).status_code == 403
    answered = client.post(reverse("traceability:case_answer", args=[case.pk]), {"text": "From B"})
    assert answered.status_code == 302
    assert case.entries.last().kind == "answer"


def test_a_finding_leads_to_its_case_once_the_reader_may_see_it(
    client, case, supervisor, filer, noon
):
    finding = case.findings.filter(enterprise=case.enterprise).first()
    link = f'href="{case.get_absolute_url()}"'

    client.force_login(supervisor)
    assert link in client.get(finding.get_absolute_url()).content.decode()
    client.force_login(filer)
    assert link not in client.get(finding.get_absolute_url()).content.decode()

    services.ask_enterprise(
        case=case, text="Where from?", due_on=date(2025, 3, 12), by=supervisor, at=noon
    )
    assert link in client.get(finding.get_absolute_url()).content.decode()


def test_a_case_lists_the_gravest_and_leads_to_all(client, case, supervisor, monkeypatch):
    monkeypatch.setattr("traceability.views.cases.FINDINGS_SHOWN", 1)
    another = case.findings.get()
    another.pk, another.key = None, "another"
    another.save()
    client.force_login(supervisor)
    address = f"{reverse('traceability:finding_list')}?number={case.pk}"

    assert address in client.get(case.get_absolute_url()).content.decode()

    assert client.get(address).context["count"] == 2


def test_a_case_says_which_amounts_are_gross(client, case, supervisor):
    client.force_login(supervisor)

    assert "500.000（实物量）" in client.get(case.get_absolute_url()).content.decode()


def test_a_merged_case_says_where_its_findings_are(client, case, northern, supervisor, noon):
    other = Case.objects.create(enterprise=northern, year=case.year, topic="filing", opened_at=noon)
    services.merge_case(case=case, into=other, reason="One cause", by=supervisor, at=noon)
    client.force_login(supervisor)

    page = client.get(case.get_absolute_url()).content.decode()

    assert "均已转入所并入的案件" in page


@pytest.mark.parametrize("listing", ["case_list", "finding_list"])
def test_an_enterprise_chooses_among_no_officials_groups_and_provinces(
    client, supervisor, filer, listing
):
    address = reverse(f"traceability:{listing}")
    narrowed = {"group", "province", "assignee"}

    client.force_login(supervisor)
    assert narrowed <= set(client.get(address).context["filter"].form.fields)
    client.force_login(filer)
    page = client.get(address, {"assignee": supervisor.pk})

    assert not narrowed & set(page.context["filter"].form.fields)
    assert str(supervisor) not in page.content.decode()


def test_an_answer_and_an_explanation_that_was_accepted_are_two_words():
    with translation.override("zh-hans"):
        answered = {str(Case.Status.ANSWERED.label), str(Finding.Status.ANSWERED.label)}
        explained = str(Case.Outcome.EXPLAINED.label)

    assert answered == {"已答复"}
    assert explained == "说明属实"


def test_a_list_that_is_narrowed_says_so(client, case, supervisor):
    client.force_login(supervisor)

    page = client.get(reverse("traceability:finding_list"), {"severity": "high"}).content.decode()

    assert "筛选 · 已设条件" in page


def test_a_refusal_stands_on_the_form(client, case, supervisor):
    client.force_login(supervisor)

    answer = client.post(
        reverse("traceability:case_close", args=[case.pk]),
        {"outcome": "corrected", "reason": "So"},
    )

    assert answer.status_code == 422
    assert "仍有" in answer.content.decode()


def test_the_list_of_cases_asks_few_questions(
    client, case, supervisor, django_assert_max_num_queries
):
    client.force_login(supervisor)

    with django_assert_max_num_queries(14):
        page = client.get(reverse("traceability:case_list"), {"status": "worked"})

    assert page.context["count"] == Case.objects.count()


def test_found_again_keeps_its_case(case):
    assert {each.case_id for each in found("oversold_lot")} == {case.pk}
