"""Penalties, and which of the cuts they ask for are still to be decided."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import (
    Case,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, ExtractYear
from django.utils.module_loading import import_string

from allocations.models import AllocationLine, Decision, Penalty, PenaltyAnswer
from allocations.permissions import Perm
from allocations.queries.caps import cap_kg
from allocations.rules import CHANGEABLE, PenaltyTold
from enterprises.models import Enterprise
from enterprises.queries import enterprises_visible_to
from portal.accounts.models import Organisation, User
from portal.kernel.sql import among

OPEN, TAKEN = "open", PenaltyAnswer.Verdict.TAKEN.value
# What authorities and enterprises learn of a cut: that it was issued, or the penalty set aside.
MADE_KNOWN = Q(verdict=PenaltyAnswer.Verdict.SET_ASIDE) | Q(decision__status=Decision.Status.ISSUED)


def with_state(penalties: QuerySet[Penalty], *, made_known: bool = False) -> QuerySet[Any]:
    """Each penalty with its `state` (open, taken, declined, set_aside) and its `year_cut`.

    A cut that was taken is open again when its line is gone or the decision was withdrawn.
    `made_known`: as those see it who do not see decisions being made.
    """
    given = PenaltyAnswer.objects.filter(MADE_KNOWN) if made_known else PenaltyAnswer.objects
    line = AllocationLine.objects.filter(
        decision=OuterRef("decision"),
        enterprise=OuterRef("holder"),
        category=OuterRef("penalty__category"),
    )
    stands = ~Q(decision__status=Decision.Status.WITHDRAWN) & Exists(line)
    latest = (
        given.filter(penalty=OuterRef("pk"))
        .order_by("-pk")
        .annotate(
            state=Case(
                When(Q(verdict=TAKEN) & ~stands, then=Value(OPEN)),
                default=F("verdict"),
            )
        )
    )
    year = ExpressionWrapper(ExtractYear("decided_on") + 1, output_field=IntegerField())
    return penalties.annotate(
        state=Coalesce(Subquery(latest.values("state")[:1]), Value(OPEN)), year_cut=year
    )


def penalties_visible_to(user: User) -> QuerySet[Penalty]:
    """The penalties of the enterprises that `user` may see, with their state."""
    seen = enterprises_visible_to(user).order_by().values("pk")
    penalties = Penalty.objects.filter(enterprise__in=seen)
    made_known = not user.holds(Perm.VIEW_DECISIONS)
    return with_state(penalties, made_known=made_known).select_related(
        "enterprise__organisation", "enterprise__parent__organisation", "authority", "entered_by"
    )


def open_penalties(year: int) -> QuerySet[Penalty]:
    """The penalties of earlier years whose cut is still to be decided in `year`."""
    return (
        with_state(Penalty.objects.filter(decided_on__year__lt=year))
        .filter(state=OPEN)
        .select_related("enterprise__organisation", "authority")
    )


@dataclass(frozen=True, slots=True)
class OpenPenalty:
    """A penalty whose cut is to be decided: whose, where it belongs, and how much it was over."""

    pk: int
    enterprise_id: int
    group_id: int | None
    category: str
    document: str
    over_kg: Decimal


def open_penalties_of(enterprises: Collection[int], year: int) -> list[OpenPenalty]:
    """The open penalties of these enterprises, and of the members of those that are groups."""
    ids = among(enterprises)
    found = open_penalties(year).filter(Q(enterprise_id__in=ids) | Q(enterprise__parent_id__in=ids))
    columns = ("pk", "enterprise_id", "enterprise__parent_id", "category", "document", "over_kg")
    return [OpenPenalty(*row) for row in found.order_by("pk").values_list(*columns)]


def penalty_state(penalty: Penalty) -> str:
    """How the cut of one penalty stands now."""
    rows = with_state(Penalty.objects.filter(pk=penalty.pk))
    return rows.values_list("state", flat=True).get()


def cut_holder(penalty: Penalty, decision: Decision) -> Enterprise:
    """Whose line is cut: the enterprise's own, or its group's where that holds the cap."""
    own = penalty.enterprise
    for holder in filter(None, (own, own.parent)):
        line = decision.allocation_lines.filter(enterprise=holder, category=penalty.category)
        if line.exists() or cap_kg(holder, decision.year, penalty.category):
            return holder
    return own


def decisions_to_cut(penalty: Penalty) -> QuerySet[Decision]:
    """The decisions that can still be written and whose year may be cut, the latest first."""
    return Decision.objects.filter(status__in=CHANGEABLE, year__gte=penalty.cut_year).order_by(
        "-year", "-number"
    )


def answers_to(penalty: Penalty, user: User) -> QuerySet[PenaltyAnswer]:
    """What was done about a penalty, the first first, as far as `user` may know of it."""
    answers = penalty.answers.select_related(
        "user__organisation", "decision", "holder__organisation"
    )
    return answers if user.holds(Perm.VIEW_DECISIONS) else answers.filter(MADE_KNOWN)


def penalising_authorities(enterprise: Enterprise) -> QuerySet[Organisation]:
    """Who may have decided a penalty: the authorities of its territory, and the ministries."""
    code = enterprise.region_id
    above = {code, f"{code[:4]}00", f"{code[:2]}0000"}
    return Organisation.objects.filter(
        Q(kind="ministry") | Q(kind="authority", region__in=above)
    ).order_by("kind", "region_id", "department", "pk")


def is_entered(
    *, authority: Organisation, document: str, enterprise: Enterprise, category: str
) -> bool:
    """Whether this penalty decision is on record already."""
    return Penalty.objects.filter(
        authority=authority, document=document, enterprise=enterprise, category=category
    ).exists()


def finding_told(pk: int) -> PenaltyTold | None:
    """What the finding with this number says, as traceability tells it; None: there is none."""
    told: PenaltyTold | None = import_string(settings.FINDING_SOURCE)(pk)
    return told
