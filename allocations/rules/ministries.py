"""Which ministry drafts, signs and issues."""

from django.utils.translation import gettext_lazy as _

from allocations.rules.facts import DIRECTIVE, DecisionFacts, WrongStep
from allocations.rules.lines import require_read
from portal.kernel.errors import Refusal
from portal.kernel.law import ALLOCATION, ANNUAL_CEILINGS, DIRECTIVE_PLAN, Source

MIIT = "MIIT"
ANSWERING = ("MIIT", "MNR")


class NotTheirMinistry(Refusal):
    """Only a signatory of a ministry signs for it."""


class SignOffMissing(Refusal):
    """A ministry that has to sign has not agreed to this content."""


class SignedAlready(Refusal):
    """This ministry has given its verdict on this content."""


class DrafterSigns(Refusal):
    """Drafter and signatory are two people."""


def required_ministries(facts: DecisionFacts) -> frozenset[str]:
    """The ministries that must agree to a decision."""
    return required_of(facts.regime, has_ceilings=facts.has_ceilings)


def required_of(regime: str, *, has_ceilings: bool) -> frozenset[str]:
    """The ministries that must agree.

    Ceilings need MIIT, NDRC and MNR (2025 measures, article 5); allocations alone need MIIT and MNR
    (article 6). Under the 2012 measures MIIT decided alone.
    """
    if regime == DIRECTIVE:
        return frozenset({"MIIT"})
    if has_ceilings:
        return frozenset({"MIIT", "NDRC", "MNR"})
    return frozenset({"MIIT", "MNR"})


def missing_ministries(facts: DecisionFacts) -> frozenset[str]:
    """The ministries that must agree and have not agreed to this very content."""
    return required_ministries(facts) - facts.agreed


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


def require_answering_ministry(ministry: str) -> None:
    """MIIT with MNR notify the authorities, and answer them (2025 measures, article 6).

    Raises NotTheirMinistry.
    """
    if ministry not in ANSWERING:
        raise NotTheirMinistry(_("MIIT and MNR answer queries about copies."), source=ALLOCATION)


def require_signed(facts: DecisionFacts) -> None:
    """All ministries that must agree have agreed to this very content. Raises SignOffMissing."""
    if missing := missing_ministries(facts):
        raise SignOffMissing(
            _("Sign-offs on the present content are missing: %(ministries)s."),
            source=source_of(facts),
            ministries=", ".join(sorted(missing)),
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
