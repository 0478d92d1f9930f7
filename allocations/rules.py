"""What the rules of deciding say; pure, over frozen facts. Masses are kg REO."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal
from portal.kernel.law import ALLOCATION, ANNUAL_CEILINGS, DIRECTIVE_PLAN, Source

MIIT = "MIIT"
TOTAL_CONTROL = "total_control"
TOTAL_CONTROL_SINCE = 2025
DIRECTIVE = "directive_plan"
EXPLAINED = frozenset({"adjustment", "deduction"})
CHANGEABLE = frozenset({"draft", "circulated", "signed"})


class NotChangeable(Refusal):
    """The decision is issued or withdrawn; it stays as it is."""


class IssuedAlready(NotChangeable):
    """Somebody issued the decision before; a second click does nothing."""


class WrongStep(Refusal):
    """The decision is not at the step that this deed follows on."""


class NothingDecided(Refusal):
    """The decision has no line."""


class SignOffMissing(Refusal):
    """A ministry that has to sign has not agreed to this content."""


class StaleDigest(Refusal):
    """The content has changed since it was read."""


class SignedAlready(Refusal):
    """This ministry has given its verdict on this content."""


class NotTheirMinistry(Refusal):
    """Only a signatory of a ministry signs for it."""


class DrafterSigns(Refusal):
    """Drafter and signatory are two people."""


class ApprovalMissing(Refusal):
    """Ceilings need the State Council's approval number."""


class DocumentMissing(Refusal):
    """An issued decision has the number of its notice."""


class DocumentTaken(Refusal):
    """Another issued decision bears this number."""


class ReasonMissing(Refusal):
    """Adjustments and deductions say why, line by line."""


class RegimeUnfit(Refusal):
    """The regime is not the one that the year's decisions follow."""


class CategoryUnfit(Refusal):
    """A line is for a category that its enterprise, or the regime, does not have."""


class CeilingExceeded(Refusal):
    """The allocations of a category would exceed its ceiling."""


class CapNegative(Refusal):
    """A cap would fall below nothing."""


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """What the rules ask about a decision before it goes a step further."""

    status: str
    regime: str
    kind: str
    digest: str
    has_ceilings: bool
    has_allocations: bool
    lines_without_reason: int
    undivided_lines: int
    unfit_lines: int
    agreed: frozenset[str]
    refused: frozenset[str]

    @property
    def has_lines(self) -> bool:
        """Whether it decides anything."""
        return self.has_ceilings or self.has_allocations


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What stands between a decision and its issue, with its source; empty when `met`."""

    name: str
    text: object
    source: Source | None
    met: bool


def required_ministries(facts: DecisionFacts) -> frozenset[str]:
    """The ministries that must agree.

    Ceilings need MIIT, NDRC and MNR (2025 measures, article 5); allocations alone need MIIT and MNR
    (article 6). Under the 2012 measures MIIT decided alone.
    """
    if facts.regime == DIRECTIVE:
        return frozenset({"MIIT"})
    if facts.has_ceilings:
        return frozenset({"MIIT", "NDRC", "MNR"})
    return frozenset({"MIIT", "MNR"})


def source_of(facts: DecisionFacts) -> Source:
    """The article that says who decides."""
    if facts.regime == DIRECTIVE:
        return DIRECTIVE_PLAN
    return ANNUAL_CEILINGS if facts.has_ceilings else ALLOCATION


def require_drafting_ministry(ministry: str) -> None:
    """MIIT drafts, with the other ministries (2025 measures, articles 5 and 6).

    Raises NotTheirMinistry.
    """
    if ministry != MIIT:
        raise NotTheirMinistry(_("MIIT drafts decisions."), source=ALLOCATION)


def require_issuing_ministry(ministry: str) -> None:
    """MIIT issues (2025 measures, article 6). Raises NotTheirMinistry."""
    if ministry != MIIT:
        raise NotTheirMinistry(_("MIIT issues decisions."), source=ALLOCATION)


def regime_of(year: int) -> str:
    """The regime that a year's decisions follow: total volume control from 2025 on."""
    return TOTAL_CONTROL if year >= TOTAL_CONTROL_SINCE else DIRECTIVE


def require_regime_of_year(regime: str, year: int) -> None:
    """A decision follows the regime of its year. Raises RegimeUnfit."""
    if regime != regime_of(year):
        raise RegimeUnfit(
            _("Decisions from %(since)s on follow the 2025 measures, earlier ones those of 2012."),
            field="regime",
            since=str(TOTAL_CONTROL_SINCE),
        )


def category_fits(category: str, *, activities: Collection[str], is_group: bool) -> bool:
    """Whether an enterprise can hold a cap of `category`: by what it does, or as a group's head."""
    return is_group or category.partition("_")[0] in activities


def require_changeable(status: str) -> None:
    """Lines change until issue or withdrawal. Raises IssuedAlready or NotChangeable."""
    if status == "issued":
        raise IssuedAlready(_("This decision has been issued already and stays as it is."))
    if status not in CHANGEABLE:
        raise NotChangeable(_("This decision was withdrawn and stays as it is."))


def require_circulable(facts: DecisionFacts) -> None:
    """A draft with lines goes out to the ministries.

    Raises WrongStep, NothingDecided, ReasonMissing or CategoryUnfit.
    """
    if facts.status != "draft":
        raise WrongStep(_("Only a draft is circulated."))
    require_lines(facts)
    require_reasons(facts)
    require_fitting_lines(facts)


def require_lines(facts: DecisionFacts) -> None:
    """A decision decides something. Raises NothingDecided."""
    if not facts.has_lines:
        raise NothingDecided(_("Enter at least one line: the decision has none."))


def require_reasons(facts: DecisionFacts) -> None:
    """Every line of an adjustment or a deduction says why. Raises ReasonMissing."""
    if facts.kind in EXPLAINED and facts.lines_without_reason:
        raise ReasonMissing(
            _("Lines without a reason: %(count)s. Adjustments and deductions need one each."),
            count=facts.lines_without_reason,
        )


def require_may_sign(
    facts: DecisionFacts, *, ministry: str, read_digest: str, is_drafter: bool
) -> None:
    """A ministry's signatory, not the drafter, judges the content as it stands, once.

    Raises WrongStep, NotTheirMinistry, DrafterSigns, StaleDigest or SignedAlready.
    """
    if facts.status not in {"circulated", "signed"}:
        raise WrongStep(_("Only a circulated decision is signed."))
    if ministry not in required_ministries(facts):
        raise NotTheirMinistry(
            _("This decision does not need your ministry's sign-off."),
            source=source_of(facts),
        )
    if is_drafter:
        raise DrafterSigns(_("Who drafted the decision can't sign it."))
    require_read(facts.digest, read_digest=read_digest)
    if ministry in facts.agreed | facts.refused:
        raise SignedAlready(_("Your ministry has given its verdict on this content already."))


def require_read(digest: str, *, read_digest: str) -> None:
    """Who changes or signs the content has read it as it stands. Raises StaleDigest."""
    if read_digest != digest:
        raise StaleDigest(_("The decision has changed since you opened it. Read it again."))


def missing_ministries(facts: DecisionFacts) -> frozenset[str]:
    """The ministries that must agree and have not agreed to this very content."""
    return required_ministries(facts) - facts.agreed


def require_signed(facts: DecisionFacts) -> None:
    """All ministries that must agree have agreed to this very content. Raises SignOffMissing."""
    if missing := missing_ministries(facts):
        raise SignOffMissing(
            _("Sign-offs on the present content are missing: %(ministries)s."),
            source=source_of(facts),
            ministries=", ".join(sorted(missing)),
        )


def require_fitting_lines(facts: DecisionFacts) -> None:
    """Lines fit the regime and the enterprises. Raises CategoryUnfit.

    The 2025 measures divide mining by ore type; an enterprise's line is for an activity it has.
    """
    if facts.regime == TOTAL_CONTROL and facts.undivided_lines:
        raise CategoryUnfit(_("Mining is divided by ore type under the 2025 measures."))
    if facts.regime == TOTAL_CONTROL and facts.unfit_lines:
        raise CategoryUnfit(
            _("Lines for a category that is not among the enterprise's activities: %(count)s."),
            source=ALLOCATION,
            count=facts.unfit_lines,
        )


def require_issuable(facts: DecisionFacts, *, document_no: str, approval_no: str) -> None:
    """A decision is issued with lines, reasons, sign-offs and numbers.

    Ceilings under the 2025 measures need the State Council's approval number (article 5). Raises
    IssuedAlready, NotChangeable, NothingDecided, ReasonMissing, CategoryUnfit, SignOffMissing,
    WrongStep, DocumentMissing or ApprovalMissing.
    """
    require_changeable(facts.status)
    require_lines(facts)
    require_reasons(facts)
    require_fitting_lines(facts)
    require_signed(facts)
    if facts.status != "signed":
        raise WrongStep(_("Only a decision that was circulated and signed is issued."))
    if facts.regime == TOTAL_CONTROL and not document_no.strip():
        raise DocumentMissing(_("Enter the number of the notice."), field="document_no")
    if facts.regime == TOTAL_CONTROL and facts.has_ceilings and not approval_no.strip():
        raise ApprovalMissing(
            _("Ceilings need the State Council's approval number."),
            source=ANNUAL_CEILINGS,
            field="approval_no",
        )


def obstacles(facts: DecisionFacts, *, over: object, below: object = ()) -> list[Obstacle]:
    """Everything issue will ask of the content, met or not.

    `over`: the categories in which allocations would exceed the ceiling; `below`: the caps that
    would fall below nothing.
    """
    obstacles = [
        Obstacle("lines", _("At least one line"), source_of(facts), facts.has_lines),
        Obstacle("ceilings", _("Allocations within the ceilings"), ALLOCATION, not over),
        Obstacle("caps", _("No cap falls below nothing"), ALLOCATION, not below),
        Obstacle(
            "sign_offs",
            _("Sign-offs of all ministries concerned on the present content"),
            source_of(facts),
            not missing_ministries(facts),
        ),
    ]
    if facts.kind in EXPLAINED:
        obstacles.insert(
            1,
            Obstacle("reasons", _("A reason on every line"), None, not facts.lines_without_reason),
        )
    if facts.regime == TOTAL_CONTROL:
        unfit = facts.undivided_lines or facts.unfit_lines
        fits = _("Every line for a category among its enterprise's activities")
        obstacles.insert(-1, Obstacle("categories", fits, ALLOCATION, not unfit))
    return obstacles
