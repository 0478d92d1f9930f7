"""Who says what of a line, and when a comment is settled."""

from django.utils.translation import gettext_lazy as _

from allocations.rules.facts import WrongStep
from allocations.rules.steps import require_changeable
from portal.kernel.errors import Refusal


class NoSuchLine(Refusal):
    """The decision has no such line."""


class SettledAlready(Refusal):
    """The comment was settled before."""


class NotTheirComment(Refusal):
    """Only MIIT's drafter, or whose ministry made it, settles a comment."""


def require_commentable(status: str, *, has_line: bool) -> None:
    """Comments are made of lines that stand, until the decision is issued or withdrawn.

    Raises IssuedAlready, NotChangeable or NoSuchLine.
    """
    require_changeable(status)
    if not has_line:
        raise NoSuchLine(_("The decision has no such line; it may have been taken out meanwhile."))


def require_may_settle(
    status: str, *, settled: bool, is_answer: bool, own_ministry: bool, drafts: bool
) -> None:
    """The ministry that commented, or MIIT's drafter, settles a comment once, with its answers.

    Raises IssuedAlready, NotChangeable, WrongStep, SettledAlready or NotTheirComment.
    """
    require_changeable(status)
    if is_answer:
        raise WrongStep(_("An answer is settled with the comment it belongs to."))
    if settled:
        raise SettledAlready(_("This comment has been settled already."))
    if not (own_ministry or drafts):
        raise NotTheirComment(
            _("A comment is settled by the ministry that made it or by MIIT's drafter.")
        )
