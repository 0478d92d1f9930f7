"""The checks of a decision as pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from allocations import rules
from allocations.models import Category
from allocations.rules import Content, Judgement
from enterprises.models import Enterprise
from portal.kernel.templatetags.portal import named

FOUND_SHOWN = 5


@dataclass(frozen=True, slots=True)
class JudgementShown:
    """A judgement with the first of what it found: at whom, in which category, and what."""

    judgement: Judgement
    found: Sequence[tuple[str, Any, str]]

    @property
    def more(self) -> int:
        """How many it found beyond those shown."""
        return len(self.judgement.found) - len(self.found)


def judgements_shown(content: Content) -> list[JudgementShown]:
    """Every check of a content, with the names of the enterprises it speaks of."""
    judgements = rules.judge(content)
    shown = [(each, each.found[:FOUND_SHOWN]) for each in judgements]
    wanted = {one.key.enterprise_id for _judgement, found in shown for one in found} - {None}
    names = {
        each.pk: named(each)
        for each in Enterprise.objects.filter(pk__in=wanted).select_related("organisation")
    }
    labels = dict(Category.choices)
    return [
        JudgementShown(
            judgement,
            [
                (
                    names.get(one.key.enterprise_id, ""),
                    labels.get(one.key.category, ""),
                    str(one),
                )
                for one in found
            ],
        )
        for judgement, found in shown
    ]
