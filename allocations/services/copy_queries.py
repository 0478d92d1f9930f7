"""What authorities ask about their copies, and the answers; no number changes by either."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from allocations import rules
from allocations.models import Copy, CopyQuery
from allocations.services.telling import tell_answer, tell_query
from portal.accounts.models import User
from portal.kernel import audit
from portal.kernel.errors import Refusal


class NotTheirCopy(Refusal):
    """Only the authority that a copy was sent to asks about it."""


class AnsweredAlready(Refusal):
    """The query has its answer."""


@transaction.atomic
def ask_about_copy(*, copy: Copy, text: str, by: User, at: datetime) -> CopyQuery:
    """Ask the ministry about the copy of one's authority. Raises NotTheirCopy."""
    if copy.recipient_id != by.organisation_id:
        raise NotTheirCopy(_("Only the authority that it was sent to asks about a copy."))
    query = CopyQuery.objects.create(copy=copy, asked_by=by, asked_at=at, text=text)
    tell_query(query, by=by, at=at)
    audit.record("copy.asked_about", copy, by=by, at=at, query=query.pk, text=text)
    return query


@transaction.atomic
def answer_query(*, query: CopyQuery, answer: str, by: User, at: datetime) -> CopyQuery:
    """Answer an authority's query, for one's ministry.

    Raises NotTheirMinistry or AnsweredAlready.
    """
    rules.require_answering_ministry(by.organisation.ministry)
    query = CopyQuery.objects.select_for_update(of=("self",), no_key=True).get(pk=query.pk)
    if query.answered_at is not None:
        raise AnsweredAlready(_("This query has been answered already."))
    query.answer, query.answered_by, query.answered_at = answer, by, at
    query.save(update_fields=["answer", "answered_by", "answered_at"])
    tell_answer(query, by=by, at=at)
    audit.record("copy.query_answered", query.copy, by=by, at=at, query=query.pk, text=answer)
    return query
