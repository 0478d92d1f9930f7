"""Issuing: lines become effective, and copies go out, in one transaction."""

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import DatabaseError, transaction
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from allocations import queries, rules
from allocations.models import AllocationLine, Category, Copy, Decision
from allocations.services.decisions import locked
from enterprises.models import Enterprise
from portal.accounts.models import Organisation, User
from portal.accounts.roles import OrganisationKind
from portal.kernel import audit
from portal.kernel.law import ALLOCATION
from portal.kernel.templatetags.portal import tonnes

CEILING_STATE = "RE003"
CAP_STATE = "RE004"
DOCUMENT_ONCE = "decision_document_once"
# The figures of a refusal, as pages print them in the language of whoever reads it.
_tonnes = lazy(tonnes, str)


@transaction.atomic
def issue(
    *, decision: Decision, document_no: str, approval_no: str, by: User, at: datetime
) -> Decision:
    """Make a signed decision law: its lines count, and the provinces concerned receive copies.

    Exactly what remains of a ceiling is allowed. Two issues for one year wait for each other.
    Raises NotTheirMinistry, IssuedAlready, NotChangeable, NothingDecided, ReasonMissing,
    CategoryUnfit, SignOffMissing, WrongStep, DocumentMissing, ApprovalMissing, DocumentTaken,
    CeilingExceeded or CapNegative.
    """
    rules.require_issuing_ministry(by.organisation.ministry)
    decision = locked(decision)
    rules.require_issuable(
        queries.decision_facts(decision),
        document_no=document_no,
        approval_no=approval_no,
    )
    make_effective(decision, document_no=document_no, approval_no=approval_no, by=by, at=at)
    return decision


def make_effective(
    decision: Decision, *, document_no: str, approval_no: str, by: User, at: datetime
) -> None:
    """Issue, send copies, record; part of a deed that has asked the rules.

    The database holds the sums, under a lock for the year. Raises CeilingExceeded, CapNegative or
    DocumentTaken.
    """
    decision.status = Decision.Status.ISSUED
    decision.document_no = document_no.strip()
    decision.approval_no = approval_no.strip()
    decision.issued_by = by
    decision.issued_at = at
    with _refusals_of_the_database():
        decision.save(
            update_fields=[
                "status",
                "document_no",
                "approval_no",
                "issued_by",
                "issued_at",
            ]
        )
    copies = _send_copies(decision, at=at)
    audit.record(
        "decision.issued",
        decision,
        by=by,
        at=at,
        document_no=decision.document_no,
        approval_no=decision.approval_no,
        digest=decision.content_digest,
        copies=copies,
    )


@contextmanager
def _refusals_of_the_database() -> Iterator[None]:
    """Say what the trigger refused in the words of the field."""
    try:
        with transaction.atomic():
            yield
    except DatabaseError as error:
        refused = getattr(error.__cause__, "diag", None)
        if refused is not None and refused.constraint_name == DOCUMENT_ONCE:
            raise rules.DocumentTaken(
                _("Another issued decision bears this number."), field="document_no"
            ) from error
        if refused is None or refused.sqlstate not in {CEILING_STATE, CAP_STATE}:
            raise
        raise _refusal(refused.sqlstate, json.loads(refused.message_detail)) from error


def _refusal(state: str, facts: dict[str, Any]) -> rules.CeilingExceeded | rules.CapNegative:
    category = Category(facts["category"]).label
    if state == CEILING_STATE:
        return rules.CeilingExceeded(
            _(
                "Allocations for %(category)s would come to %(allocated)s t REO; the ceiling is"
                " %(ceiling)s t."
            ),
            source=ALLOCATION,
            category=category,
            allocated=_tonnes(Decimal(facts["allocated"])),
            ceiling=_tonnes(Decimal(facts["ceiling"])),
        )
    enterprise = Enterprise.objects.select_related("organisation").get(pk=facts["enterprise"])
    return rules.CapNegative(
        _("The cap of %(enterprise)s for %(category)s would be %(cap)s t REO, below nothing."),
        source=ALLOCATION,
        enterprise=str(enterprise),
        category=category,
        cap=_tonnes(Decimal(facts["cap"])),
    )


def _send_copies(decision: Decision, *, at: datetime) -> int:
    """One copy for each authority of every province with an enterprise concerned."""
    lines = (
        AllocationLine.objects.filter(decision=decision)
        .select_related("enterprise__organisation")
        .order_by("enterprise__region_id", "enterprise_id", "category")
    )
    by_province: dict[str, list[AllocationLine]] = defaultdict(list)
    for line in lines:
        by_province[f"{line.enterprise.region_id[:2]}0000"].append(line)
    authorities = Organisation.objects.filter(
        kind=OrganisationKind.AUTHORITY, region_id__in=by_province
    ).order_by("id")
    copies = [
        _copy(decision, authority, by_province[authority.region_id], at)
        for authority in authorities
        if authority.region_id
    ]
    Copy.objects.bulk_create(copies)
    return len(copies)


def _copy(
    decision: Decision,
    recipient: Organisation,
    lines: list[AllocationLine],
    at: datetime,
) -> Copy:
    content = {
        "year": decision.year,
        "decision": str(decision),
        "regime": decision.regime,
        "kind": decision.kind,
        "document_no": decision.document_no,
        "decision_digest": decision.content_digest,
        "lines": [
            {
                "enterprise": line.enterprise_id,
                "uscc": line.enterprise.uscc,
                "name_zh": line.enterprise.name_zh,
                "name_en": line.enterprise.name_en,
                "region": line.enterprise.region_id,
                "category": line.category,
                "kg": str(line.kg),
                "reason": line.reason,
            }
            for line in lines
        ],
    }
    return Copy(
        decision=decision,
        recipient=recipient,
        content=content,
        digest=queries.copy_digest(content),
        sent_at=at,
    )
