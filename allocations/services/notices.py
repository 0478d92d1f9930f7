"""Making the notice of an issued decision, and the extract that a copy carries: once, for good.

The issue itself waits for no typesetting: what a paper says follows from what was issued, so it is
made right after, by the timetable where nobody asked before.
"""

import hashlib
from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from allocations import queries, rules
from allocations.models import Copy, Decision, OfficialNotice
from portal.accounts.models import User
from portal.kernel import audit
from portal.kernel.papers import code_of, typeset

TEMPLATE = "papers/official_notice.typ"


@transaction.atomic
def make_notice(*, decision: Decision, by: User, at: datetime) -> OfficialNotice:
    """Set the notice of an issued decision in type and keep it; one that is there already stays.

    Raises NotIssued or IssuedOnPaper.
    """
    decision = _locked(decision)
    rules.require_own_notice(decision.status, on_paper=queries.is_on_paper(decision))
    if kept := OfficialNotice.objects.filter(decision=decision, copy=None).first():
        return kept
    notice = _keep(decision, None, at=at)
    audit.record("notice.made", decision, by=by, at=at, digest=notice.digest)
    return notice


@transaction.atomic
def make_extract(*, copy: Copy, by: User, at: datetime) -> OfficialNotice:
    """Set the extract that a copy carries in type and keep it; one that is there already stays.

    It tells of the copy's own lines and of no others. Raises IssuedOnPaper.
    """
    decision = _locked(copy.decision)
    rules.require_own_notice(decision.status, on_paper=queries.is_on_paper(decision))
    if kept := OfficialNotice.objects.filter(copy=copy).first():
        return kept
    notice = _keep(decision, copy, at=at)
    audit.record("notice.extracted", copy, by=by, at=at, digest=notice.digest)
    return notice


def _locked(decision: Decision) -> Decision:
    """The issued decision, locked against whoever makes its papers at the same time.

    Its key stays free: a row that refers to it is checked at the end of its transaction, which by
    then holds the audit trail that this one waits for.
    """
    return Decision.objects.select_for_update(of=("self",), no_key=True).get(pk=decision.pk)


def _keep(decision: Decision, copy: Copy | None, *, at: datetime) -> OfficialNotice:
    """Dated by the issue, so that the same content makes the same paper but for its token."""
    token = uuid4()
    address = settings.ADDRESS + reverse("allocations:notice_detail", args=[token])
    said = queries.notice_says(decision, copy)
    said |= {"address": address, "code": code_of(address)}
    pdf = typeset(TEMPLATE, said, at=decision.issued_at or at)
    return OfficialNotice.objects.create(
        decision=decision,
        copy=copy,
        token=token,
        pdf=pdf,
        digest=hashlib.sha256(pdf).hexdigest(),
        made_at=at,
    )
