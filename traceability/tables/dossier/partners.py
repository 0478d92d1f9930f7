"""Trading partners of a dossier."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from portal.kernel.quantity import ZERO
from portal.kernel.templatetags import portal as shown
from traceability.queries.dossier.partners import Partner
from traceability.tables.dossier.sheets import Section, Sheet, number, sheet

# So many partners of each direction are named, the largest; the others are told together.
NAMED = 25


def partners_section(partners: Sequence[Partner]) -> Section:
    """With whom it traded each way, and what only one side says."""
    sides = [
        (_("Sold to (t, gross)"), [each for each in partners if each.way == "to"]),
        (_("Bought of (t, gross)"), [each for each in partners if each.way == "from"]),
    ]
    apart = sum((each.apart_kg for each in partners), ZERO)
    return Section(
        "partners",
        _("Trading partners and unmatched flows"),
        none=_("Nothing was sold or bought."),
        texts=[
            _("%(apart)s t are told by one side only, told differently or in dispute.")
            % {"apart": shown.tonnes(apart)}
        ]
        if partners
        else [],
        sheets=[_sheet(caption, side) for caption, side in sides if side],
    )


def _sheet(caption: str, side: Sequence[Partner]) -> Sheet:
    header = [
        _("Partner"),
        number(_("Lots")),
        number(_("Traded")),
        number(_("Share")),
        number(_("Confirmed")),
        number(_("Different")),
        number(_("Only this enterprise says")),
        number(_("Only the partner says")),
        number(_("In dispute")),
        number(_("Under way, or partner has not filed")),
        number(_("Outside the platform")),
    ]
    rows = [(shown.named(each.partner), *_figures([each])) for each in side[:NAMED]]
    rest = side[NAMED:]
    if rest:
        rows.append((_("%(count)d others") % {"count": len(rest)}, *_figures(rest)))
    if len(side) > 1:
        rows.append((_("Together"), *_figures(side)))
    return sheet(caption, header, rows)


def _figures(partners: Sequence[Partner]) -> list[str]:
    def of(*states: str) -> Decimal:
        return sum((each.kg.get(state, ZERO) for each in partners for state in states), ZERO)

    whole = [each.of_all for each in partners if each.of_all is not None]
    return [
        shown.number(sum(each.lots for each in partners)),
        shown.tonnes(sum((each.total_kg for each in partners), ZERO)),
        shown.percent(sum(whole, ZERO) if whole else None),
        shown.tonnes(of("agreed")),
        shown.tonnes(of("different")),
        shown.tonnes(of("only_own")),
        shown.tonnes(of("only_partner")),
        shown.tonnes(of("disputed")),
        shown.tonnes(of("under_way", "silent")),
        shown.tonnes(of("outside")),
    ]
