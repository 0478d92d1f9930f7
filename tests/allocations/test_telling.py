"""Who is told of the steps of a decision and of its copies."""

import pytest

from allocations import services
from allocations.models import Copy
from allocations.rules import DocumentMissing, LineChange, LineKey, LineText
from portal.accounts.models import Organisation
from portal.notices.models import Notice
from tests.allocations.conftest import allocation, issue_now
from tests.cast import make_user


def told_to(user) -> list[str]:
    """The kinds of what somebody was told, in order."""
    return list(Notice.objects.filter(user=user).order_by("id").values_list("kind", flat=True))


@pytest.fixture
def mnr_drafter(mnr_signatory):
    """Takes part for MNR."""
    return make_user(mnr_signatory.organisation, "drafter")


def test_circulate_tells_the_ministries_that_sign(circulated, northern, mnr_signatory, viewer):
    circulated(("separation", "100"), (northern, "separation", "60"))

    assert told_to(mnr_signatory) == ["decision_circulated"]
    assert told_to(viewer) == []


def test_a_change_tells_whose_sign_offs_it_voided_and_who_changed_what(
    circulated, agree, northern, drafter, ndrc_signatory, mnr_signatory, noon
):
    decision = circulated(("separation", "100"), (northern, "separation", "60"))
    decision = agree(decision, "NDRC")

    services.change_lines(
        decision=decision,
        changes=[
            LineChange(
                LineKey(northern.pk, "separation"), LineText(60_000), LineText(50_000, "less")
            )
        ],
        by=drafter,
        at=noon,
    )

    notice = Notice.objects.get(user=ndrc_signatory, kind="sign_offs_voided")
    assert notice.text == (
        f"{drafter} changed decision 2025-01: Northern · smelting and separation"
        " 60.000 → 50.000 t. The sign-offs of NDRC are void."
    )
    assert told_to(mnr_signatory) == ["decision_circulated"]
    assert "sign_offs_voided" not in told_to(drafter)


def test_the_history_of_a_decision_says_which_sign_offs_a_change_voided(
    signed_in, circulated, agree, northern, drafter, noon
):
    decision = circulated(("separation", "100"), (northern, "separation", "60"))
    decision = agree(decision, "NDRC", "MNR")

    services.set_lines(decision=decision, ceilings=[], allocations=[], by=drafter, at=noon)

    text = signed_in("viewer").get(decision.get_absolute_url()).content.decode()
    assert "sign-offs voided: NDRC, MNR" in text


def test_the_history_of_a_decision_tells_an_afternoon_at_the_grid_as_one(
    signed_in, draft, northern, drafter, noon
):
    decision = draft(("separation", "100"), (northern, "separation", "60"))
    for tonnes in (50, 40, 30):
        line = [allocation(northern, "separation", str(tonnes))]
        services.set_lines(decision=decision, ceilings=[], allocations=line, by=drafter, at=noon)

    history = signed_in("viewer").get(decision.get_absolute_url()).context["history"]

    assert [(event.action, times) for event, _deed, _words, times in history] == [
        ("decision.drafted", 1),
        ("decision.lines_set", 4),
    ]


def test_a_change_that_voids_nothing_tells_nobody(draft, northern, signatory):
    draft(("separation", "100"), (northern, "separation", "60"))

    assert told_to(signatory) == []


def test_issue_tells_ministries_authorities_and_enterprises(
    issued, northern, viewer, recipient, filer, attester, southern_filer
):
    decision = issued(("separation", "100"), (northern, "separation", "60"))

    copy = Copy.objects.get(decision=decision, recipient=northern.organisation)
    assert told_to(viewer) == ["decision_issued"]
    assert told_to(recipient) == ["copy_received"]
    assert told_to(filer) == told_to(attester) == ["copy_received"]
    assert Notice.objects.get(user=filer).get_absolute_url() == copy.get_absolute_url()
    assert told_to(southern_filer) == []


def test_a_later_issue_asks_for_acknowledgement_again(issued, northern, filer, recipient):
    issued(("separation", "100"), (northern, "separation", "60"))

    issued((northern, "separation", "5", "more"), kind="adjustment", document_no="MIIT [2025] 2")

    assert told_to(filer)[-1] == "copy_outdated"
    assert told_to(recipient)[-1] == "copy_outdated"
    assert Notice.objects.filter(user=filer).first().facts["earlier"] == ["2025-01"]


def test_a_refused_issue_tells_nobody(signed, northern, signatory, filer, noon):
    decision = signed(("separation", "100"), (northern, "separation", "60"))

    with pytest.raises(DocumentMissing):
        issue_now(decision=decision, document_no="", approval_no="1", by=signatory, at=noon)

    assert told_to(filer) == []


def test_order_and_stop_are_told_to_the_other_ministries(
    signed, northern, signatory, mnr_signatory, ndrc_signatory, noon
):
    decision = signed(("separation", "100"), (northern, "separation", "60"))
    ordered = services.order_issue(
        decision=decision, document_no="1", approval_no="1", by=signatory, at=noon
    )

    services.stop_issue(decision=ordered, reason="wait", by=mnr_signatory, at=noon)

    assert told_to(ndrc_signatory)[-2:] == ["decision_ordered", "decision_stopped"]
    assert Notice.objects.filter(user=signatory).first().facts["reason"] == "wait"
    assert "decision_stopped" not in told_to(mnr_signatory)


def test_withdrawing_a_draft_concerns_its_ministry_alone(draft, drafter, mnr_signatory, noon):
    services.withdraw(decision=draft(), reason="superseded", by=drafter, at=noon)

    assert told_to(mnr_signatory) == []


def test_a_comment_is_told_to_the_drafters_and_its_answer_to_who_made_it(
    circulated, northern, drafter, mnr_signatory, ndrc_signatory, noon
):
    decision = circulated(("separation", "100"), (northern, "separation", "60"))
    line = LineKey(northern.pk, "separation")
    said = services.comment_line(
        decision=decision, line=line, text="too much", by=mnr_signatory, at=noon
    )
    services.comment_line(
        decision=decision, line=line, text="why?", parent=said, by=drafter, at=noon
    )

    comment = Notice.objects.get(user=drafter, kind="line_commented")
    assert "Northern · smelting and separation: too much" in comment.text
    assert comment.get_absolute_url().endswith(line.as_query)
    assert told_to(mnr_signatory) == ["decision_circulated", "comment_answered"]
    assert told_to(ndrc_signatory) == ["decision_circulated"]


def test_pass_down_tells_who_receives_it(issued, northern, recipient, baotou, noon):
    below = Organisation.objects.create(
        kind="authority", department="industry", region=baotou, name_en="Baotou", name_zh="包头"
    )
    person = make_user(below, "recipient")
    issued(("separation", "100"), (northern, "separation", "60"))
    copy = Copy.objects.get(recipient=recipient.organisation)
    copy = services.acknowledge_copy(copy=copy, by=recipient, at=noon)

    services.pass_down(copy=copy, by=recipient, at=noon)

    assert told_to(person) == ["copy_passed_down"]


def test_history_that_is_transcribed_tells_nobody(northern, filer, viewer, drafter, noon):
    services.transcribe_decision(
        year=2025,
        regime="total_control",
        kind="annual",
        document_no="1",
        approval_no="1",
        ceilings=[services.CeilingEntry("separation", 100_000, "")],
        allocations=[services.AllocationEntry(northern, "separation", 60_000, "")],
        by=drafter,
        at=noon,
    )

    assert not Notice.objects.exists()
