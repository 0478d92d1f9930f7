"""The deeds of deciding and distributing: they work, refuse, and leave nothing behind."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from allocations import queries, rules, services
from allocations.models import AllocationLine, CeilingLine, Copy, Decision, SignOff
from allocations.services import copies
from portal.accounts.models import Organisation
from portal.kernel.models import AuditEvent
from portal.kernel.quantity import to_kg
from tests.allocations.conftest import issue_now
from tests.cast import make_user

pytestmark = pytest.mark.django_db

SHARES = (("separation", "100"), ("mining_rock", "50"))


def deeds() -> list[str]:
    """What is on record in the audit trail, in order."""
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


def refusing(kind: type[Exception]):
    """A refusal inside a savepoint, as a view's transaction has one."""
    return pytest.raises(kind)


# --- drafting ----------------------------------------------------------------------------------
def test_draft_decision_takes_the_next_number_of_its_year(drafter, noon):
    asked = {"regime": "total_control", "kind": "annual", "by": drafter, "at": noon}

    first, second = (services.draft_decision(year=2025, **asked) for _ in range(2))
    other = services.draft_decision(year=2026, **asked)

    assert [first.number, second.number, other.number] == [1, 2, 1]
    assert first.status == "draft"
    assert first.content_digest == queries.content_digest(first)
    assert deeds() == ["decision.drafted"] * 3


def test_draft_decision_is_miits_and_follows_the_regime_of_its_year(drafter, noon):
    asked = {"kind": "annual", "at": noon}
    mnr = make_user(Organisation.objects.get(ministry="MNR"), "drafter")

    with refusing(rules.NotTheirMinistry):
        services.draft_decision(year=2025, regime="total_control", by=mnr, **asked)
    with refusing(rules.RegimeUnfit):
        services.draft_decision(year=2025, regime="directive_plan", by=drafter, **asked)

    assert not Decision.objects.exists()
    assert deeds() == []


def test_set_lines_replaces_all_lines(draft, northern, entries, drafter, noon):
    ceiling, allocation = entries
    decision = draft(*SHARES, (northern, "separation", "40"))

    services.set_lines(
        decision=decision,
        ceilings=[ceiling("separation", "90.5")],
        allocations=[allocation(northern, "separation", "-0.001", "cut")],
        by=drafter,
        at=noon,
    )

    assert list(decision.ceiling_lines.values_list("category", "kg")) == [
        ("separation", Decimal("90500.000"))
    ]
    line = decision.allocation_lines.get()
    assert (line.kg, line.reason) == (Decimal("-1.000"), "cut")


def test_set_lines_voids_the_sign_offs_and_keeps_them_on_record(
    signed, northern, entries, drafter, noon
):
    ceiling, _allocation = entries
    decision = signed(*SHARES, (northern, "separation", "40"))
    before = decision.content_digest

    changed = services.set_lines(
        decision=decision,
        ceilings=[ceiling("separation", "90")],
        allocations=[],
        by=drafter,
        at=noon,
    )

    assert changed.status == "draft"
    assert changed.content_digest != before
    assert queries.decision_facts(changed).agreed == frozenset()
    assert set(decision.sign_offs.values_list("digest", flat=True)) == {before}
    assert decision.sign_offs.count() == 3


def test_set_lines_with_the_same_content_voids_nothing(signed, entries, drafter, noon):
    ceiling, _allocation = entries
    decision = signed(*SHARES)

    same = services.set_lines(
        decision=decision,
        ceilings=[ceiling(*share) for share in reversed(SHARES)],
        allocations=[],
        by=drafter,
        at=noon,
    )

    assert same.status == "signed"
    assert same.content_digest == decision.content_digest


def test_set_lines_refuses_to_overwrite_what_was_not_read(draft, entries, drafter, noon):
    ceiling, _allocation = entries
    decision = draft(*SHARES)
    read = decision.content_digest
    write = {"decision": decision, "allocations": [], "by": drafter, "at": noon}
    services.set_lines(ceilings=[ceiling("separation", "1")], read_digest=read, **write)

    with refusing(rules.StaleDigest):
        services.set_lines(ceilings=[ceiling("separation", "2")], read_digest=read, **write)

    assert decision.ceiling_lines.get().kg == 1000


def test_set_lines_leaves_an_issued_decision_alone(issued, drafter, noon):
    decision = issued(*SHARES)
    recorded = deeds()

    with refusing(rules.IssuedAlready):
        services.set_lines(decision=decision, ceilings=[], allocations=[], by=drafter, at=noon)

    assert decision.ceiling_lines.count() == 2
    assert deeds() == recorded


# --- circulating and signing -------------------------------------------------------------------
def test_circulate_refuses_a_draft_without_lines(draft, drafter, noon):
    decision = draft()

    with refusing(rules.NothingDecided):
        services.circulate(decision=decision, by=drafter, at=noon)

    decision.refresh_from_db()
    assert decision.status == "draft"
    assert decision.circulated_at is None


def test_circulate_again_after_a_change_and_back_is_signed_by_whoever_signed_that_content(
    signed, entries, drafter, noon
):
    ceiling, _allocation = entries
    decision = signed(*SHARES)
    write = {"decision": decision, "allocations": [], "by": drafter, "at": noon}
    services.set_lines(ceilings=[ceiling("separation", "1")], **write)
    services.set_lines(ceilings=[ceiling(*share) for share in SHARES], **write)

    assert services.circulate(decision=decision, by=drafter, at=noon).status == "signed"


def test_sign_by_the_last_ministry_makes_the_decision_signed(draft, agree, drafter, noon):
    decision = services.circulate(decision=draft(*SHARES), by=drafter, at=noon)

    two = agree(decision, "MNR", "NDRC")
    three = agree(decision, "MIIT")

    assert (two.status, three.status) == ("circulated", "signed")
    assert deeds()[-3:] == ["decision.signed"] * 3


def test_sign_allocations_alone_needs_no_ndrc(issued, draft, agree, northern, drafter, noon):
    issued(*SHARES)
    decision = services.circulate(
        decision=draft((northern, "separation", "40")), by=drafter, at=noon
    )

    assert agree(decision, "MIIT", "MNR").status == "signed"
    with refusing(rules.NotTheirMinistry):
        agree(decision, "NDRC")


@pytest.mark.parametrize(
    ("who", "digest", "expected"),
    [
        ("mnr_signatory", "0" * 64, rules.StaleDigest),
        ("recipient", None, rules.NotTheirMinistry),
        ("auditor", None, rules.NotTheirMinistry),
    ],
)
def test_sign_refuses(request, draft, drafter, noon, who, digest, expected):
    decision = services.circulate(decision=draft(*SHARES), by=drafter, at=noon)
    recorded = deeds()

    with refusing(expected):
        services.sign(
            decision=decision,
            verdict="agreed",
            digest=digest or decision.content_digest,
            by=request.getfixturevalue(who),
            at=noon,
        )

    assert not decision.sign_offs.exists()
    assert deeds() == recorded


def test_sign_refuses_whoever_wrote_lines_even_in_a_new_role(draft, drafter, noon, miit, entries):
    ceiling, _allocation = entries
    decision = draft(*SHARES)
    second = make_user(miit, "drafter")
    services.set_lines(
        decision=decision, ceilings=[ceiling("separation", "9")], allocations=[], by=second, at=noon
    )
    decision = services.circulate(decision=decision, by=drafter, at=noon)
    second.role = "signatory"
    second.save(update_fields=["role"])

    with refusing(rules.DrafterSigns):
        services.sign(
            decision=decision, verdict="agreed", digest=decision.content_digest, by=second, at=noon
        )


def test_a_ministry_that_refused_stands_in_the_way(
    draft, agree, drafter, signatory, mnr_signatory, noon
):
    decision = services.circulate(decision=draft(*SHARES), by=drafter, at=noon)
    agree(decision, "MIIT", "NDRC")
    services.sign(
        decision=decision,
        verdict="refused",
        digest=decision.content_digest,
        comment="too much",
        by=mnr_signatory,
        at=noon,
    )

    with refusing(rules.SignOffMissing) as refused:
        issue_now(decision=decision, document_no="1", approval_no="2", by=signatory, at=noon)
    with refusing(rules.SignedAlready):
        agree(decision, "MNR")

    assert refused.value.facts["ministries"] == "MNR"
    assert refused.value.source.article == 5


# --- issuing -----------------------------------------------------------------------------------
def test_issue_makes_lines_count_and_sends_copies(signed, northern, southern, signatory, later):
    decision = signed(*SHARES, (northern, "separation", "60"), (southern, "separation", "40"))
    assert queries.caps(2025) == []

    issue_now(
        decision=decision,
        document_no=" MIIT [2025] 7 ",
        approval_no="SC [2025] 3",
        by=signatory,
        at=later,
    )

    decision.refresh_from_db()
    assert (decision.status, decision.document_no) == ("issued", "MIIT [2025] 7")
    assert (decision.issued_by, decision.issued_at) == (signatory, decision.issues_at)
    assert (decision.ordered_by, decision.ordered_at) == (signatory, later)
    assert queries.cap_kg(northern, 2025, "separation") == to_kg(Decimal(60))
    sent = {
        (c.recipient.region_id, c.recipient.department): c
        for c in decision.copies.filter(recipient__kind="authority")
    }
    told = decision.copies.filter(recipient__kind="enterprise")
    assert {copy.recipient for copy in told} == {northern.organisation, southern.organisation}
    assert set(sent) == {
        (province, department)
        for province in ("150000", "360000")
        for department in ("industry", "natural_resources")
    }
    copy = sent["150000", "industry"]
    assert [line["uscc"] for line in copy.content["lines"]] == [northern.uscc]
    assert copy.content["lines"][0]["kg"] == "60000.000"
    assert copy.digest == queries.copy_digest(copy.content)
    assert deeds()[-1] == "decision.issued"
    assert AuditEvent.objects.first().facts["copies"] == 4


def test_issue_allows_exactly_what_remains_of_a_ceiling(issued, northern, southern):
    issued(("separation", "100"), (northern, "separation", "60"))

    issued((southern, "separation", "40"), document_no="MIIT [2025] 2")

    assert queries.year_position(2025)[0].reserve_kg == 0


def test_issue_refuses_to_exceed_the_ceiling(issued, signed, northern, southern, signatory, noon):
    issued(("separation", "100"), (northern, "separation", "60"))
    decision = signed((southern, "separation", "40.001"))
    recorded = deeds()

    with refusing(rules.CeilingExceeded) as refused:
        issue_now(decision=decision, document_no="2", approval_no="", by=signatory, at=noon)

    assert "100.001 t REO; the ceiling is 100.000 t" in str(refused.value)
    assert refused.value.source.article == 6
    decision.refresh_from_db()
    assert (decision.status, decision.document_no) == ("signed", "")
    assert queries.cap_kg(southern, 2025, "separation") == 0
    assert not decision.copies.exists()
    assert deeds() == recorded


def test_issue_refuses_a_cap_below_nothing(issued, signed, northern, signatory, noon):
    issued(("separation", "100"), (northern, "separation", "60"))
    decision = signed((northern, "separation", "-60.001", "penalty"), kind="deduction")

    with refusing(rules.CapNegative) as refused:
        issue_now(decision=decision, document_no="2", approval_no="", by=signatory, at=noon)

    assert "-0.001 t REO" in str(refused.value)
    assert queries.cap_kg(northern, 2025, "separation") == 60_000


def test_issue_of_a_deduction_to_nothing_is_allowed(issued, northern):
    issued(("separation", "100"), (northern, "separation", "60"))

    issued(
        (northern, "separation", "-60", "penalty"), kind="deduction", document_no="MIIT [2025] 2"
    )

    [row] = queries.caps(2025)
    assert row.cap_kg == 0


def test_issue_refuses_to_lower_a_ceiling_below_what_is_allocated(
    issued, signed, northern, signatory, noon
):
    issued(("separation", "100"), (northern, "separation", "60"))
    decision = signed(("separation", "-40.001"))

    with refusing(rules.CeilingExceeded):
        issue_now(decision=decision, document_no="2", approval_no="3", by=signatory, at=noon)

    assert queries.year_position(2025)[0].ceiling_kg == 100_000


def test_issue_twice_says_that_it_is_issued(signed, signatory, noon):
    decision = signed(*SHARES)
    numbers = {"document_no": "1", "approval_no": "2", "by": signatory, "at": noon}
    issue_now(decision=decision, **numbers)

    with refusing(
        rules.IssuedAlready,
    ) as refused:
        issue_now(decision=decision, **numbers)

    assert "issued already" in str(refused.value)
    assert deeds().count("decision.issued") == 1


def test_issue_is_miits(signed, mnr_signatory, noon):
    decision = signed(*SHARES)

    with refusing(rules.NotTheirMinistry):
        issue_now(decision=decision, document_no="1", approval_no="2", by=mnr_signatory, at=noon)

    decision.refresh_from_db()
    assert decision.status == "signed"


def test_issue_refuses_a_number_that_another_notice_bears(issued, signed, signatory, noon):
    issued(*SHARES, document_no="MIIT [2025] 7")
    decision = signed(("mining_ionic", "5"))

    with refusing(rules.DocumentTaken) as refused:
        issue_now(
            decision=decision, document_no="MIIT [2025] 7", approval_no="2", by=signatory, at=noon
        )

    assert refused.value.field == "document_no"
    assert queries.year_position(2025)[-1].category != "mining_ionic"


def test_issue_refuses_a_line_outside_the_enterprises_activities(draft, southern, drafter, noon):
    decision = draft(*SHARES, (southern, "mining_rock", "1"))

    with refusing(rules.CategoryUnfit):
        services.circulate(decision=decision, by=drafter, at=noon)

    decision.refresh_from_db()
    assert decision.status == "draft"


# --- what the database itself holds --------------------------------------------------------------
def test_the_database_keeps_what_is_issued(issued, northern):
    decision = issued(*SHARES, (northern, "separation", "60"))

    for change in (
        lambda: CeilingLine.objects.update(kg=1),
        lambda: AllocationLine.objects.update(kg=1),
        lambda: AllocationLine.objects.all().delete(),
        lambda: Decision.objects.update(status="draft"),
        lambda: Decision.objects.update(document_no="another"),
        lambda: SignOff.objects.update(verdict="refused"),
        lambda: Copy.objects.update(content={}),
        lambda: CeilingLine.objects.create(decision=decision, category="mining_ionic", kg=1),
        lambda: Decision.objects.create(
            year=2025,
            number=9,
            regime="total_control",
            kind="annual",
            status="issued",
            drafted_by=decision.drafted_by,
            drafted_at=decision.drafted_at,
        ),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


# --- withdrawing ---------------------------------------------------------------------------------
def test_withdraw_keeps_the_decision_readable_and_closed(signed, drafter, signatory, noon):
    decision = signed(*SHARES)

    services.withdraw(decision=decision, reason="superseded", by=drafter, at=noon)

    decision.refresh_from_db()
    assert decision.status == "withdrawn"
    assert AuditEvent.objects.first().facts == {"reason": "superseded"}
    with refusing(rules.NotChangeable):
        issue_now(decision=decision, document_no="1", approval_no="2", by=signatory, at=noon)


def test_withdraw_refuses_what_is_issued(issued, drafter, noon):
    decision = issued(*SHARES)

    with refusing(rules.IssuedAlready):
        services.withdraw(decision=decision, reason="error", by=drafter, at=noon)

    decision.refresh_from_db()
    assert decision.status == "issued"


# --- copies --------------------------------------------------------------------------------------
def test_acknowledge_copy_puts_it_on_record_once(issued, northern, recipient, later):
    decision = issued(*SHARES, (northern, "separation", "60"))
    copy = decision.copies.get(recipient=recipient.organisation)

    services.acknowledge_copy(copy=copy, by=recipient, at=later)

    copy.refresh_from_db()
    assert (copy.acknowledged_at, copy.acknowledged_by) == (later, recipient)
    assert deeds()[-1] == "copy.acknowledged"
    with refusing(copies.AcknowledgedAlready):
        services.acknowledge_copy(copy=copy, by=recipient, at=later)
    assert deeds().count("copy.acknowledged") == 1


def test_acknowledge_copy_is_for_the_recipient(issued, northern, other_recipient, later):
    decision = issued(*SHARES, (northern, "separation", "60"))
    copy = decision.copies.first()

    with refusing(copies.NotTheRecipient):
        services.acknowledge_copy(copy=copy, by=other_recipient, at=later)

    copy.refresh_from_db()
    assert copy.acknowledged_at is None


# --- transcribing --------------------------------------------------------------------------------
def transcribe(noon, by, entries, **asked):
    ceiling, allocation = entries
    return services.transcribe_decision(
        year=asked.pop("year", 2024),
        regime=asked.pop("regime", "directive_plan"),
        kind="batch",
        document_no=asked.pop("document_no", ""),
        approval_no="",
        ceilings=[ceiling(*line) for line in asked.pop("ceilings")],
        allocations=[allocation(*line) for line in asked.pop("allocations", [])],
        by=by,
        at=noon,
    )


def test_transcribe_decision_issues_with_sign_offs_made_on_paper(
    noon, administrator, entries, northern
):
    decision = transcribe(
        noon,
        administrator,
        entries,
        ceilings=[("mining", "84000"), ("separation", "81000")],
        allocations=[(northern, "separation", "10")],
    )

    assert decision.status == "issued"
    assert list(decision.sign_offs.values_list("ministry", "transcribed")) == [("MIIT", True)]
    assert decision.copies.count() == 3
    assert set(decision.copies.values_list("due_on", flat=True)) == {None}
    assert queries.cap_kg(northern, 2024, "separation") == 10_000
    assert deeds() == ["decision.issued"]


def test_transcribe_decision_needs_three_ministries_from_2025_on(noon, administrator, entries):
    decision = transcribe(
        noon,
        administrator,
        entries,
        year=2025,
        regime="total_control",
        ceilings=[("separation", "1")],
    )

    assert set(decision.sign_offs.values_list("ministry", flat=True)) == {"MIIT", "NDRC", "MNR"}


def test_transcribe_decision_is_held_to_the_same_sums(noon, administrator, entries, northern):
    with refusing(rules.CeilingExceeded), transaction.atomic():
        transcribe(
            noon,
            administrator,
            entries,
            ceilings=[("separation", "1")],
            allocations=[(northern, "separation", "1.001")],
        )
    with refusing(rules.NothingDecided), transaction.atomic():
        transcribe(noon, administrator, entries, ceilings=[])

    assert not Decision.objects.exists()
    assert deeds() == []
