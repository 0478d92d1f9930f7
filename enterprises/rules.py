"""What the directory and its designations must obey."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal
from portal.kernel.fields import USCC_ALPHABET, uscc_check_character
from portal.kernel.law import DESIGNATED_ONLY, PUBLIC_LIST

USCC_LENGTH = 18
# The activities that the ministries determine enterprises for; the others need no designation.
CONTROLLED = ("mining", "separation")
DESIGNATING_MINISTRIES = ("MIIT", "MNR")


class CodeMistyped(Refusal):
    """A unified social credit code that can't be one."""


class CodeNeeded(Refusal):
    """An enterprise that must file has no unified social credit code."""


class CodeOnRecord(Refusal):
    """Another enterprise of the directory has this code."""


class PartnerOnRecord(CodeOnRecord):
    """The trading partner needs no entering."""


class GroupLoop(Refusal):
    """An enterprise would belong, through its groups, to itself."""


class ActivityDesignated(Refusal):
    """An activity can't be taken off an enterprise that is designated for it."""


class NotDesignatingMinistry(Refusal):
    """Neither MIIT nor MNR."""


class ActivityNotControlled(Refusal):
    """An activity that needs no designation."""


class EndsBeforeStart(Refusal):
    """A last day before the first."""


class DesignationOverlaps(Refusal):
    """Two designations of one activity on one day."""


class DesignationEnded(Refusal):
    """A designation that has an end can only be ended earlier."""


class SiteOnRecord(Refusal):
    """The enterprise has a site of this name."""


class AlreadyMerged(Refusal):
    """An enterprise merges once."""


def require_uscc(text: str) -> None:
    """A unified social credit code has 18 characters, and the last checks the others.

    Raises CodeMistyped, which tells the length, the characters, or the check character.
    """
    if len(text) != USCC_LENGTH:
        raise CodeMistyped(
            _("A unified social credit code has 18 characters; this one has %(length)d."),
            field="uscc",
            length=len(text),
        )
    if wrong := sorted({character for character in text if character not in USCC_ALPHABET}):
        raise CodeMistyped(
            _(
                "A unified social credit code has only digits and the capitals A to Y without"
                " I, O, S and V; this one has %(wrong)s."
            ),
            field="uscc",
            wrong=" ".join(wrong),
        )
    if text[-1] != uscc_check_character(text[:-1]):
        raise CodeMistyped(
            _(
                "The last character does not check the 17 before it: one of the characters of"
                " %(uscc)s is mistyped."
            ),
            field="uscc",
            uscc=text,
        )


def require_code(uscc: str | None, *, activities: Iterable[str]) -> None:
    """Only an enterprise without an activity may lack a code; a code must be right.

    Raises CodeNeeded or CodeMistyped.
    """
    if uscc is not None:
        require_uscc(uscc)
    elif any(activities):
        raise CodeNeeded(
            _("An enterprise with an activity needs its unified social credit code."),
            field="uscc",
        )


def require_no_loop(enterprise_id: int, *, parent_line: Sequence[int]) -> None:
    """No enterprise belongs to itself: `parent_line` is the new group and the groups above it.

    Raises GroupLoop.
    """
    if enterprise_id in parent_line:
        raise GroupLoop(
            _("An enterprise can't belong to itself, nor to a group that belongs to it."),
            field="parent",
        )


@dataclass(frozen=True, slots=True)
class Term:
    """The days of a designation; `last` is included, None leaves it open."""

    first: date
    last: date | None = None

    def overlaps(self, other: "Term") -> bool:
        """Whether one day lies in both."""
        return (other.last is None or self.first <= other.last) and (
            self.last is None or other.first <= self.last
        )

    def holds_on(self, day: date) -> bool:
        """Whether `day` lies in it."""
        return self.first <= day and (self.last is None or day <= self.last)


def holds_throughout(terms: Iterable[Term], first: date, last: date) -> bool:
    """Whether every day from `first` to `last` lies in one of `terms`, be they one or several."""
    due = first
    for term in sorted(terms, key=lambda each: each.first):
        if term.first > due:
            return False
        if term.last is None or term.last >= last:
            return True
        due = max(due, term.last + timedelta(days=1))
    return False


def require_designating(ministry: str, *, operator: bool) -> None:
    """MIIT with MNR determine who mines and who smelts and separates.

    The operator of the portal puts on record what they have determined and made public.
    Raises NotDesignatingMinistry.
    """
    if ministry not in DESIGNATING_MINISTRIES and not operator:
        raise NotDesignatingMinistry(
            _("Designations are for MIIT and MNR to maintain."), source=PUBLIC_LIST
        )


def require_controlled(activity: str) -> None:
    """Only mining, and smelting and separation, are for designated enterprises alone.

    Raises ActivityNotControlled.
    """
    if activity not in CONTROLLED:
        raise ActivityNotControlled(
            _("Only mining, and smelting and separation, need a designation."),
            source=DESIGNATED_ONLY,
            field="activity",
        )


def require_term(first: date, last: date | None) -> None:
    """The last day is the first or a later one. Raises EndsBeforeStart."""
    if last is not None and last < first:
        raise EndsBeforeStart(
            _("The last day %(last)s lies before the first day %(first)s."),
            field="valid_to",
            first=first,
            last=last,
        )


def require_no_overlap(standing: Iterable[Term], *, adding: Term) -> None:
    """The designations of one enterprise for one activity never share a day.

    The day after the last day of one is the first that another may begin on.
    Raises DesignationOverlaps.
    """
    for term in standing:
        if not term.overlaps(adding):
            continue
        if term.last is None:
            message = _(
                "A designation for this activity has stood since %(first)s, without an end."
            )
        else:
            message = _("A designation for this activity stands from %(first)s to %(last)s.")
        raise DesignationOverlaps(message, field="valid_from", first=term.first, last=term.last)


def require_endable(term: Term, *, last: date) -> None:
    """A designation ends on or after its first day; one that has an end can only end earlier.

    Raises EndsBeforeStart or DesignationEnded.
    """
    require_term(term.first, last)
    if term.last is not None and last >= term.last:
        raise DesignationEnded(
            _("This designation ends on %(last)s already; it can only be ended earlier."),
            field="valid_to",
            last=term.last,
        )


def require_activities_kept(taken_off: Iterable[str], *, designated: Iterable[str]) -> None:
    """An activity stays in the directory while a designation for it stands or is to come.

    Raises ActivityDesignated.
    """
    if kept := sorted(set(taken_off) & set(designated)):
        raise ActivityDesignated(
            _("The enterprise is designated for %(activities)s: end the designation first."),
            field="activities",
            activities=", ".join(kept),
        )


def require_unmerged(merged_on: date | None) -> None:
    """An enterprise merges once. Raises AlreadyMerged."""
    if merged_on is not None:
        raise AlreadyMerged(
            _("This enterprise was merged into another on %(merged_on)s."),
            merged_on=merged_on,
        )
