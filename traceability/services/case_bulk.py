"""The same done in many cases: one transaction, all or none, one audit event."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from typing import Any

from django.db import transaction

from portal.accounts.models import User
from portal.kernel import audit
from portal.kernel.errors import Refusal
from traceability.models import Case
from traceability.rules.cases import RowRefused, RowsRefused, require_all_there
from traceability.services import case_steps as steps


@contextmanager
def refused_together(
    rows: Sequence[Any],
) -> Iterator[Callable[[Any], AbstractContextManager[None]]]:
    """Gather what stands against each of `rows`, and refuse all of them together at the end.

    Raises RowsRefused. What the others did goes with the transaction.
    """
    refused: list[RowRefused] = []

    @contextmanager
    def attempt(row: Any) -> Iterator[None]:
        try:
            yield
        except Refusal as refusal:
            refused.append(RowRefused(row.pk, refusal))

    yield attempt
    if refused:
        raise RowsRefused(refused, count=len(rows))


@transaction.atomic
def assign_cases(*, cases: Collection[int], to: User, by: User, at: datetime) -> int:
    """Give all of them to one official. Raises RowsRefused; so do the deeds below."""

    def step(case: Case) -> None:
        steps.assign(case, to=to, by=by, at=at)

    return _each(cases, step, "cases.assigned", by=by, at=at, to=to)


@transaction.atomic
def ask_in_cases(
    *,
    cases: Collection[int],
    text: str,
    due_on: date,
    attachment: steps.Attachment | None = None,
    by: User,
    at: datetime,
) -> int:
    """Ask the enterprise of each the same."""

    def step(case: Case) -> None:
        steps.ask(case, text=text, due_on=due_on, attachment=attachment, by=by, at=at)

    return _each(cases, step, "cases.asked", by=by, at=at, due_on=due_on, text=text)


@transaction.atomic
def note_in_cases(
    *,
    cases: Collection[int],
    text: str,
    attachment: steps.Attachment | None = None,
    by: User,
    at: datetime,
) -> int:
    """Put the same note in all of them."""

    def step(case: Case) -> None:
        steps.note(case, text=text, attachment=attachment, by=by, at=at)

    return _each(cases, step, "cases.noted", by=by, at=at, text=text)


@transaction.atomic
def merge_cases(*, cases: Collection[int], into: Case, reason: str, by: User, at: datetime) -> int:
    """Make all of them part of one other."""
    held = steps.locked_cases([*cases, into.pk])

    def step(case: Case) -> None:
        steps.merge(case, into=held[into.pk], reason=reason, by=by, at=at)

    return _each(cases, step, "cases.merged", by=by, at=at, into=into.pk, reason=reason)


@transaction.atomic
def close_cases(
    *, cases: Collection[int], outcome: str, reason: str, by: User, at: datetime
) -> int:
    """End the work in all of them with one outcome and reason."""

    def step(case: Case) -> None:
        steps.close(case, outcome=outcome, reason=reason, by=by, at=at)

    return _each(cases, step, "cases.closed", by=by, at=at, outcome=outcome, reason=reason)


def _each(
    ids: Collection[int],
    step: Callable[[Case], None],
    action: str,
    *,
    by: User,
    at: datetime,
    **facts: Any,
) -> int:
    held = steps.locked_cases(ids)
    require_all_there(len(held), asked=len(set(ids)))
    rows = list(held.values())
    with refused_together(rows) as attempt:
        for case in rows:
            with attempt(case):
                step(case)
    audit.record(action, rows[0], by=by, at=at, cases=sorted(held), count=len(held), **facts)
    return len(held)
