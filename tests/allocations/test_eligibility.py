"""Eligibility and capacity: who says so, on what evidence, and what the pages show of it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from allocations import queries, rules, services
from allocations.models import Eligibility
from portal.kernel.evidence import UnfitEvidence
from portal.kernel.models import AuditEvent
from tests.cast import make_designated, make_enterprise, make_user

pytestmark = pytest.mark.django_db

TODAY = date(2025, 3, 5)
PDF = b"%PDF-1.7 evidence"


@pytest.fixture
def find(northern, drafter, noon):
    """Puts a finding on Northern on record."""

    def make(**facts):
        given = {
            "enterprise": northern,
            "criterion": "scale",
            "verdict": "met",
            "evidence": "Inspection of 1 March",
            "by": drafter,
            "at": noon,
        }
        return services.find_eligibility(**given | facts)

    return make


@pytest.fixture
def assess(northern, drafter, noon):
    """Puts a capacity of Northern on record."""

    def make(**facts):
        given = {
            "enterprise": northern,
            "category": "separation",
            "from_year": 2025,
            "capacity_kg": Decimal(5_000_000),
            "document": "Approval 7",
            "by": drafter,
            "at": noon,
        }
        return services.assess_capacity(**given | facts)

    return make


def test_find_eligibility_puts_it_on_record(find, northern):
    found = find(valid_until=TODAY, attachment_name="report.pdf", attachment=PDF)

    (first, *_rest) = queries.findings_of(northern)
    assert first == found
    event = AuditEvent.objects.get(action="eligibility.found")
    assert event.facts == {"criterion": "scale", "verdict": "met"}


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"evidence": " "}, rules.EvidenceMissing),
        ({"valid_until": TODAY - timedelta(days=1)}, rules.EvidenceExpired),
        ({"attachment_name": "a.pdf", "attachment": b"MZ"}, UnfitEvidence),
        ({"attachment_name": "a.exe", "attachment": b"MZ"}, UnfitEvidence),
        ({"attachment_name": "pdf", "attachment": PDF}, UnfitEvidence),
        (
            {"attachment_name": "a.pdf", "attachment": PDF + bytes(rules.MOST_BYTES)},
            UnfitEvidence,
        ),
    ],
)
def test_find_eligibility_refuses_what_proves_nothing(find, facts, kind):
    with pytest.raises(kind):
        find(**facts)

    assert not Eligibility.objects.exists()
    assert not AuditEvent.objects.filter(action="eligibility.found").exists()


def test_an_attachment_of_exactly_five_megabytes_is_kept(find):
    whole = PDF + bytes(rules.MOST_BYTES - len(PDF))

    assert find(attachment_name="A.PDF", attachment=whole).attachment == whole


@pytest.mark.parametrize("who", ["ndrc_signatory", "recipient", "filer"])
def test_only_miit_and_mnr_assess(find, assess, who, request):
    by = request.getfixturevalue(who)

    with pytest.raises(rules.NotTheirMinistry):
        find(by=by)
    with pytest.raises(rules.NotTheirMinistry):
        assess(by=by)


def test_assess_capacity_is_for_what_an_enterprise_does(assess, southern):
    assess(from_year=2026)  # the next year may be planned

    with pytest.raises(rules.CapacityUnfit):
        assess(from_year=2027)
    with pytest.raises(rules.CategoryUnfit):
        assess(enterprise=southern, category="mining_ionic")


def test_a_capacity_is_not_negative(assess):
    with pytest.raises(IntegrityError), transaction.atomic():
        assess(capacity_kg=Decimal("-0.001"))


def test_the_capacity_that_holds_in_a_year_is_the_latest_that_begins_by_then(
    assess, draft, northern
):
    assess(from_year=2024, capacity_kg=Decimal(1))
    assess(from_year=2025, capacity_kg=Decimal(2))
    assess(from_year=2025, capacity_kg=Decimal(3))
    assess(from_year=2026, capacity_kg=Decimal(4))
    decision = draft((northern, "separation", "1"))

    content = queries.content_of(decision, on=TODAY)

    assert content.of(northern.pk, "separation").capacity_kg == 3


def test_the_checklist_asks_what_fits_the_activity(find, northern, southern, baotou):
    group = make_enterprise("Group", baotou, is_group=True)
    find(verdict="not_met")
    find(criterion="running", valid_until=TODAY)

    shown = queries.checklist(northern, list(queries.findings_of(northern)), on=TODAY)
    tomorrow = queries.checklist(
        northern, list(queries.findings_of(northern)), on=TODAY + timedelta(days=1)
    )

    tones = {each.criterion.value: each.tone for each in shown}
    assert tones == {
        "licences": "warn",
        "processes": "warn",
        "scale": "bad",
        "pollutants": "warn",
        "tailings": "warn",
        "running": "good",
    }
    assert {each.criterion.value: each.tone for each in tomorrow}["running"] == "warn"
    assert "licences" not in {each.value for each in queries.criteria_of(southern)}
    assert queries.criteria_of(group) == []


def test_the_list_counts_what_counts(find, southern, northern):
    find(verdict="not_met")
    find()  # met after all
    find(criterion="tailings", verdict="not_met")
    find(criterion="running", valid_until=TODAY)

    listed = {each.pk: each for each in queries.with_eligibility(TODAY)}
    tomorrow = {each.pk: each for each in queries.with_eligibility(TODAY + timedelta(days=1))}

    assert (listed[northern.pk].criteria_met, listed[northern.pk].criteria_not_met) == (2, 1)
    assert (listed[southern.pk].criteria_met, listed[southern.pk].criteria_not_met) == (0, 0)
    assert tomorrow[northern.pk].criteria_met == 1


def test_a_finding_is_entered_with_its_evidence_and_blocks_the_issue(
    signed_in, northern, signed, signatory, noon
):
    decision = signed(("separation", "100"), (northern, "separation", "5"))
    client = signed_in("drafter")
    posted = {
        "criterion": "scale",
        "verdict": "not_met",
        "evidence": "1,200 t only",
        "valid_until": "2999-12-31",
        "attachment": SimpleUploadedFile("report.pdf", PDF),
    }

    answer = client.post(
        reverse("allocations:eligibility_add", args=[northern.pk]), posted, follow=True
    )

    text = answer.content.decode()
    assert "1,200 t only" in text
    found = Eligibility.objects.get()
    kept = client.get(reverse("allocations:eligibility_attachment", args=[found.pk]))
    assert b"".join(kept.streaming_content) == PDF
    assert "attachment" in kept["Content-Disposition"]
    with pytest.raises(rules.CheckUnmet, match="D10"):
        services.order_issue(
            decision=decision, document_no="1", approval_no="1", by=signatory, at=noon
        )


def test_a_capacity_is_entered_in_tonnes(signed_in, northern):
    posted = {
        "category": "separation",
        "from_year": "2025",
        "capacity": "5,000.5",
        "document": "Approval 7",
        "technology": "87.5",
    }

    text = (
        signed_in("drafter")
        .post(reverse("allocations:capacity_add", args=[northern.pk]), posted, follow=True)
        .content.decode()
    )

    assert "5,000.500" in text
    assert "87.5" in text


@pytest.mark.parametrize(
    ("name", "posted", "says"),
    [
        ("capacity_add", {"capacity": "-1"}, "greater than or equal to 0"),
        ("capacity_add", {"technology": "100.01"}, "less than or equal to 100"),
        ("eligibility_add", {"evidence": ""}, "Evidence"),
        ("eligibility_add", {"valid_until": "2001-01-01"}, "The evidence is no longer valid."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(signed_in, northern, name, posted, says):
    sound = {
        "category": "separation",
        "from_year": "2025",
        "capacity": "1",
        "document": "Approval 7",
        "criterion": "scale",
        "verdict": "met",
        "evidence": "Inspection",
    }

    answer = signed_in("drafter").post(
        reverse(f"allocations:{name}", args=[northern.pk]), sound | posted
    )

    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_the_pages_ask_no_more_however_much_is_on_record(
    signed_in, find, northern, baotou, django_assert_max_num_queries
):
    for _ in range(10):
        find()
    for n in range(30):
        make_designated(f"Mine {n}", baotou, "mining")
    client = signed_in("viewer")

    with django_assert_max_num_queries(20):
        detail = client.get(reverse("allocations:eligibility_detail", args=[northern.pk]))
    with django_assert_max_num_queries(20):
        listed = client.get(reverse("allocations:eligibility_list"), {"unmet": "no"})

    assert detail.content.decode().count("Inspection of 1 March") == 11
    assert "Enter a finding" not in detail.content.decode()
    assert "Mine 29" in listed.content.decode()


def test_another_ministrys_drafter_reads_alone(client, northern, mnr_signatory):
    ndrc = type(mnr_signatory.organisation).objects.get(ministry="NDRC")
    client.force_login(make_user(ndrc, "drafter"))

    answer = client.post(
        reverse("allocations:eligibility_add", args=[northern.pk]),
        {"criterion": "scale", "verdict": "met", "evidence": "Inspection"},
    )

    assert answer.status_code == 422
    assert not Eligibility.objects.exists()
