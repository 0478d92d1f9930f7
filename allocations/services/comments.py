"""What ministries say of the lines of a decision on its way."""

from datetime import datetime

from django.db import transaction

from allocations import queries, rules
from allocations.models import Decision, LineComment
from allocations.permissions import Perm
from allocations.rules import LineKey
from allocations.services.decisions import locked
from allocations.services.telling import tell_comment
from portal.accounts.models import User
from portal.kernel import audit


@transaction.atomic
def comment_line(
    *,
    decision: Decision,
    line: LineKey,
    text: str,
    parent: LineComment | None = None,
    by: User,
    at: datetime,
) -> LineComment:
    """Say something of a line, of a ceiling line or of the decision as a whole, or answer.

    An answer belongs to the line of the comment it answers. Raises IssuedAlready, NotChangeable or
    NoSuchLine.
    """
    decision = locked(decision)
    if parent is not None:
        parent = parent.parent or parent
        line = LineKey(parent.enterprise_id, parent.category)
    rules.require_commentable(decision.status, has_line=queries.has_line(decision, line))
    comment = LineComment.objects.create(
        decision=decision,
        enterprise_id=line.enterprise_id,
        category=line.category,
        parent=parent,
        ministry=by.organisation.ministry,
        user=by,
        at=at,
        digest=decision.content_digest,
        text=text,
    )
    tell_comment(comment, line, by=by, at=at)
    audit.record(
        "decision.commented",
        decision,
        by=by,
        at=at,
        ministry=comment.ministry,
        enterprise=line.enterprise_id,
        category=line.category,
        comment=comment.pk,
    )
    return comment


@transaction.atomic
def settle_comment(*, comment: LineComment, by: User, at: datetime) -> LineComment:
    """Put on record that nothing of a comment is open any more.

    Raises IssuedAlready, NotChangeable, WrongStep, SettledAlready or NotTheirComment.
    """
    decision = locked(comment.decision)
    comment = LineComment.objects.select_for_update(of=("self",), no_key=True).get(pk=comment.pk)
    ministry = by.organisation.ministry
    rules.require_may_settle(
        decision.status,
        settled=comment.settled_at is not None,
        is_answer=comment.parent_id is not None,
        own_ministry=comment.ministry == ministry,
        drafts=ministry == rules.MIIT and by.holds(Perm.DRAFT_DECISION),
    )
    comment.settled_by, comment.settled_at = by, at
    comment.save(update_fields=["settled_by", "settled_at"])
    audit.record("decision.comment_settled", decision, by=by, at=at, comment=comment.pk)
    return comment
