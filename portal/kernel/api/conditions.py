"""Writing only what was read: `ETag` out, `If-Match` back (RFC 9110, 13.1.1)."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal


class VersionNeeded(Refusal):
    """A write says which version it is about."""

    status = 428


class VersionPassed(Refusal):
    """What was read is no longer what stands."""

    status = 412


def etag_of(state: str) -> str:
    """The entity tag of something in this state."""
    return f'"{state}"'


def require_match(if_match: str | None, *, state: str) -> None:
    """What is to be changed is in the state that the caller read.

    `*` stands for any state; a weak tag for none. Raises VersionNeeded (428) without a header and
    VersionPassed (412).
    """
    if not if_match or not if_match.strip():
        raise VersionNeeded(_("Send If-Match with the ETag of what you read."))
    named = {tag.strip() for tag in if_match.split(",")}
    if "*" not in named and etag_of(state) not in named:
        raise VersionPassed(_("It has changed since you read it. Read it again, then write."))
