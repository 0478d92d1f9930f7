"""Movements of a walk as columns: for hundreds of thousands at once."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from traceability.queries.tracing.walk import NOW, Asked, rows, statement
from traceability.rules.intake import CREATING
from traceability.rules.tracing.waves import Masses, Places

# The walk, without what is not weighed here: gross kg and kg REO as they are reckoned with.
_WALK = """
select opened, near, far, kinds, lots, countries, gross_kg::float8[], reo_kg::float8[],
       behind_pool, behind_kind, behind_lot, behind_gross_kg::float8[], behind_reo_kg::float8[],
       behind_weight::float8[], graded_lot, grade::float8[]
  from traceability_walk(%(start)s::bigint[], %(upstream)s, %(known_at)s, %(seen)s, %(most)s,
                         %(by_lot)s, %(with_grades)s)
"""
# What lots were as known at a moment.
KNOWN_LOTS = """
({known}) known (lot_id, number, maker_id, product_id, code, name_zh, name_en, stage, reo_percent,
                 assay)
"""
_GRADES_KNOWN = f"select array_agg(lot_id), array_agg(reo_percent::float8) from {KNOWN_LOTS}"
Words = NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class Moves:
    """Movements, a column each: pools and lots by their numbers, 0 for none."""

    near: Places
    far: Places
    kind: Words
    lot: Places
    country: Words
    gross_kg: Masses
    reo_kg: Masses

    @classmethod
    def joined(cls, parts: Sequence["Moves"]) -> "Moves":
        """Those of several levels, one after the other."""
        names = [each.name for each in fields(cls)]
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    def weighed(self, in_run: str, grades: "Grades") -> Masses:
        """In runs by their REO, as filed where it makes the lot, else by the grade of the lot.

        In holdings and shipments the gross mass.
        """
        filed = np.nan_to_num(self.reo_kg)
        if in_run not in CREATING:
            percent = grades.of(self.lot)
            filed = np.where(np.isnan(percent), filed, self.gross_kg * percent / 100)
        return np.where(self.kind == in_run, filed, self.gross_kg)


@dataclass(frozen=True, slots=True)
class Grades:
    """The percent REO of lots, by their numbers in order; nan where it is not known."""

    lots: Places
    percent: Masses

    def of(self, lots: Places) -> Masses:
        """Those of these lots."""
        if not len(self.lots):
            return np.full(len(lots), np.nan)
        places = np.minimum(np.searchsorted(self.lots, lots), len(self.lots) - 1)
        return np.where(self.lots[places] == lots, self.percent[places], np.nan)


@dataclass(slots=True)
class Walked:
    """What a walk found: the movements, the pools that were opened, and what is behind these.

    `behind` by movements where it takes the lots to weigh them, else as `weights` of pools.
    """

    moves: Moves
    opened: Places
    behind: Moves
    weights: tuple[Places, Masses]
    grades: Grades

    @property
    def lots(self) -> Places:
        """All lots that were met, in order."""
        return np.unique(np.concatenate([self.moves.lot, self.behind.lot]))


def walked_columns(start: list[int], asked: Asked) -> Walked:
    """The walk from the pools `start`."""
    facts: dict[str, Any] = {
        "start": as_array(start),
        "upstream": asked.upstream,
        "known_at": asked.known_at,
        "seen": None if asked.seen is None else list(asked.seen),
        "most": asked.most,
        "by_lot": [] if asked.upstream else ["input"],
        "with_grades": asked.known_at == NOW,
    }
    opened, moves = [_numbers([])], [_moves()]
    found = Walked(_moves(), opened[0], _moves(), (_numbers([]), _masses([])), _grades((), ()))
    with connection.cursor() as cursor:
        cursor.execute(_WALK, facts)
        # Level by level, so that none is in memory twice.
        for level, *told in cursor:
            opened.append(_numbers(level))
            if told[0] is not None:
                moves.append(_moves(*told[:7]))
            pools, kinds, lots, gross, reo, weight, graded, grade = told[7:]
            if weight is not None:
                found.weights = _numbers(pools), _masses(weight)
            elif pools is not None:
                nothing = [None] * len(pools)
                found.behind = _moves(pools, nothing, kinds, lots, [""] * len(pools), gross, reo)
            if graded is not None:
                found.grades = _grades(graded, grade)
    found.moves, found.opened = Moves.joined(moves), np.concatenate(opened)
    if asked.known_at != NOW:
        found.grades = _grades_known(found.lots, asked.known_at)
    return found


def _moves(
    near: Sequence[int | None] = (),
    far: Sequence[int | None] = (),
    kind: Sequence[str] = (),
    lot: Sequence[int | None] = (),
    country: Sequence[str] = (),
    gross_kg: Sequence[float | None] = (),
    reo_kg: Sequence[float | None] = (),
) -> Moves:
    return Moves(
        _numbers(near),
        _numbers(far),
        np.array(kind, dtype=str),
        _numbers(lot),
        np.array(country, dtype=str),
        _masses(gross_kg),
        _masses(reo_kg),
    )


def _numbers(told: Sequence[int | None]) -> Places:
    """Numbers of pools or lots; 0 for none."""
    return np.fromiter((one or 0 for one in told), np.int64, len(told))


def _masses(told: Sequence[float | None]) -> Masses:
    """Masses; nan for none."""
    return np.array(told, dtype=float)


def _grades_known(lots: Places, known_at: datetime) -> Grades:
    """The grades of lots, as known at a moment."""
    sql = _GRADES_KNOWN.replace("{known}", statement("known_lots"))
    wanted = {"lots": as_array(lots.tolist()), "known_at": known_at, "creating": list(CREATING)}
    [(numbers, percent)] = rows(sql, wanted)
    return _grades(numbers or (), percent or ())


def _grades(lots: Sequence[int], percent: Sequence[float | None]) -> Grades:
    found, grades = _numbers(lots), _masses(percent)
    order = np.argsort(found)
    return Grades(found[order], grades[order])


def as_array(told: Sequence[Any]) -> str:
    """Many numbers, or plain words, as the database reads an array: written at once."""
    if told and isinstance(told[0], str):
        return '{"' + '","'.join(told) + '"}'
    return "{" + str(list(told))[1:-1] + "}"
