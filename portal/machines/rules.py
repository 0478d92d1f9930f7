"""What keys must obey."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal

LONGEST_LIFE = timedelta(days=366)
LONGEST_IDEMPOTENCY_KEY = 255


class LifeUnfit(Refusal):
    """A key ends after today and within a year."""


class KeyEnded(Refusal):
    """The key was revoked, or its last day has passed."""


class AttesterUnfit(Refusal):
    """Only an attester who did not make the key lets it submit, and only one that may file."""


class AttestationNotAllowed(Refusal):
    """No attester has let this key submit."""

    status = 403


class IdempotencyKeyUnfit(Refusal):
    """An Idempotency-Key is 1 to 255 printable ASCII characters."""

    status = 400


class IdempotencyKeyReused(Refusal):
    """The same Idempotency-Key came before with another content."""

    status = 422


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What the rules ask about a key."""

    scope: str
    expires_on: date
    revoked: bool
    owner_active: bool


def require_life(expires_on: date, *, today: date) -> None:
    """A key lasts at least through today and at most a year. Raises LifeUnfit."""
    if not today <= expires_on <= today + LONGEST_LIFE:
        raise LifeUnfit(_("Choose a last day from today on and within a year."), field="expires_on")


def lives(facts: KeyFacts, *, today: date) -> bool:
    """Whether a key opens anything today; on its last day it does."""
    return not facts.revoked and facts.owner_active and today <= facts.expires_on


def require_alive(facts: KeyFacts, *, today: date) -> None:
    """Raises KeyEnded."""
    if not lives(facts, today=today):
        raise KeyEnded(_("This key has ended."))


def require_attester(facts: KeyFacts, *, made_it: bool) -> None:
    """The second person is another one than who made the key. Raises AttesterUnfit."""
    if facts.scope != "file":
        raise AttesterUnfit(_("This key only reads; it submits nothing."))
    if made_it:
        raise AttesterUnfit(_("Who made the key can't attest by it: that takes a second person."))


def require_idempotency_key(text: str) -> None:
    """Raises IdempotencyKeyUnfit."""
    if not (1 <= len(text) <= LONGEST_IDEMPOTENCY_KEY and text.isascii() and text.isprintable()):
        raise IdempotencyKeyUnfit(
            _("An Idempotency-Key is 1 to %(most)d printable ASCII characters."),
            most=LONGEST_IDEMPOTENCY_KEY,
        )


def require_same_content(digest: str, *, first_digest: str) -> None:
    """A repeat says what was said the first time. Raises IdempotencyKeyReused."""
    if digest != first_digest:
        raise IdempotencyKeyReused(
            _("This Idempotency-Key came before with another content; use a new one.")
        )
