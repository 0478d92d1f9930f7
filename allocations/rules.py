"""What the rules of deciding say; pure, over frozen facts. Masses are kg REO."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal
from portal.kernel.law import ALLOCATION, ANNUAL_CEILINGS, DIRECTIVE_PLAN, Source

TOTAL_CONTROL = "total_control"
DIRECTIVE = "directive_plan"
CHANGEABLE = frozenset({"draft", "circulated", "signed"})


class NotChangeable(Refusal):
    """The decision is issued or withdrawn; it stays as it is."""


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


class ReasonMissing(Refusal):
    """Adjustments and deductions say why, line by line."""


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
    source: Source
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


def require_changeable(status: str) -> None:
    """Lines change until issue or withdrawal. Raises NotChangeable."""
    if status not in CHANGEABLE:
        raise NotChangeable(_("This decision is issued or withdrawn and stays as it is."))


def require_circulable(facts: DecisionFacts) -> None:
    """A draft with lines goes out to the ministries. Raises WrongStep or NothingDecided."""
    if facts.status != "draft":
        raise WrongStep(_("Only a draft is circulated."))
    if not facts.has_lines:
        raise NothingDecided(_("Enter at least one line before circulating the decision."))
    require_reasons(facts)


def require_reasons(facts: DecisionFacts) -> None:
    """Every line of an adjustment or a deduction says why. Raises ReasonMissing."""
    if facts.kind in {"adjustment", "deduction"} and facts.lines_without_reason:
        raise ReasonMissing(
            _("Lines without a reason: %(count)d. Adjustments and deductions need one each."),
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
    if read_digest != facts.digest:
        raise StaleDigest(
            _("The decision has changed since you opened it. Read it again before you sign.")
        )
    if ministry in facts.agreed | facts.refused:
        raise SignedAlready(_("Your ministry has given its verdict on this content already."))


def require_signed(facts: DecisionFacts) -> None:
    """All ministries that must agree have agreed to this very content. Raises SignOffMissing."""
    missing = required_ministries(facts) - facts.agreed
    if missing:
        raise SignOffMissing(
            _("Sign-offs on the present content are missing: %(ministries)s."),
            source=source_of(facts),
            ministries=", ".join(sorted(missing)),
        )


def require_issuable(facts: DecisionFacts, *, document_no: str, approval_no: str) -> None:
    """A decision is issued with lines, reasons, sign-offs and numbers.

    Ceilings under the 2025 measures need the State Council's approval number (article 5). Raises
    NotChangeable, NothingDecided, ReasonMissing, SignOffMissing, DocumentMissing or
    ApprovalMissing.
    """
    require_changeable(facts.status)
    if not facts.has_lines:
        raise NothingDecided(_("A decision without a line can't be issued."))
    require_reasons(facts)
    require_signed(facts)
    if facts.regime == TOTAL_CONTROL and not document_no.strip():
        raise DocumentMissing(_("Enter the number of the notice."), field="document_no")
    if facts.regime == TOTAL_CONTROL and facts.has_ceilings and not approval_no.strip():
        raise ApprovalMissing(
            _("Ceilings need the State Council's approval number."),
            source=ANNUAL_CEILINGS,
            field="approval_no",
        )


def obstacles(
    facts: DecisionFacts, *, over: Collection[tuple[object, Decimal, Decimal]]
) -> list[Obstacle]:
    """Everything issue will ask, met or not; `over`: category, allocated, ceiling where exceeded."""
    return [
        Obstacle("lines", _("At least one line"), source_of(facts), facts.has_lines),
        Obstacle(
            "reasons",
            _("A reason on every line of an adjustment or deduction"),
            ALLOCATION,
            facts.kind not in {"adjustment", "deduction"} or not facts.lines_without_reason,
        ),
        Obstacle("ceilings", _("Allocations within the ceilings"), ALLOCATION, not over),
        Obstacle(
            "sign_offs",
            _("Sign-offs of all ministries concerned on the present content"),
            source_of(facts),
            not required_ministries(facts) - facts.agreed,
        ),
    ]
