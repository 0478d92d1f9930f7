"""Checks of who receives a cap: activity, designation, eligibility."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from allocations.rules.changes import LineKey
from allocations.rules.checks.found import Found
from allocations.rules.content import Content, activity_of
from allocations.rules.lines import category_fits
from enterprises.rules import holds_throughout
from portal.kernel.said import Listed


def categories_fit(content: Content) -> Iterator[Found]:
    """A line is for a category of what its enterprise does; a group's head may hold any."""
    for enterprise, category, _text in content.allocations:
        holder = content.holder(enterprise)
        if not category_fits(category, activities=holder.activities, is_group=holder.is_group):
            told = _("The category is not among the enterprise's activities.")
            yield Found(LineKey(enterprise, category), told, {})


def designated_throughout(content: Content) -> Iterator[Found]:
    """Who receives a cap is designated for its activity on every day that the cap holds for.

    A group's line needs one member that is. A line that takes away asks nothing.
    """
    for enterprise, category, text in content.allocations:
        terms = content.holder(enterprise).terms.get(activity_of(category), ())
        if text.kg > 0 and not any(
            holds_throughout(each, content.first, content.last) for each in terms
        ):
            told = _("Not designated for the activity from %(first)s to %(last)s throughout.")
            facts = {"first": content.first.isoformat(), "last": content.last.isoformat()}
            yield Found(LineKey(enterprise, category), told, facts)


def eligible(content: Content) -> Iterator[Found]:
    """Nothing is allocated to who was found not to meet a criterion of the yearly notices."""
    for enterprise, category, text in content.allocations:
        unmet = content.holder(enterprise).unmet.get(activity_of(category), ())
        if text.kg > 0 and unmet:
            told = _("Found not to be met: %(criteria)s.")
            facts = {"criteria": Listed(unmet)}
            yield Found(LineKey(enterprise, category), told, facts)


def eligibility_proven(content: Content) -> Iterator[Found]:
    """Every criterion has a finding with evidence that is valid when the caps begin to hold."""
    for enterprise, category, text in content.allocations:
        unproven = content.holder(enterprise).unproven.get(activity_of(category), ())
        if text.kg > 0 and unproven:
            told = _("No valid evidence for: %(criteria)s.")
            facts = {"criteria": Listed(unproven)}
            yield Found(LineKey(enterprise, category), told, facts)
