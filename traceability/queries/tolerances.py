"""The tolerances that hold on a day, their history, and what is proposed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from portal.accounts.models import User
from portal.kernel.dated import holding
from traceability.models import Tolerance, ToleranceProposal
from traceability.permissions import Perm
from traceability.rules.tolerances import BOUNDS, KEEPERS, UNIT_WORDS, Bounds, Unit

MOST_PROPOSALS = 50


def tolerances_on(day: date) -> dict[str, Decimal]:
    """Every tolerance by name, as it holds on `day`."""
    rows = (
        Tolerance.objects.filter(valid_from__lte=day)
        .order_by("name", "-valid_from")
        .distinct("name")
        .values_list("name", "value")
    )
    return dict(rows)


def deadline_day(day: date) -> int:
    """The day of the month by which the month before is filed, as it holds on `day`."""
    return int(tolerances_on(day)[Tolerance.Name.FILING_DEADLINE_DAY])


@dataclass(frozen=True, slots=True)
class Valued:
    """A value of a tolerance with its unit, as it prints."""

    name: str
    value: Decimal

    def __str__(self) -> str:
        unit = BOUNDS[self.name].unit
        number = f"{self.value.normalize():f}"
        return number if unit == Unit.DAY_OF_MONTH else f"{number} {UNIT_WORDS[unit]}"


@dataclass(frozen=True, slots=True)
class RowShown:
    """One dated row of a tolerance, and whether it is the one that holds."""

    row: Tolerance
    holds: bool

    @property
    def value(self) -> Valued:
        """With its unit."""
        return Valued(self.row.name, self.row.value)

    @property
    def proposal(self) -> ToleranceProposal | None:
        """Where it came from; None for what came with the portal."""
        return getattr(self.row, "proposal", None)


@dataclass(frozen=True, slots=True)
class ToleranceShown:
    """A tolerance: the row that holds, the next one to come, and what is proposed."""

    name: str
    label: str
    held: RowShown | None
    coming: RowShown | None
    waiting: ToleranceProposal | None

    @property
    def proposed(self) -> Valued | None:
        """The value that waits to be decided."""
        return Valued(self.name, self.waiting.value) if self.waiting else None


@dataclass(frozen=True, slots=True)
class ProposalShown:
    """A proposal with its value as it prints."""

    proposal: ToleranceProposal

    @property
    def value(self) -> Valued:
        """With its unit."""
        return Valued(self.proposal.name, self.proposal.value)


@dataclass(frozen=True, slots=True)
class History:
    """Everything that was said and decided of one tolerance, the latest first."""

    name: str
    label: str
    bounds: Bounds
    rows: list[RowShown]
    proposals: list[ProposalShown]

    @property
    def unit(self) -> str:
        """What it is counted in."""
        return str(UNIT_WORDS[self.bounds.unit])

    @property
    def range(self) -> str:
        """The least and the most it may be."""
        return f"{self.bounds.least:f} – {self.bounds.most:f}"


def tolerances_shown(day: date) -> list[ToleranceShown]:
    """Every tolerance as it holds on `day`, by name."""
    rows = _shown(Tolerance.objects.order_by("name", "-valid_from"), day)
    waiting = {
        each.name: each
        for each in ToleranceProposal.objects.filter(status=ToleranceProposal.Status.WAITING)
    }
    by_name: dict[str, list[RowShown]] = {}
    for shown in rows:
        by_name.setdefault(shown.row.name, []).append(shown)
    return [
        ToleranceShown(
            name=name,
            label=str(Tolerance.Name(name).label),
            held=next((each for each in of_name if each.holds), None),
            coming=next((each for each in reversed(of_name) if each.row.valid_from > day), None),
            waiting=waiting.get(name),
        )
        for name, of_name in by_name.items()
    ]


def history_of(name: str, day: date) -> History:
    """One tolerance: its rows with who proposed and approved each, and every proposal."""
    rows = Tolerance.objects.filter(name=name).select_related(
        "proposal__proposed_by", "proposal__decided_by", "set_by"
    )
    proposals = ToleranceProposal.objects.filter(name=name)
    return History(
        name=name,
        label=str(Tolerance.Name(name).label),
        bounds=BOUNDS[name],
        rows=_shown(rows.order_by("-valid_from"), day),
        proposals=[
            ProposalShown(each)
            for each in proposals.select_related("proposed_by", "decided_by")[:MOST_PROPOSALS]
        ],
    )


def proposals_visible_to(user: User) -> QuerySet[ToleranceProposal]:
    """Every proposal for those who may see tolerances, none for the others."""
    proposals = ToleranceProposal.objects.select_related(
        "proposed_by__organisation", "decided_by", "tolerance"
    )
    seen = user.role_held.national | user.role_held.regional
    return proposals if Perm.VIEW_TOLERANCES in seen else proposals.none()


def keeps_tolerances(user: User) -> bool:
    """Whether `user` may propose and decide."""
    return user.holds(Perm.KEEP_TOLERANCES) and user.organisation.ministry in KEEPERS


def _shown(rows: QuerySet[Tolerance], day: date) -> list[RowShown]:
    listed = list(rows)
    held = holding(((row.pk, row.name, row.valid_from) for row in listed), day=day)
    return [RowShown(row, row.pk in held) for row in listed]
