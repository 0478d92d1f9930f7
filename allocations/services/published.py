"""The published ceilings and group allocations, put on record as the decisions they were.

`fixtures/quotas_*.csv`, tonnes REO. A notice that gave mining undivided keeps it so; the decision
that first divides it takes the undivided figure back and says so line by line.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from allocations.models import Category, Decision
from allocations.queries.published import published_rows
from allocations.rules import DIRECTIVE
from allocations.services.lines import AllocationEntry, CeilingEntry
from allocations.services.transcription import transcribe_decision
from enterprises.models import Enterprise
from enterprises.services import merge_enterprise, register_enterprise
from portal.accounts.models import Region, User
from portal.kernel.quantity import to_kg

GROUP_REGIONS = {
    "China Northern Rare Earth": "150000",
    "China Rare Earth Group": "360000",
    "Xiamen Tungsten": "350000",
    "Guangdong Rare Earth": "440000",
    "China Southern Rare Earth": "360000",
    "Chinalco Rare Earth": "110000",
    "Minmetals Rare Earth": "110000",
}
MERGED_INTO = "China Rare Earth Group"
# The merger is on record as of December 2021 without its day; the month's last stands for it, and
# the note says so.
MERGED_ON = date(2021, 12, 31)
NOTE = "Region: general knowledge, not verified. 所在地区：公开资料，未经核对。"
NOTE_MERGED = "Merged in December 2021; the day is not on record. 2021年12月并入，具体日期无记录。"
DIVIDES = (
    "Divides the mining ceiling that earlier notices gave undivided. 对此前未分类的开采指标分类。"
)
BATCHES = {
    "first": "first batch 第一批",
    "second": "second batch 第二批",
    "third": "third batch 第三批",
}
BASIS = {
    "seen": "Basis: a stored copy of the notice was read. 依据：已查阅通知文本。",
    "known": "Basis: general knowledge, not verified. 依据：公开资料，未经核对。",
}
Figures = dict[str, Decimal]
Ceilings = dict[str, CeilingEntry]


@transaction.atomic
def load_published_figures(*, by: User, at: datetime) -> int:
    """Put every published year on record that is not there yet; how many decisions that were."""
    years = sorted({row["year"] for row in published_rows("quotas_national.csv")})
    there = set(
        Decision.objects.filter(regime=DIRECTIVE, year__in=years).values_list("year", flat=True)
    )
    groups = _groups(by=by, at=at)
    return sum(_load_year(year, groups, by, at) for year in years if int(year) not in there)


def _load_year(year: str, groups: Mapping[str, Enterprise], by: User, at: datetime) -> int:
    notices = [row for row in published_rows("quotas_national.csv") if row["year"] == year]
    batches = [row for row in notices if row["batch"] != "year"]
    whole = next((row for row in notices if row["batch"] == "year"), None)
    steps = batches or notices
    decided: dict[str, Decimal] = defaultdict(Decimal)
    decisions: list[tuple[dict[str, str], Ceilings]] = []
    for row in steps:
        lines = _figures(row)
        entries = {category: CeilingEntry(category, kg) for category, kg in lines.items()}
        decisions.append((row, entries))
        _add(decided, lines)
    if whole is not None and (rest := _rest(_figures(whole), decided)):
        _settle(decisions, whole, rest)
    last = len(decisions) - 1
    for position, (row, ceilings) in enumerate(decisions):
        transcribe_decision(
            year=int(year),
            regime=DIRECTIVE,
            kind=Decision.Kind.BATCH if batches else Decision.Kind.ANNUAL,
            document_no=row["document"] if row["batch"] != "year" or not batches else "",
            approval_no="",
            ceilings=list(ceilings.values()),
            allocations=_group_lines(year, groups) if position == last else [],
            note=_note(row),
            by=by,
            at=at,
        )
    return len(decisions)


def _settle(
    decisions: list[tuple[dict[str, str], Ceilings]],
    whole: dict[str, str],
    rest: Ceilings,
) -> None:
    """Bring the year to its published total.

    The last batch carries the division of what earlier notices left undivided when the year's
    total needs nothing else; otherwise the year's remaining batch, published only in the total,
    is a decision of its own.
    """
    _row, ceilings = decisions[-1]
    only_divides = sum(entry.kg for entry in rest.values()) == 0
    if not only_divides:
        decisions.append((whole, rest))
        return
    for category, entry in rest.items():
        standing = ceilings.get(category, CeilingEntry(category, Decimal(0)))
        ceilings[category] = CeilingEntry(category, standing.kg + entry.kg, entry.reason)


def _rest(whole: Mapping[str, Decimal], decided: Mapping[str, Decimal]) -> Ceilings:
    """What the year's total has that the notices before it did not, by category."""
    divided = Category.MINING.value not in whole and decided.get(Category.MINING.value)
    rest: Ceilings = {}
    for category in sorted({*whole, *decided}):
        kg = whole.get(category, Decimal(0)) - decided.get(category, Decimal(0))
        if kg:
            mining = category != Category.SEPARATION.value
            rest[category] = CeilingEntry(category, kg, DIVIDES if divided and mining else "")
    return rest


def _figures(row: Mapping[str, str]) -> dict[str, Decimal]:
    """The categories that a row gives, kg REO; mining undivided only where it is not divided."""
    divided = bool(row["mining_rock_tonnes"])
    given = {
        Category.MINING_ROCK.value: row["mining_rock_tonnes"],
        Category.MINING_IONIC.value: row["mining_ionic_tonnes"],
        Category.SEPARATION.value: row["separation_tonnes"],
    }
    if not divided:
        given[Category.MINING.value] = row["mining_tonnes"]
    return {category: to_kg(Decimal(text)) for category, text in given.items() if text}


def _add(decided: dict[str, Decimal], lines: Mapping[str, Decimal]) -> None:
    for category, kg in lines.items():
        decided[category] += kg


def _note(row: Mapping[str, str]) -> str:
    return f"{BATCHES.get(row['batch'], 'year 全年')}. {BASIS[row['basis']]}"


def _group_lines(year: str, groups: Mapping[str, Enterprise]) -> list[AllocationEntry]:
    return [
        AllocationEntry(groups[row["group"]], category.value, to_kg(Decimal(row[column])))
        for row in published_rows("quotas_groups.csv")
        if row["year"] == year
        for category, column in (
            (Category.MINING_ROCK, "mining_rock_tonnes"),
            (Category.MINING_IONIC, "mining_ionic_tonnes"),
            (Category.SEPARATION, "separation_tonnes"),
        )
        if Decimal(row[column])
    ]


def _groups(*, by: User, at: datetime) -> dict[str, Enterprise]:
    """The rare earth groups, entered where they are not; no credit codes are invented."""
    known = {
        enterprise.organisation.name_en: enterprise
        for enterprise in Enterprise.objects.filter(is_group=True, uscc=None).select_related(
            "organisation"
        )
    }
    rows = published_rows("groups.csv")
    for row in rows:
        if row["name_en"] not in known:
            known[row["name_en"]] = register_enterprise(
                uscc=None,
                name_en=row["name_en"],
                name_zh=row["name_zh"],
                parent=None,
                region=Region.objects.get(pk=GROUP_REGIONS[row["name_en"]]),
                activities=[],
                is_group=True,
                note=f"{NOTE} {NOTE_MERGED}" if row["note"] else NOTE,
                by=by,
                at=at,
            )
    for row in rows:
        group = known[row["name_en"]]
        if row["note"] and group.merged_on is None:
            merge_enterprise(enterprise=group, into=known[MERGED_INTO], on=MERGED_ON, by=by, at=at)
    return known
