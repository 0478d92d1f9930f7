"""The notices about shipments between enterprises."""

from django.utils.translation import gettext_lazy as _

from portal.notices.kinds.told import ENTERPRISE, Channel, Kind, KindTold

SHIPMENTS = (
    KindTold(
        Kind.SHIPMENTS_FILED,
        _("a seller files shipments to the enterprise"),
        _("%(seller)s filed %(month)s; shipments to you, to be confirmed: %(count)s."),
        "traceability:shipment_month",
        ENTERPRISE,
        channel=Channel.PORTAL,
        may_be_off=True,
    ),
    KindTold(
        Kind.SHIPMENTS_CHANGED,
        _("a seller amends shipments to the enterprise"),
        _("%(seller)s amended %(month)s; shipments to you, changed or withdrawn: %(count)s."),
        "traceability:shipment_month",
        ENTERPRISE,
    ),
    KindTold(
        Kind.SHIPMENT_DISPUTED,
        _("a buyer disputes a shipment"),
        _(
            "%(buyer)s disputes shipment %(document)s: it says that %(received)s kg of %(sold)s kg"
            " arrived."
        ),
        "traceability:shipment_answer",
        ENTERPRISE,
    ),
    KindTold(
        Kind.SHIPMENT_TAKEN_BACK,
        _("a buyer takes a dispute back"),
        _("%(buyer)s took its refusal of shipment %(document)s back."),
        "traceability:shipment_answer",
        ENTERPRISE,
        channel=Channel.PORTAL,
        may_be_off=True,
    ),
    KindTold(
        Kind.SHIPMENT_WRITTEN,
        _("a trading partner writes about a shipment"),
        _("%(sender)s wrote about shipment %(document)s: “%(text)s”"),
        "traceability:shipment_answer",
        ENTERPRISE,
        may_be_off=True,
    ),
    KindTold(
        Kind.SHIPMENT_DECIDED,
        _("a dispute about a shipment is decided"),
        _("The dispute about shipment %(document)s was decided; %(ruling)s. “%(text)s”"),
        "traceability:shipment_answer",
        ENTERPRISE,
    ),
)
