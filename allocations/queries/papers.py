"""What a notice, or the extract of a copy, says: as its template sets it in type.

Chinese comes first; masses are tonnes REO as text. Nothing but what was issued goes in, so that the
same decision makes the same paper.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from allocations.models import Category, Copy, Decision
from allocations.queries.decisions import ceilings_of, standing_sign_offs
from allocations.rules.ministries import required_of
from portal.accounts.models import Organisation
from portal.kernel.period import CIVIL, civil_day
from portal.kernel.quantity import ZERO, to_tonnes

OTHERS = {"zh": "集团以外的企业", "en": "Enterprises outside groups"}
NUMERALS = "一二三"
Name = dict[str, str]


@dataclass(slots=True)
class _Row:
    """One enterprise with its lines: mass and reason by category."""

    name: Name
    uscc: str
    head: Name | None
    is_head: bool
    lines: dict[str, tuple[Decimal, str]] = field(default_factory=dict)


def notice_says(decision: Decision, copy: Copy | None = None) -> dict[str, Any]:
    """The content of a decision's notice, or of the extract that `copy` carries."""
    rows = _rows_of_copy(copy) if copy else _rows_of_decision(decision)
    ceilings = [] if copy else list(ceilings_of(decision))
    has_ceilings = decision.ceiling_lines.exists()
    names = _ministries(required_of(decision.regime, has_ceilings=has_ceilings))
    categories = [c.value for c in Category if any(c.value in row.lines for row in rows)]
    digest = copy.digest if copy else decision.content_digest
    return {
        "kind": "extract" if copy else "notice",
        "regime": decision.regime,
        "decision_kind": decision.kind,
        "year": str(decision.year),
        "document_no": decision.document_no,
        "approval_no": decision.approval_no,
        "note": decision.note,
        "articles": _articles(has_ceilings=has_ceilings, has_lines=bool(rows)),
        "issued_on": _day(civil_day(decision.issued_at)) if decision.issued_at else None,
        "effective_on": _day(decision.effective_on) if decision.effective_on else None,
        "ministries": list(names.values()),
        "recipient": _named(copy.recipient) if copy else None,
        "ceilings": [
            {"category": each.category, "tonnes": _tonnes(each.kg), "reason": each.reason}
            for each in ceilings
        ],
        "categories": categories,
        "blocks": _blocks(rows, by_group=copy is None),
        "totals": {category: _sum(rows, category) for category in categories},
        "enterprises": f"{len(rows):,}",
        "lines": f"{sum(len(row.lines) for row in rows):,}",
        "sections": _sections(ceilings=bool(ceilings), lines=bool(rows)),
        "sign_offs": _sign_offs(decision, names),
        "digest": digest,
    }


def _articles(*, has_ceilings: bool, has_lines: bool) -> list[str]:
    """The articles of the 2025 measures that it rests on: ceilings the 5th, caps the 6th."""
    return ["五"] * has_ceilings + ["六"] * has_lines


def _sections(**there: bool) -> dict[str, str]:
    """The numerals of the sections that there are; the sign-offs come last."""
    named = [name for name, is_there in there.items() if is_there]
    return dict(zip([*named, "sign_offs"], NUMERALS, strict=False))


def _ministries(codes: Iterable[str]) -> dict[str, Name]:
    found = {each.ministry: each for each in Organisation.objects.filter(ministry__in=codes)}
    return {code: _named(found[code]) for code in Organisation.Ministry.values if code in found}


def _sign_offs(decision: Decision, names: dict[str, Name]) -> list[dict[str, Any]]:
    given = {each.ministry: each for each in standing_sign_offs(decision)}
    return [
        {
            "ministry": names[code],
            "at": given[code].at.astimezone(CIVIL).strftime("%Y-%m-%d %H:%M"),
            "digest": given[code].digest,
        }
        for code in names
        if code in given
    ]


def _rows_of_decision(decision: Decision) -> list[_Row]:
    lines = decision.allocation_lines.select_related(
        "enterprise__organisation", "enterprise__parent__organisation"
    ).order_by("enterprise__organisation__name_zh", "enterprise_id", "category")
    rows: dict[int, _Row] = {}
    for line in lines:
        holder = line.enterprise
        head = holder if holder.is_group else holder.parent
        row = rows.setdefault(
            holder.pk,
            _Row(
                name=_named(holder),
                uscc=holder.uscc or "—",
                head=_named(head) if head else None,
                is_head=holder.is_group,
            ),
        )
        row.lines[line.category] = (line.kg, line.reason)
    return list(rows.values())


def _rows_of_copy(copy: Copy) -> list[_Row]:
    rows: dict[int, _Row] = {}
    for line in copy.content["lines"]:
        name = {"zh": line["name_zh"], "en": line["name_en"] or line["name_zh"]}
        row = rows.setdefault(
            line["enterprise"], _Row(name, line["uscc"] or "—", head=None, is_head=False)
        )
        row.lines[line["category"]] = (Decimal(line["kg"]), line["reason"])
    return list(rows.values())


def _blocks(rows: list[_Row], *, by_group: bool) -> list[dict[str, Any]]:
    """Rows under their groups, a group's own first, those outside any last."""
    under: dict[str, list[_Row]] = {}
    for row in rows:
        under.setdefault(row.head["zh"] if row.head else "", []).append(row)
    has_groups = by_group and any(under)
    return [
        {
            "name": (held[0].head or OTHERS) if has_groups else None,
            "is_group": bool(head),
            "sums": {
                category.value: _sum(held, category.value)
                for category in Category
                if any(category.value in row.lines for row in held)
            },
            "rows": [_row(row) for row in sorted(held, key=lambda row: not row.is_head)],
        }
        for head, held in sorted(under.items(), key=lambda block: (not block[0], block[0]))
    ]


def _row(row: _Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "uscc": row.uscc,
        "tonnes": {category: _tonnes(kg) for category, (kg, _reason) in row.lines.items()},
        "reasons": [
            {"category": category, "text": reason}
            for category, (_kg, reason) in row.lines.items()
            if reason
        ],
    }


def _sum(rows: list[_Row], category: str) -> str:
    return _tonnes(sum((row.lines[category][0] for row in rows if category in row.lines), ZERO))


def _tonnes(kg: Decimal) -> str:
    return f"{to_tonnes(kg):,}"


def _day(day: date) -> Name:
    return {"zh": f"{day.year}年{day.month}月{day.day}日", "en": f"{day:%-d %B %Y}"}


def _named(thing: Any) -> Name:
    return {"zh": thing.name_zh, "en": thing.name_en or thing.name_zh}
