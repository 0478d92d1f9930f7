"""Who is told of the steps of a decision and of its copies; part of the deeds that are told."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from allocations import rules
from allocations.models import (
    Category,
    Copy,
    CopyQuery,
    Decision,
    LineComment,
    Outdating,
    SignOff,
)
from allocations.permissions import Perm
from allocations.rules import LineChange, LineKey
from enterprises.models import Enterprise
from portal.accounts.models import Organisation, User
from portal.accounts.roles import OrganisationKind
from portal.kernel.templatetags.portal import named, tonnes
from portal.notices.kinds import Kind
from portal.notices.kinds.words import both, quoted
from portal.notices.services import Telling, tell

# Who takes part in deciding, for those steps that only they need to hear of.
DECIDERS = (Perm.DRAFT_DECISION, Perm.SIGN_DECISION)
CHANGES_NAMED = 3


def tell_ministries(
    kind: Kind,
    decision: Decision,
    *,
    at: datetime,
    of: Collection[str] = tuple(Organisation.Ministry.values),
    perms: Collection[str] = DECIDERS,
    besides: User | None = None,
    **facts: Any,
) -> None:
    """Tell people of ministries of a step of a decision."""
    organisations = Organisation.objects.filter(kind=OrganisationKind.MINISTRY, ministry__in=of)
    facts = {"decision": decision.title, **facts}
    tellings = [
        Telling(pk, decision.pk, facts) for pk in organisations.values_list("pk", flat=True)
    ]
    tell(kind, tellings, perms=perms, at=at, besides=besides)


def tell_voided(
    decision: Decision,
    sign_offs: Iterable[SignOff],
    changes: Sequence[LineChange],
    *,
    by: User,
    at: datetime,
) -> list[str]:
    """Tell whose sign-offs a change has voided, and MIIT, who changed what; the ministries."""
    voided = sorted({each.ministry for each in sign_offs})
    if not voided:
        return []
    tell_ministries(
        Kind.SIGN_OFFS_VOIDED,
        decision,
        of={*voided, rules.MIIT},
        at=at,
        besides=by,
        who=str(by),
        ministries=voided,
        changes=_changes_told(changes),
    )
    return voided


def tell_comment(comment: LineComment, line: LineKey, *, by: User, at: datetime) -> None:
    """Tell MIIT's drafters of a comment, or who made it of the answer."""
    enterprise = comment.enterprise
    facts = {
        "decision": comment.decision.title,
        "ministry": comment.ministry,
        "line": both(_line_named(line, {enterprise.pk: enterprise} if enterprise else {})),
        "text": quoted(comment.text),
        "query": line.as_query,
    }
    if comment.parent is None:
        miit = Organisation.objects.get(ministry=rules.MIIT)
        told = [Telling(miit.pk, comment.decision_id, facts)]
        tell(Kind.LINE_COMMENTED, told, perms=[Perm.DRAFT_DECISION], at=at, besides=by)
    else:
        asked = comment.parent.user
        told = [Telling(asked.organisation_id, comment.decision_id, facts)]
        tell(Kind.COMMENT_ANSWERED, told, perms=DECIDERS, at=at, besides=by, only=asked)


def tell_copies(
    copies: Collection[Copy], decision: Decision, *, at: datetime, sender: Organisation | None
) -> None:
    """Tell the recipients of copies; of one that outdates an earlier, which it outdates."""
    earlier: dict[int, list[str]] = defaultdict(list)
    outdated = Outdating.objects.filter(later__in=[each.pk for each in copies])
    for each in outdated.select_related("earlier__decision").order_by("earlier_id"):
        earlier[each.later_id].append(each.earlier.decision.title)
    common: dict[str, Any] = {"decision": decision.title, "document_no": decision.document_no}
    if sender is not None:
        common["sender"] = both(sender)
    kinds: dict[Kind, list[Telling]] = defaultdict(list)
    arrived = Kind.COPY_RECEIVED if sender is None else Kind.COPY_PASSED_DOWN
    for copy in copies:
        facts = {**common, "due_on": copy.due_on}
        kind = arrived
        if copy.pk in earlier:
            kind, facts["earlier"] = Kind.COPY_OUTDATED, earlier[copy.pk]
        kinds[kind].append(Telling(copy.recipient_id, copy.pk, facts))
    for kind, tellings in kinds.items():
        tell(kind, tellings, perms=[Perm.VIEW_COPIES], at=at)


def tell_query(query: CopyQuery, *, by: User, at: datetime) -> None:
    """Tell the ministries that answer of an authority's query."""
    organisations = Organisation.objects.filter(ministry__in=rules.ANSWERING)
    facts = {
        "sender": both(query.copy.recipient),
        "decision": query.copy.decision.title,
        "text": quoted(query.text),
    }
    told = [Telling(pk, query.pk, facts) for pk in organisations.values_list("pk", flat=True)]
    tell(Kind.QUERY_ASKED, told, perms=[Perm.ANSWER_QUERY], at=at, besides=by)


def tell_answer(query: CopyQuery, *, by: User, at: datetime) -> None:
    """Tell the authority that asked of the answer."""
    facts = {
        "ministry": by.organisation.ministry,
        "decision": query.copy.decision.title,
        "text": quoted(query.answer),
    }
    told = [Telling(query.copy.recipient_id, query.copy_id, facts)]
    tell(Kind.QUERY_ANSWERED, told, perms=[Perm.ASK_ABOUT_COPY], at=at)


def tell_reminders(copies: Iterable[Copy], *, on: date, at: datetime) -> None:
    """Remind the recipients of copies to acknowledge them; once a day for each."""
    tellings = [
        Telling(
            copy.recipient_id,
            copy.pk,
            {"decision": copy.decision.title, "due_on": copy.due_on},
            once=f"{copy.pk} {on}",
        )
        for copy in copies
    ]
    tell(Kind.COPY_REMINDER, tellings, perms=[Perm.ACKNOWLEDGE_COPY], at=at)


def _changes_told(changes: Sequence[LineChange]) -> list[dict[str, str]]:
    """The first changes by name with both figures, and how many more there are."""
    named_ones = changes[:CHANGES_NAMED]
    ids = [each.key.enterprise_id for each in named_ones if each.key.enterprise_id]
    holders = Enterprise.objects.select_related("organisation").in_bulk(ids)
    told = [both(_change_told(each, holders)) for each in named_ones]
    if more := len(changes) - len(named_ones):
        told.append(both(_more_lines(more)))
    return told


def _in_words(change: LineChange, holders: Mapping[int, Enterprise]) -> str:
    before = tonnes(change.before.kg) if change.before else "—"
    after = tonnes(change.after.kg) if change.after else "—"
    return f"{_line_named(change.key, holders)} {before} → {after} t"


def _line_in_words(line: LineKey, holders: Mapping[int, Enterprise]) -> str:
    if not line.category:
        return _("the decision as a whole")
    category = Category(line.category).short_label
    if line.enterprise_id is None:
        return _("ceiling for %(category)s") % {"category": category}
    return f"{named(holders[line.enterprise_id])} · {category}"


def _count_in_words(count: int) -> str:
    told = ngettext("%(count)s more line", "%(count)s more lines", count)
    return told % {"count": count}


_change_told = lazy(_in_words, str)
_line_named = lazy(_line_in_words, str)
_more_lines = lazy(_count_in_words, str)
