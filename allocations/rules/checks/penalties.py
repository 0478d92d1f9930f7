"""The check of penalties: nothing is given while the cut they ask for is undecided."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from allocations.rules.changes import LineKey
from allocations.rules.checks.found import Found
from allocations.rules.content import Content
from portal.kernel.said import listed, tonnes


def penalties_decided(content: Content) -> Iterator[Found]:
    """Who was penalised receives a cap only once the cut of it was taken or declined.

    A line that takes away asks nothing.
    """
    for enterprise, category, text in content.allocations:
        beside = content.of(enterprise, category)
        if text.kg > 0 and beside.penalties:
            told = _("Take or decline the cut after %(documents)s (%(over)s t REO beyond the cap).")
            facts = {
                "documents": listed(beside.penalties),
                "over": tonnes(beside.penalty_kg),
            }
            yield Found(LineKey(enterprise, category), told, facts)
