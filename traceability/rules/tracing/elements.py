"""How much of a lot's oxide is that of some elements: stated, usual, or left over in its run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from portal.kernel.quantity import ZERO

HUNDRED = Decimal(100)
ONE = Decimal(1)


@dataclass(slots=True)
class RunSides:
    """What went into a run and what came out, kg REO by lot."""

    inputs: list[tuple[int, Decimal]] = field(default_factory=list)
    outputs: list[tuple[int, Decimal]] = field(default_factory=list)


def share_told(
    assay: str, usual: Mapping[str, Any] | None, oxides: Sequence[str]
) -> Decimal | None:
    """The share of `oxides` by a lot's assay, else by its product's usual split; None for neither.

    An oxide that an assay leaves out is none of it.
    """
    if assay:
        stated = dict(part.split(":", 1) for part in assay.split(";") if ":" in part)
        return sum((Decimal(stated.get(oxide, 0)) for oxide in oxides), ZERO) / HUNDRED
    if usual:
        return sum((Decimal(str(usual.get(oxide, 0))) for oxide in oxides), ZERO) / HUNDRED
    return None


def with_inferred(
    told: Mapping[int, Decimal | None], runs: Iterable[RunSides]
) -> dict[int, Decimal | None]:
    """`told`, and what follows for lots of which nobody told: from what went into their runs.

    Where nothing is told of any output they hold what the inputs hold, in the same share; where
    something is, what the told ones leave over.
    """
    shares = dict(told)
    waiting = list(runs)
    while waiting:
        left = [run for run in waiting if not _infer(run, shares)]
        if len(left) == len(waiting):
            break
        waiting = left
    return shares


def _infer(run: RunSides, shares: dict[int, Decimal | None]) -> bool:
    """Tell the untold outputs of a run once all of its inputs are told; whether it is done."""
    untold = [(lot, kg) for lot, kg in run.outputs if shares.get(lot) is None]
    if not untold:
        return True
    inputs = [(shares.get(lot), kg) for lot, kg in run.inputs]
    if not inputs or any(share is None for share, _kg in inputs):
        return False
    whole = sum((kg for _share, kg in inputs), ZERO)
    held = sum((share * kg for share, kg in inputs if share is not None), ZERO)
    if len(untold) == len(run.outputs):
        found = held / whole if whole else ZERO
    else:
        given = sum((kg * (shares.get(lot) or ZERO) for lot, kg in run.outputs), ZERO)
        rest = sum((kg for _lot, kg in untold), ZERO)
        found = min(max(held - given, ZERO) / rest, ONE) if rest else ZERO
    for lot, _kg in untold:
        shares[lot] = found
    return True
