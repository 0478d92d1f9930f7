"""Rounds in which eight people edit, sign, order and issue at the same time.

`play(rounds, ...)` answers what happened; it raises when an edit is lost, when the sums of the year
do not hold, or when the database refused a deed for another reason than a rule.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal

from django.db import connection

from allocations import queries, services
from allocations.models import Decision
from allocations.rules import LineChange, LineKey, LineText
from allocations.services import AllocationEntry, CeilingEntry
from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel.errors import Refusal

SECONDS = 60
YEAR = 2025
SHARE_KG = Decimal(400)

Edit = tuple[LineKey, LineText | None, LineText | None]


class Round:
    """One draft that three people edit and three sign, while two issue another decision."""

    def __init__(
        self,
        people: Mapping[str, User],
        enterprises: Sequence[Enterprise],
        number: int,
        at: datetime,
    ) -> None:
        self.people, self.at, self.number = people, at, number
        self.random = random.Random(number)
        self.edits: list[Edit] = []
        self.outcomes: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.keys = [LineKey(each.pk, "separation") for each in enterprises]
        self.edited = self._draft(
            [AllocationEntry(each, "separation", SHARE_KG) for each in enterprises]
        )
        self.first = dict(queries.standing_lines(self.edited))
        ready = self._draft([AllocationEntry(enterprises[0], "separation", SHARE_KG)])
        self.ready = self._signed(ready)

    def deeds(self) -> list[Callable[[], None]]:
        """What the eight do."""
        signing = [self._sign(self.people[name]) for name in ("miit", "mnr", "ndrc")]
        return [*(self._edit(nth) for nth in range(3)), *signing, self._issue, self._issue]

    def require_no_lost_edit(self) -> None:
        """Every edit that was accepted stands, or was read by the one that replaced it."""
        standing = queries.standing_lines(Decision.objects.get(pk=self.edited.pk))
        for key in self.keys:
            now = self.first[key].text
            left = [edit for edit in self.edits if edit[0] == key]
            while follows := next((each for each in left if each[1] == now), None):
                now = follows[2]
                left.remove(follows)
            stands = standing[key].text if key in standing else None
            if left or now != stands:
                raise AssertionError(f"round {self.number}: an edit of {key} was lost: {left}")

    def _draft(self, allocations: Sequence[AllocationEntry]) -> Decision:
        by = self.people["drafter"]
        decision = services.draft_decision(
            year=YEAR, regime="total_control", kind="annual", by=by, at=self.at
        )
        services.set_lines(
            decision=decision, ceilings=[], allocations=allocations, by=by, at=self.at
        )
        return services.circulate(decision=decision, by=by, at=self.at)

    def _signed(self, decision: Decision) -> Decision:
        for name in ("miit", "mnr"):
            services.sign(
                decision=decision,
                verdict="agreed",
                digest=decision.content_digest,
                by=self.people[name],
                at=self.at,
            )
        return Decision.objects.get(pk=decision.pk)

    def _edit(self, nth: int) -> Callable[[], None]:
        key = self.random.choice(self.keys)
        after = LineText(SHARE_KG + self.number * 10 + nth, f"round {self.number}, edit {nth}")

        def run() -> None:
            before = queries.standing_lines(self.edited)[key].text
            services.change_lines(
                decision=self.edited,
                changes=[LineChange(key, before, after)],
                by=self.people["drafter"],
                at=self.at,
            )
            with self.lock:
                self.edits.append((key, before, after))

        return run

    def _sign(self, by: User) -> Callable[[], None]:
        def run() -> None:
            digest = Decision.objects.get(pk=self.edited.pk).content_digest
            services.sign(decision=self.edited, verdict="agreed", digest=digest, by=by, at=self.at)

        return run

    def _issue(self) -> None:
        ordered = services.order_issue(
            decision=self.ready,
            document_no=f"MIIT [2025] {self.number + 2}",
            approval_no="",
            by=self.people["miit"],
            at=self.at,
        )
        services.issue(decision=ordered, by=self.people["miit"], at=ordered.issues_at)


def play(
    rounds: int, *, people: Mapping[str, User], enterprises: Sequence[Enterprise], at: datetime
) -> Counter[str]:
    """Play `rounds`; how often each deed was done or refused, by kind of refusal.

    The ceiling lets three in four of the rounds' decisions be issued.
    """
    _give_ceiling(SHARE_KG * (rounds * 3 // 4), people, at)
    outcomes: Counter[str] = Counter()
    with ThreadPoolExecutor(8) as pool:
        for number in range(rounds):
            played = Round(people, enterprises, number, at)
            deeds = played.deeds()
            start = threading.Barrier(len(deeds))
            running = [pool.submit(_on_its_own, deed, start) for deed in deeds]
            outcomes.update(each.result(SECONDS) for each in running)
            played.require_no_lost_edit()
    for position in queries.year_position(YEAR):
        if position.reserve_kg < 0:
            raise AssertionError(f"more is allocated than the ceiling: {position}")
    return outcomes


def _on_its_own(deed: Callable[[], None], start: threading.Barrier) -> str:
    """The deed on a connection of its own; a refusal's kind, or `done`."""
    try:
        start.wait(SECONDS)
        deed()
    except Refusal as refusal:
        return refusal.code
    finally:
        connection.close()
    return "done"


def _give_ceiling(kg: Decimal, people: Mapping[str, User], at: datetime) -> None:
    services.transcribe_decision(
        year=YEAR,
        regime="total_control",
        kind="annual",
        document_no="MIIT [2025] 1",
        approval_no="State Council [2025] 1",
        ceilings=[CeilingEntry("separation", kg)],
        allocations=[],
        by=people["drafter"],
        at=at,
    )
