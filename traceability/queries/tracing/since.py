"""Why figures changed since a day: what was filed and amended in between, and what it changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from portal.accounts.models import User
from portal.kernel.quantity import GRAM
from traceability.models import Filing
from traceability.queries.filings import filings_visible_to
from traceability.queries.tracing.flows import Question, facts_of
from traceability.queries.tracing.kept import TOTALS, each_total
from traceability.queries.tracing.walk import NOW, rows, statement

# So many filings are listed, amendments first and the largest first; the sums are those of all.
SHOWN = 20
Effect = list[tuple[str, Decimal]]


@dataclass(frozen=True, slots=True)
class Changed:
    """What the version of a month in force says more, or less, than was known: kg REO by kind."""

    filing: Filing
    first_filed: bool
    effect: Effect


@dataclass(frozen=True, slots=True)
class Since:
    """What was filed since a day of what a page shows."""

    shown: list[Changed] = field(default_factory=list)
    amended: int = 0
    amended_effect: Effect = field(default_factory=list)
    first_filed: int = 0
    first_effect: Effect = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether anything was."""
        return bool(self.amended or self.first_filed)


def filed_since(user: User, asked: Question, pools: Iterable[int] | None = None) -> Since:
    """What was filed of the period and scope after the day asked about; of some pools alone."""
    if asked.known_at == NOW:
        return Since()
    facts = facts_of(asked) | {"shown": SHOWN, "pools": None if pools is None else list(pools)}
    told_by = statement("since_of_flows" if pools is None else "since_of_pools")
    listed: list[tuple[int, bool, Effect]] = []
    sums: dict[bool, tuple[int, Effect]] = {False: (0, []), True: (0, [])}
    sql = each_total(statement("since") + told_by + statement("since_told"))
    for filing, first_filed, count, *kgs in rows(sql, facts):
        if filing is None:
            sums[first_filed] = count, _told(kgs)
        else:
            listed.append((filing, first_filed, _told(kgs)))
    return Since(_shown(user, listed), *sums[False], *sums[True])


def _shown(user: User, listed: Sequence[tuple[int, bool, Effect]]) -> list[Changed]:
    visible = filings_visible_to(user).in_bulk([filing for filing, *_effect in listed])
    return [
        Changed(visible[filing], first_filed, effect)
        for filing, first_filed, effect in listed
        if filing in visible
    ]


def _told(kgs: Sequence[Decimal]) -> Effect:
    """By kind, in the order of the list of kinds; what did not change is left out."""
    return [
        (str(kind.label), kg) for kind, kg in zip(TOTALS, kgs, strict=True) if abs(kg) >= GRAM / 2
    ]
