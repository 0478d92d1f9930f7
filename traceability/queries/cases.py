"""Cases: who may see them, what they hold, and what of them an enterprise reads."""

from collections.abc import Collection

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from enterprises.queries import enterprises_visible_to
from portal.accounts.models import User
from portal.accounts.roles import ROLES
from traceability.models import Case, CaseEntry, Finding
from traceability.permissions import Perm
from traceability.queries.findings import OPEN, findings_visible_to, ranked
from traceability.rules.cases import ENDED

Kind = CaseEntry.Kind
# What the enterprise reads of its case.
FOR_THE_ENTERPRISE = (Kind.QUESTION, Kind.ANSWER, Kind.CLOSED, Kind.REOPENED)


def cases_visible_to(user: User) -> QuerySet[Case]:
    """The cases of enterprises `user` may see, with how many findings still hold.

    An enterprise sees its own from the first question on; an authority those of its territory.
    """
    still = Q(findings__status__in=OPEN)
    cases = Case.objects.select_related(
        "enterprise__organisation", "enterprise__region", "assigned_to"
    ).annotate(
        still_open=Count("findings", filter=still),
        held=Count("findings"),
        grave=Count("findings", filter=still & Q(findings__severity=Finding.Severity.HIGH)),
    )
    held = user.role_held
    if Perm.VIEW_FINDINGS in held.national:
        return cases
    if Perm.VIEW_FINDINGS in held.own:
        asked = CaseEntry.objects.filter(case=OuterRef("pk"), kind=Kind.QUESTION)
        own = cases.filter(enterprise__organisation_id=user.organisation_id)
        return own.filter(Exists(asked))
    if Perm.VIEW_FINDINGS in held.regional:
        seen = list(enterprises_visible_to(user).order_by().values_list("pk", flat=True))
        return cases.filter(enterprise_id__in=seen)
    return cases.none()


def entries_visible_to(case: Case, user: User) -> QuerySet[CaseEntry]:
    """What was said and done in a case, as far as `user` may read it; without the files."""
    entries = case.entries.select_related("by").defer("attachment")
    if Perm.VIEW_FINDINGS in user.role_held.own:
        return entries.filter(kind__in=FOR_THE_ENTERPRISE)
    return entries


def evidence_in(case: Case, user: User) -> QuerySet[CaseEntry]:
    """The entries that `user` may read and that bring a file, each with it."""
    return entries_visible_to(case, user).defer(None).exclude(attachment=None)


def findings_in(case: Case, user: User) -> QuerySet[Finding]:
    """The findings of a case that `user` may see, the gravest first."""
    return ranked(findings_visible_to(user).filter(case=case))


def case_of(finding: Finding, user: User) -> Case | None:
    """The case that works a finding, if `user` may see it."""
    if finding.case_id is None:
        return None
    return cases_visible_to(user).filter(pk=finding.case_id).first()


def still_found(case: Case) -> QuerySet[Finding]:
    """The findings of a case that still hold and that nobody has closed."""
    return case.findings.filter(status__in=OPEN)


def case_workers() -> QuerySet[User]:
    """Those to whom a case may be given."""
    roles = [name for name, held in ROLES.items() if Perm.WORK_FINDINGS in held.permissions]
    return User.objects.filter(role__in=roles, is_active=True).select_related("organisation")


def worked_cases(user: User) -> QuerySet[Case]:
    """The cases `user` may see in which anything can still be done, by enterprise."""
    worked = cases_visible_to(user).exclude(status__in=ENDED)
    return worked.order_by("enterprise__organisation__name_zh", "topic", "pk")


def cases_to_move_into(findings: Collection[int], user: User) -> QuerySet[Case]:
    """The worked cases of those whom these findings concern, of the same years."""
    found = Finding.objects.filter(pk__in=findings).values_list(
        "year", "enterprise_id", "counterparty_id", "lot__maker_id"
    )
    years: set[int] = set()
    concerned: set[int] = set()
    for year, *enterprises in found:
        years.add(year)
        concerned.update(filter(None, enterprises))
    return worked_cases(user).filter(year__in=years, enterprise_id__in=concerned)
