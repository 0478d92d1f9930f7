"""The issue of a decision with 2,000 lines, its copies to 31 provinces and 2,000 enterprises.

Then its notice, the extract of one copy, and the comparison of the decision with its year.

Each of them has two people, who are told.

    pytest tests/benchmarks/bench_issue.py -s

prints seconds and queries; nothing is asserted about time.
"""

import time
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from allocations import services
from allocations.models import AllocationLine, CeilingLine, Copy, Decision
from allocations.queries import content_digest
from enterprises.models import Enterprise
from portal.accounts.models import Organisation, Region, User
from portal.accounts.roles import OrganisationKind
from portal.notices.models import Notice
from tests.cast import make_designated

LINES = 2_000


def test_issue_of_two_thousand_lines(
    db, drafter, signatory, ndrc_signatory, mnr_signatory, noon
) -> None:
    provinces = list(Region.objects.filter(level=1))
    plants = [
        make_designated(f"Plant {n}", provinces[n % len(provinces)], "separation")
        for n in range(LINES)
    ]
    _people(plants)
    decision = services.draft_decision(
        year=2025, regime="total_control", kind="annual", by=drafter, at=noon
    )
    CeilingLine.objects.create(decision=decision, category="separation", kg=Decimal(10**9))
    AllocationLine.objects.bulk_create(
        AllocationLine(decision=decision, enterprise=plant, category="separation", kg=1000)
        for plant in plants
    )
    decision.content_digest = content_digest(decision)
    decision.save()
    decision = services.circulate(decision=decision, by=drafter, at=noon)
    for by in (signatory, ndrc_signatory, mnr_signatory):
        services.sign(
            decision=decision, verdict="agreed", digest=decision.content_digest, by=by, at=noon
        )
    numbers = {"document_no": "MIIT [2025] 1", "approval_no": "SC [2025] 1"}
    ordered = services.order_issue(decision=decision, by=signatory, at=noon, **numbers)

    begun = time.perf_counter()
    with CaptureQueriesContext(connection) as asked:
        services.issue(decision=ordered, by=signatory, at=ordered.issues_at)
    seconds = time.perf_counter() - begun

    copies = Copy.objects.filter(decision=decision)
    of_authorities = copies.filter(recipient__kind="authority").count()
    people = Notice.objects.filter(kind__startswith="copy").count()
    print(
        f"\nissue of {LINES} lines: {seconds:.2f} s, {len(asked)} queries,"
        f" {of_authorities} to authorities, {copies.count() - of_authorities} to enterprises,"
        f" {people} people told"
    )
    assert copies.count() == of_authorities + LINES
    _papers(ordered, signatory, ordered.issues_at)
    _comparison(ordered, signatory)


def _papers(decision: Decision, by: User, at: datetime) -> None:
    for what, make in (
        ("notice", lambda: services.make_notice(decision=decision, by=by, at=at)),
        ("extract", lambda: services.make_extract(copy=decision.copies.first(), by=by, at=at)),
    ):
        begun = time.perf_counter()
        with CaptureQueriesContext(connection) as asked:
            pdf = make().pdf
        seconds = time.perf_counter() - begun
        print(f"{what}: {seconds:.2f} s, {len(asked)} queries, {len(pdf) // 1024} KB")


def _comparison(decision: Decision, by: User) -> None:
    client = Client()
    client.force_login(by)
    sides = {"a": "year-2025", "b": f"decision-{decision.pk}"}
    for what in ({}, {"export": "xlsx"}):
        begun = time.perf_counter()
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(reverse("allocations:decision_compare"), sides | what)
            if answer.streaming:
                answer.getvalue()  # to its end, at which the client lets the connection stay open
        seconds = time.perf_counter() - begun
        print(f"comparison {what or ''}: {seconds:.2f} s, {len(asked)} queries")
        assert answer.status_code == 200


def _people(plants: list[Enterprise]) -> None:
    """A filer and an attester for every plant, two recipients for every authority."""
    authorities = Organisation.objects.filter(kind=OrganisationKind.AUTHORITY)
    told = [(plant.organisation_id, role) for plant in plants for role in ("filer", "attester")]
    told += [(authority.pk, "recipient") for authority in authorities for _ in range(2)]
    User.objects.bulk_create(
        User(
            username=f"person-{number}",
            full_name=f"Person {number}",
            email=f"person-{number}@example.cn",
            organisation_id=organisation_id,
            role=role,
        )
        for number, (organisation_id, role) in enumerate(told)
    )
