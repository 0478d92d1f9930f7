"""Putting on record what enterprises can do, and whether they are eligible."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from allocations import rules
from allocations.models import Assessment, Eligibility
from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel import audit
from portal.kernel.evidence import PAPERS, require_evidence
from portal.kernel.period import civil_day


@transaction.atomic
def find_eligibility(
    *,
    enterprise: Enterprise,
    criterion: str,
    verdict: str,
    evidence: str,
    valid_until: date | None = None,
    attachment_name: str = "",
    attachment: bytes | None = None,
    by: User,
    at: datetime,
) -> Eligibility:
    """Put a finding under one criterion on record; earlier ones stay readable.

    Raises NotTheirMinistry, EvidenceMissing, EvidenceExpired or UnfitEvidence.
    """
    rules.require_assessing_ministry(by.organisation.ministry)
    rules.require_evidence(evidence, valid_until=valid_until, on=civil_day(at))
    if attachment is not None:
        require_evidence(attachment_name, attachment, most_bytes=rules.MOST_BYTES, kinds=PAPERS)
    found = Eligibility.objects.create(
        enterprise=enterprise,
        criterion=criterion,
        verdict=verdict,
        evidence=evidence.strip(),
        valid_until=valid_until,
        attachment_name=attachment_name,
        attachment=attachment,
        assessed_by=by,
        assessed_at=at,
    )
    audit.record(
        "eligibility.found", enterprise, by=by, at=at, criterion=criterion, verdict=verdict
    )
    return found


@transaction.atomic
def assess_capacity(
    *,
    enterprise: Enterprise,
    category: str,
    from_year: int,
    capacity_kg: Decimal,
    document: str,
    technology: Decimal | None = None,
    environment: Decimal | None = None,
    safety: Decimal | None = None,
    by: User,
    at: datetime,
) -> Assessment:
    """Put a capacity in kg REO a year and scores of 0 to 100 on record, from a year on.

    Raises NotTheirMinistry, CategoryUnfit or CapacityUnfit.
    """
    rules.require_assessing_ministry(by.organisation.ministry)
    rules.require_from_year(from_year, this_year=civil_day(at).year)
    rules.require_category(category, activities=enterprise.activities, is_group=enterprise.is_group)
    assessment = Assessment.objects.create(
        enterprise=enterprise,
        category=category,
        from_year=from_year,
        capacity_kg=capacity_kg,
        technology=technology,
        environment=environment,
        safety=safety,
        document=document,
        assessed_by=by,
        assessed_at=at,
    )
    audit.record(
        "capacity.assessed",
        enterprise,
        by=by,
        at=at,
        category=category,
        from_year=from_year,
        capacity_kg=str(capacity_kg),
    )
    return assessment
