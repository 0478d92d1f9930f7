"""Which decisions have a notice of the portal's own, and when a paper says what was issued."""

import string

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal

# Nobody types 64 characters from paper; so many leave no chance to hit by guessing.
FEWEST_CHARACTERS = 16
MOST_CHARACTERS = 64


class NotIssued(Refusal):
    """Only what is issued has a notice."""


class IssuedOnPaper(Refusal):
    """The ministries signed on paper: the notice is theirs, and the portal makes none."""


class DigestUnreadable(Refusal):
    """What was typed is no digest, or too little of one."""


def require_own_notice(status: str, *, on_paper: bool) -> None:
    """A notice is made of what was issued in the portal. Raises NotIssued or IssuedOnPaper."""
    if status != "issued":
        raise NotIssued(_("Only an issued decision has a notice."))
    if on_paper:
        raise IssuedOnPaper(
            _("This decision was issued on paper; the portal holds no notice of its own.")
        )


def digest_typed(text: str) -> str:
    """What was typed of a digest: its characters without blanks and dashes, in small letters.

    Sixteen are enough. Raises DigestUnreadable.
    """
    typed = "".join(each for each in text.lower() if not each.isspace() and each not in "-:")
    if not FEWEST_CHARACTERS <= len(typed) <= MOST_CHARACTERS or set(typed) - set(string.hexdigits):
        raise DigestUnreadable(
            _(
                "A digest has 64 characters of 0-9 and a-f; type at least the first"
                " %(fewest)s of them."
            ),
            field="digest",
            fewest=FEWEST_CHARACTERS,
        )
    return typed
