"""Every kind of notice: what it is called, what it says, where it leads, how it reaches people.

The words are put together when somebody reads them, from what is kept with the notice; `words`
tells how each fact prints.
"""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.notices.kinds.filings import FILINGS
from portal.notices.kinds.shipments import SHIPMENTS
from portal.notices.kinds.told import (
    AUTHORITY,
    BELOW,
    ENTERPRISE,
    MINISTRY,
    Channel,
    Kind,
    KindTold,
)
from portal.notices.kinds.tolerances import TOLERANCES
from portal.notices.kinds.words import said

__all__ = ["KINDS", "Channel", "Kind", "KindTold", "kinds_for", "say"]


_KINDS: Iterable[KindTold] = (
    KindTold(
        Kind.DECISION_CIRCULATED,
        _("a decision is circulated"),
        _("Decision %(decision)s is with the ministries for sign-off."),
        "allocations:decision_detail",
        MINISTRY,
    ),
    KindTold(
        Kind.DECISION_SIGNED,
        _("a ministry gives its verdict"),
        _("%(ministry)s gave its verdict on decision %(decision)s: %(verdict)s."),
        "allocations:decision_detail",
        MINISTRY,
        channel=Channel.PORTAL,
        may_be_off=True,
    ),
    KindTold(
        Kind.SIGN_OFFS_VOIDED,
        _("a change voids sign-offs"),
        _(
            "%(who)s changed decision %(decision)s: %(changes)s. The sign-offs of %(ministries)s"
            " are void."
        ),
        "allocations:decision_detail",
        MINISTRY,
    ),
    KindTold(
        Kind.DECISION_ORDERED,
        _("an issue is ordered"),
        _("Decision %(decision)s is to be issued at %(issues_at)s; until then it can be stopped."),
        "allocations:decision_detail",
        MINISTRY,
    ),
    KindTold(
        Kind.DECISION_STOPPED,
        _("an issue is stopped"),
        _("%(ministry)s stopped the issue of decision %(decision)s: %(reason)s"),
        "allocations:decision_detail",
        MINISTRY,
    ),
    KindTold(
        Kind.DECISION_HELD_BACK,
        _("a decision could not be issued"),
        _("Decision %(decision)s could not be issued when its time had come: %(reason)s"),
        "allocations:decision_detail",
        MINISTRY,
    ),
    KindTold(
        Kind.DECISION_ISSUED,
        _("a decision is issued"),
        _(
            "Decision %(decision)s is issued as %(document_no)s. Copies sent to authorities:"
            " %(copies)s."
        ),
        "allocations:decision_detail",
        MINISTRY,
    ),
    KindTold(
        Kind.DECISION_WITHDRAWN,
        _("a decision is withdrawn"),
        _("Decision %(decision)s is withdrawn: %(reason)s"),
        "allocations:decision_detail",
        MINISTRY,
        may_be_off=True,
    ),
    KindTold(
        Kind.LINE_COMMENTED,
        _("a ministry comments on a decision"),
        _("%(ministry)s commented on decision %(decision)s, %(line)s: %(text)s"),
        "allocations:decision_comments",
        MINISTRY,
        channel=Channel.PORTAL,
        may_be_off=True,
    ),
    KindTold(
        Kind.COMMENT_ANSWERED,
        _("a comment of one's own is answered"),
        _("%(ministry)s answered your comment on decision %(decision)s, %(line)s: %(text)s"),
        "allocations:decision_comments",
        MINISTRY,
        channel=Channel.PORTAL,
        may_be_off=True,
    ),
    KindTold(
        Kind.COPY_RECEIVED,
        _("a copy has arrived"),
        _(
            "The copy of decision %(decision)s (%(document_no)s) has arrived; acknowledge it by"
            " %(due_on)s."
        ),
        "allocations:copy_detail",
        BELOW,
    ),
    KindTold(
        Kind.COPY_PASSED_DOWN,
        _("a copy is passed down"),
        _(
            "%(sender)s passed the copy of decision %(decision)s (%(document_no)s) down to you;"
            " acknowledge it by %(due_on)s."
        ),
        "allocations:copy_detail",
        AUTHORITY,
    ),
    KindTold(
        Kind.COPY_OUTDATED,
        _("a copy is outdated"),
        _(
            "Decision %(decision)s (%(document_no)s) outdates your copy of decision %(earlier)s;"
            " acknowledge the new copy by %(due_on)s."
        ),
        "allocations:copy_detail",
        BELOW,
    ),
    KindTold(
        Kind.COPY_REMINDER,
        _("a copy waits to be acknowledged"),
        _(
            "The copy of decision %(decision)s was to be acknowledged by %(due_on)s; it has not"
            " been acknowledged yet."
        ),
        "allocations:copy_detail",
        BELOW,
    ),
    KindTold(
        Kind.QUERY_ASKED,
        _("an authority asks about its copy"),
        _("%(sender)s asks about its copy of decision %(decision)s: %(text)s"),
        "allocations:copy_query_answer",
        MINISTRY,
    ),
    KindTold(
        Kind.QUERY_ANSWERED,
        _("a query about a copy is answered"),
        _("%(ministry)s answered your query about the copy of decision %(decision)s: %(text)s"),
        "allocations:copy_detail",
        AUTHORITY,
    ),
    KindTold(
        Kind.FILING_DUE,
        _("a filing is due soon"),
        _("The filing for %(month)s is due on %(due_on)s and has not been submitted yet."),
        "traceability:filing_month",
        ENTERPRISE,
        may_be_off=True,
    ),
    KindTold(
        Kind.FILING_OVERDUE,
        _("a filing is overdue"),
        _("The filing for %(month)s was due on %(due_on)s and has not been submitted."),
        "traceability:filing_month",
        ENTERPRISE,
    ),
    KindTold(
        Kind.CASE_ASKED,
        _("a question about a finding"),
        _("You are asked about findings, to answer by %(due_on)s: “%(text)s”"),
        "traceability:case_detail",
        ENTERPRISE,
    ),
    KindTold(
        Kind.CASE_ANSWERED,
        _("an enterprise answers in a case"),
        _("An enterprise answered in a case of yours: “%(text)s”"),
        "traceability:case_detail",
        MINISTRY,
    ),
    KindTold(
        Kind.CASE_CLOSED,
        _("a case is closed"),
        _("A case about your enterprise was closed: “%(text)s”"),
        "traceability:case_detail",
        ENTERPRISE,
    ),
    *FILINGS,
    *SHIPMENTS,
    *TOLERANCES,
)

KINDS: dict[str, KindTold] = {told.kind.value: told for told in _KINDS}


def kinds_for(organisation_kind: str) -> list[KindTold]:
    """The kinds of notice that can concern people of such an organisation."""
    return [told for told in KINDS.values() if organisation_kind in told.of]


def say(kind: str, facts: dict[str, Any]) -> str:
    """What a notice says, in the reader's language."""
    told = {name: said(name, fact) for name, fact in facts.items()}
    return str(KINDS[kind].words) % told
