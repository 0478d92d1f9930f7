"""Checks of sums: ceilings, caps, use, groups, capacity. Masses are kg REO."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from allocations.rules.changes import LineKey
from allocations.rules.checks.found import Found
from allocations.rules.content import Content
from portal.kernel.quantity import ZERO
from portal.kernel.said import tonnes


def within_ceilings(content: Content) -> Iterator[Found]:
    """Allocations stay within the ceiling: exactly what remains is allowed (article 6)."""
    for effect in content.effects:
        if effect.exceeds:
            facts = {
                "allocated": tonnes(effect.allocated_after_kg),
                "ceiling": tonnes(effect.ceiling_after_kg),
            }
            told = _("%(allocated)s t REO would be allocated; the ceiling would be %(ceiling)s t.")
            yield Found(LineKey(None, str(effect.category)), told, facts)


def caps_not_negative(content: Content) -> Iterator[Found]:
    """No cap falls below nothing; nothing itself is allowed (article 6)."""
    for enterprise, category, text in content.allocations:
        standing = content.of(enterprise, category).cap_kg
        if text.kg < 0 and standing + text.kg < 0:
            told = _("The cap is %(cap)s t REO, and %(taken)s t would be taken.")
            facts = {"cap": tonnes(standing), "taken": tonnes(-text.kg)}
            yield Found(LineKey(enterprise, category), told, facts)


def not_below_used(content: Content) -> Iterator[Found]:
    """A cap is not brought below what has been produced under it; exactly that is allowed."""
    for enterprise, category, text in content.allocations:
        beside = content.of(enterprise, category)
        after = beside.cap_kg + text.kg
        if text.kg < 0 <= after < beside.used_kg:
            told = _("The cap would be %(cap)s t REO; %(used)s t are used.")
            facts = {"cap": tonnes(after), "used": tonnes(beside.used_kg)}
            yield Found(LineKey(enterprise, category), told, facts)


def groups_once(content: Content) -> Iterator[Found]:
    """A group's cap is not allocated twice: to the group itself, and to its members."""
    members: dict[tuple[int, str], Decimal] = {}
    for enterprise, category, text in content.allocations:
        group = content.holder(enterprise).group_id
        if group is not None:
            total = content.of(enterprise, category).cap_kg + text.kg
            members[group, category] = members.get((group, category), ZERO) + total
    for enterprise, category, text in content.allocations:
        held = members.get((enterprise, category), ZERO)
        if held > 0 and text.kg > 0:
            told = _("The group would hold %(own)s t REO itself, and its members %(members)s t.")
            own = content.of(enterprise, category).cap_kg + text.kg
            facts = {"own": tonnes(own), "members": tonnes(held)}
            yield Found(LineKey(enterprise, category), told, facts)


def within_capacity(content: Content) -> Iterator[Found]:
    """A cap beyond what the enterprise can produce in a year is noticed (article 6: capacity)."""
    for enterprise, category, text in content.allocations:
        beside = content.of(enterprise, category)
        after = beside.cap_kg + text.kg
        if text.kg > 0 and beside.capacity_kg is not None and after > beside.capacity_kg:
            told = _("The cap would be %(cap)s t REO; the assessed capacity is %(capacity)s t.")
            facts = {"cap": tonnes(after), "capacity": tonnes(beside.capacity_kg)}
            yield Found(LineKey(enterprise, category), told, facts)
