"""What officials and enterprises say of filings."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from portal.accounts.models import User
from traceability.models import Filing, FilingRemark
from traceability.queries.filings import filings_visible_to

Kind = FilingRemark.Kind


def remarks_visible_to(user: User) -> QuerySet[FilingRemark]:
    """What was said of the filings that `user` may see, and whether it still waits (`open`).

    A question waits until it is answered, a return until the version is amended.
    """
    later = FilingRemark.objects.filter(
        filing=OuterRef("filing"), kind=Kind.ANSWER, pk__gt=OuterRef("pk")
    )
    asked = Q(kind=Kind.QUESTION) & ~Q(Exists(later))
    returned = Q(kind=Kind.RETURNED, filing__status=Filing.Status.SUBMITTED)
    return (
        FilingRemark.objects.filter(filing__in=filings_visible_to(user).values("pk"))
        .select_related("filing__enterprise", "by__organisation")
        .annotate(open=asked | returned)
    )
