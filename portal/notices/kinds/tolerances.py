"""The notices about what the checks judge by."""

from django.utils.translation import gettext_lazy as _

from portal.notices.kinds.told import MINISTRY, Kind, KindTold

TOLERANCES = (
    KindTold(
        Kind.TOLERANCE_PROPOSED,
        _("a tolerance is to be approved"),
        _("Decide on a change from %(valid_on)s: %(tolerance)s, %(value)s. “%(text)s”"),
        "traceability:proposal_detail",
        MINISTRY,
    ),
    KindTold(
        Kind.TOLERANCE_DECIDED,
        _("a proposal of one's own is decided"),
        _("Your proposal (%(tolerance)s, %(value)s) is decided: %(verdict)s. “%(text)s”"),
        "traceability:proposal_detail",
        MINISTRY,
    ),
)
