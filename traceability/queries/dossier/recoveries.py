"""Recoveries of an enterprise's runs beside its own earlier ones and those of its peers."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection

from enterprises.models import Enterprise
from portal.kernel.period import Month
from traceability.models import Product
from traceability.queries.dossier.period import Period
from traceability.queries.tolerances import tolerances_on
from traceability.rules.dossier import Spread, spread_of

_RECOVERIES = (Path(__file__).parent / "recoveries.sql").read_text(encoding="utf-8")
# How far back an enterprise's own history goes, and how long a run may have lasted.
HISTORY_MONTHS = 24
LONGEST_RUN = 6
# So many peers are read, the ones of the same activities registered first.
MOST_PEERS = 40
# Fewer would tell one competitor's figures, or nothing.
LEAST_PEERS = 3


@dataclass(frozen=True, slots=True)
class Run:
    """One run that ended: what it was fed and gave, kg REO."""

    enterprise_id: int
    run: str
    month: Month
    in_kg: Decimal
    out_kg: Decimal

    @property
    def recovery(self) -> Decimal:
        """Given of fed."""
        return self.out_kg / self.in_kg


@dataclass(frozen=True, slots=True)
class Process:
    """One process: what most of the feed was, and the stage of what it gives."""

    product: Product
    stage: str

    @property
    def stage_label(self) -> str:
        """The stage in words."""
        return str(Product.Stage(self.stage).label)


@dataclass(frozen=True, slots=True)
class Recoveries:
    """One process at one enterprise in the period; None: not enough to tell."""

    process: Process
    runs: list[Run]
    own: Spread
    history: Spread | None
    peers: Spread | None
    peer_count: int

    @property
    def below_peers(self) -> int:
        """How many runs lie below the tenth percentile of the peers."""
        least = self.peers.p10 if self.peers else None
        return sum(least is not None and run.recovery < least for run in self.runs)


def recoveries(enterprise: Enterprise, period: Period) -> list[Recoveries]:
    """Every process that gave something in the period, the one that was fed most first."""
    own = _runs([enterprise.pk], period.first, period.last, period)
    if not own:
        return []
    before = period.first - 1
    history = _runs([enterprise.pk], before - HISTORY_MONTHS + 1, before, period)
    others = _runs(_peers(enterprise), period.first, period.last, period)
    products = Product.objects.in_bulk([product for product, _stage in own])
    told = []
    for (product, stage), runs in own.items():
        peers = others.get((product, stage), [])
        count = len({run.enterprise_id for run in peers})
        told.append(
            Recoveries(
                Process(products[product], stage),
                runs,
                spread_of([run.recovery for run in runs]),
                _spread(history.get((product, stage), [])),
                _spread(peers) if count >= LEAST_PEERS else None,
                count,
            )
        )
    return sorted(told, key=lambda each: -sum(run.in_kg for run in each.runs))


def _spread(runs: list[Run]) -> Spread | None:
    return spread_of([run.recovery for run in runs]) if runs else None


def _runs(
    enterprises: Collection[int], first: Month, last: Month, period: Period
) -> dict[tuple[int, str], list[Run]]:
    """The runs that ended in these months, by process."""
    found: dict[tuple[int, str], list[Run]] = defaultdict(list)
    for product, stage, run in _read(enterprises, first, last, period):
        found[product, stage].append(run)
    return found


def _read(
    enterprises: Collection[int], first: Month, last: Month, period: Period
) -> Iterator[tuple[int, str, Run]]:
    asked: dict[str, Any] = {
        "enterprises": list(enterprises),
        "first": first.first_day,
        "last": last.first_day,
        "read_from": (first - LONGEST_RUN).first_day,
        "read_to": (last + LONGEST_RUN).first_day,
        "least_kg": tolerances_on(period.today)["yield_least_fed_kg"],
    }
    with connection.cursor() as cursor:
        cursor.execute(_RECOVERIES, asked)
        for enterprise, run, month, product, stage, in_kg, out_kg in cursor.fetchall():
            yield product, stage, Run(enterprise, run, Month.of(month), in_kg, out_kg)


def _peers(enterprise: Enterprise) -> list[int]:
    alike = Enterprise.objects.filter(activities__overlap=enterprise.activities)
    ids = alike.exclude(pk=enterprise.pk).order_by("pk").values_list("pk", flat=True)
    return list(ids[:MOST_PEERS])
