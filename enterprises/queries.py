"""What the directory holds, for whom, and as of when."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from enterprises.models import Designation, Enterprise, EnterpriseQuerySet
from enterprises.permissions import Perm
from enterprises.rules import Term
from portal.accounts.models import Region, User
from portal.kernel.sql import among

_LINE_UPWARD = """
with recursive line (id, parent_id) as (
    select id, parent_id from enterprises_enterprise where id = %s
    union
    select above.id, above.parent_id
      from line join enterprises_enterprise above on above.id = line.parent_id
)
select id from line
"""


def enterprises_visible_to(user: User) -> EnterpriseQuerySet:
    """The enterprises `user` may see, with names and regions at hand.

    Ministries and auditors see all, an authority those of its territory, an enterprise itself,
    an administrator none.
    """
    enterprises = Enterprise.objects.select_related("organisation", "region")
    held = user.role_held
    if Perm.VIEW_ENTERPRISE in held.national:
        return enterprises
    if Perm.VIEW_ENTERPRISE in held.regional and user.organisation.region:
        return enterprises.within(user.organisation.region)
    if Perm.VIEW_ENTERPRISE in held.own:
        return enterprises.filter(organisation_id=user.organisation_id)
    return enterprises.none()


def seen_by(user: User) -> list[int] | None:
    """The enterprises whose figures `user` sees; None for all of them.

    Resolved to a list first: a subquery makes the planner walk whole tables.
    """
    if Perm.VIEW_ENTERPRISE in user.role_held.national:
        return None
    return list(enterprises_visible_to(user).order_by().values_list("pk", flat=True))


def sees(user: User, enterprise: Enterprise) -> bool:
    """Whether `enterprise` is among those `user` may see; asks the database nothing."""
    held = user.role_held
    if Perm.VIEW_ENTERPRISE in held.national:
        return True
    if Perm.VIEW_ENTERPRISE in held.regional and user.organisation.region:
        return enterprise.region_id.startswith(user.organisation.region.prefix)
    return Perm.VIEW_ENTERPRISE in held.own and enterprise.organisation_id == user.organisation_id


def designations_visible_to(user: User) -> QuerySet[Designation]:
    """Every designation for whoever has to do with enterprises, none for the others.

    Who is designated is made public (Rare Earth Regulations, article 8), so that a buyer can tell
    whether its seller may produce.
    """
    if not user.holds(Perm.VIEW_ENTERPRISE):
        return Designation.objects.none()
    return Designation.objects.select_related(
        "enterprise__organisation", "enterprise__region", "enterprise__parent__organisation"
    )


def standing_on(day: date) -> Q:
    """The condition that a designation stands on `day`."""
    return Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gte=day))


def designated_on(day: date, *, activity: str | None = None) -> QuerySet[Designation]:
    """The designations that stand on `day`: the list of designated enterprises of that day."""
    designations = Designation.objects.filter(standing_on(day))
    return designations.filter(activity=activity) if activity else designations


def with_designated(enterprises: EnterpriseQuerySet, *, day: date) -> EnterpriseQuerySet:
    """`enterprises`, each telling in `designated` whether a designation stands on `day`."""
    return enterprises.annotate(designated=_designated(day))


def _designated(day: date) -> Exists:
    return Exists(Designation.objects.filter(standing_on(day), enterprise=OuterRef("pk")))


def is_designated(enterprise: Enterprise, activity: str, day: date) -> bool:
    """Whether `enterprise` may lawfully do `activity` on `day`."""
    return designated_on(day, activity=activity).filter(enterprise=enterprise).exists()


def terms_of_all(
    enterprise_ids: Collection[int],
) -> Iterator[tuple[tuple[int, str], Term]]:
    """Every term of these enterprises, by enterprise and activity."""
    found = Designation.objects.filter(enterprise_id__in=among(enterprise_ids)).order_by(
        "valid_from"
    )
    for enterprise, activity, first, last in found.values_list(
        "enterprise_id", "activity", "valid_from", "valid_to"
    ):
        yield (enterprise, activity), Term(first, last)


@dataclass(frozen=True, slots=True)
class DesignationShown:
    """A designation with where it stands on a day: `current`, `future` or `ended`."""

    designation: Designation
    status: str

    @property
    def may_end(self) -> bool:
        """Whether it has no end yet, or one that may still be drawn forward."""
        return self.status != "ended"


def designations_of(enterprise: Enterprise, *, day: date) -> list[DesignationShown]:
    """The designations of `enterprise`, the latest first, as they stand on `day`."""
    held = enterprise.designations.order_by("-valid_from", "activity")
    return [DesignationShown(each, _status(each, day)) for each in held]


def _status(designation: Designation, day: date) -> str:
    if Term(designation.valid_from, designation.valid_to).holds_on(day):
        return "current"
    return "future" if designation.valid_from > day else "ended"


def activities_designated_from(enterprise: Enterprise, day: date) -> set[str]:
    """The activities with a designation that stands on `day` or begins after it."""
    lasting = enterprise.designations.filter(Q(valid_to=None) | Q(valid_to__gte=day))
    return set(lasting.values_list("activity", flat=True))


def line_upward(enterprise: Enterprise) -> list[int]:
    """The ids of `enterprise` and of every group above it."""
    with connection.cursor() as cursor:
        cursor.execute(_LINE_UPWARD, [enterprise.pk])
        return [found for (found,) in cursor.fetchall()]


def codes_on_record(codes: Iterable[str]) -> set[str]:
    """Which of `codes` an enterprise of the directory has."""
    found = Enterprise.objects.filter(uscc__in=list(codes)).values_list("uscc", flat=True)
    return {code for code in found if code}


def groups() -> EnterpriseQuerySet:
    """The rare earth groups."""
    return (
        Enterprise.objects.filter(is_group=True)
        .select_related("organisation", "region")
        .order_by("organisation__name_zh")
    )


def groups_visible_to(user: User) -> EnterpriseQuerySet:
    """The groups with members that `user` may see, and in `member_count` how many these are."""
    seen = enterprises_visible_to(user).order_by().values("pk")
    members = Count("members", filter=Q(members__in=seen))
    return groups().annotate(member_count=members).filter(Q(member_count__gt=0) | Q(pk__in=seen))


def regions_with_enterprises(user: User) -> QuerySet[Region]:
    """The regions of the enterprises that `user` may see, and the provinces these lie in."""
    own = set(enterprises_visible_to(user).order_by().values_list("region_id", flat=True))
    return Region.objects.filter(code__in=own | {code[:2] + "0000" for code in own})


def region_in_code(uscc: str) -> Region | None:
    """The region that characters 3 to 8 of a code name: where the enterprise was registered.

    The narrowest that the portal knows: county, else prefecture, else province.
    """
    digits = uscc[2:8]
    codes = [digits, digits[:4] + "00", digits[:2] + "0000"]
    return Region.objects.filter(code__in=codes).order_by("-level").first()


def region_line(region: Region) -> QuerySet[Region]:
    """`region` with the province and prefecture it lies in, the widest first."""
    code = region.code
    codes = {code[:2] + "0000", code[:4] + "00", code}
    return Region.objects.filter(code__in=codes).order_by("level")


@dataclass(frozen=True, slots=True)
class DirectoryCounts:
    """How many enterprises the directory holds, of which kind."""

    enterprises: int
    filing: int
    designated: int
    groups: int


def directory_counts(user: User, *, day: date) -> DirectoryCounts:
    """The counts of what `user` may see, on `day`."""
    seen = enterprises_visible_to(user)
    counts = seen.aggregate(
        enterprises=Count("pk"),
        filing=Count("pk", filter=~Q(activities=[])),
        groups=Count("pk", filter=Q(is_group=True)),
    )
    designated = seen.filter(_designated(day)).count()
    return DirectoryCounts(designated=designated, **counts)
