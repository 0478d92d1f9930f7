"""What enterprises hold of each lot, and who may see it."""

from django.db.models import DecimalField, ExpressionWrapper, F, QuerySet

from enterprises.queries import enterprises_visible_to
from portal.accounts.models import User
from portal.kernel.sql import among
from traceability.models import Balance
from traceability.permissions import Perm


def balances_visible_to(user: User) -> QuerySet[Balance]:
    """The balances that follow from the submitted filings `user` may see, with `held_kg`."""
    mass = DecimalField(max_digits=18, decimal_places=3)
    held_kg = ExpressionWrapper(F("in_kg") - F("out_kg"), mass)
    balances = Balance.objects.select_related("enterprise", "lot__maker", "lot__product")
    balances = balances.annotate(held_kg=held_kg)
    held = user.role_held
    if Perm.VIEW_FILINGS in held.own:
        return balances.filter(enterprise__organisation_id=user.organisation_id)
    if Perm.VIEW_FILINGS in held.national:
        return balances
    if Perm.VIEW_FILINGS in held.regional:
        seen = enterprises_visible_to(user).order_by().values_list("pk", flat=True)
        return balances.filter(enterprise_id__in=among(list(seen)))
    return balances.none()
