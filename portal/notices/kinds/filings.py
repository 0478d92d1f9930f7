"""The notices about filings: handed over to be attested, returned, asked about, given more time."""

from django.utils.translation import gettext_lazy as _

from portal.notices.kinds.told import ENTERPRISE, MINISTRY, Kind, KindTold

FILINGS = (
    KindTold(
        Kind.FILING_HANDED_OVER,
        _("a draft is handed over for attestation"),
        _("%(sender)s handed the filing for %(month)s over to you, to be attested."),
        "traceability:filing_month",
        ENTERPRISE,
        may_be_off=True,
    ),
    KindTold(
        Kind.FILING_RETURNED,
        _("a filing is returned"),
        _("The filing for %(month)s is returned, to be amended by %(due_on)s: “%(text)s”"),
        "traceability:filing_detail",
        ENTERPRISE,
    ),
    KindTold(
        Kind.FILING_ASKED,
        _("a question about a filing"),
        _("You are asked about the filing for %(month)s: “%(text)s”"),
        "traceability:filing_detail",
        ENTERPRISE,
    ),
    KindTold(
        Kind.FILING_ANSWERED,
        _("an enterprise answers about a filing"),
        _("An enterprise answered about its filing for %(month)s: “%(text)s”"),
        "traceability:filing_detail",
        MINISTRY,
    ),
    KindTold(
        Kind.DEADLINE_EXTENDED,
        _("a deadline is extended"),
        _("You may file %(month)s until %(last_on)s: “%(reason)s”"),
        "traceability:filing_month",
        ENTERPRISE,
    ),
)
