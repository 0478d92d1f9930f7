"""Refusals: a deed that the rules do not allow."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.utils.translation import pgettext

from portal.kernel.law import Source


class Refusal(Exception):
    """A deed the rules do not allow; `message` is said to the person who tried.

    `message` is a lazy translation with %(name)s places that `facts` fill in when it is read, so
    that the same refusal is said in the language of whoever reads it. `field` names the form field
    or column it belongs to. `status` is what the API answers with.
    """

    status = 409

    def __init__(
        self,
        message: Any,
        *,
        source: Source | None = None,
        field: str | None = None,
        **facts: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.source = source
        self.field = field
        self.facts = facts

    @property
    def code(self) -> str:
        """A stable name for programs: the class name in snake case."""
        name = type(self).__name__
        return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")

    @property
    def errors(self) -> Sequence[dict[str, Any]]:
        """What is wrong part by part, for programs: a JSON pointer and a detail each."""
        return ()

    @property
    def text(self) -> str:
        """The message alone, in the reader's language."""
        words = str(self.message)
        return words % self.facts if self.facts else words

    def __str__(self) -> str:
        if self.source is None:
            return self.text
        return pgettext("what is refused, and why", "%(text)s (%(source)s)") % {
            "text": self.text,
            "source": self.source,
        }


_noted: ContextVar[list[Refusal] | None] = ContextVar("refusals", default=None)


@contextmanager
def refusals_noted() -> Iterator[list[Refusal]]:
    """Collects the refusals that are told within, on pages or by the API."""
    refusals: list[Refusal] = []
    token = _noted.set(refusals)
    try:
        yield refusals
    finally:
        _noted.reset(token)


def note(refusal: Refusal) -> None:
    """Whoever tells a refusal to the one who tried notes it."""
    refusals = _noted.get()
    if refusals is not None:
        refusals.append(refusal)
