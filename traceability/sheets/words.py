"""What the template says of columns, kinds and rules, in both languages."""

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MEANINGS: Mapping[str, Promise] = {
    "kind": _("What happened; choose from the list."),
    "date": _("The day it happened, within the month, like 2025-03-09."),
    "lot": _(
        "Lot number, up to 40 characters; it stays the same when the lot, or part of it, is sold."
    ),
    "lot_maker": _(
        "Unified social credit code of whoever made, mined or imported the lot; empty: you."
    ),
    "product": _("Product code; choose from the list."),
    "gross_kg": _("Mass as weighed, in kg, with at most 3 decimals."),
    "reo_percent": _(
        "Grade: percent REO by mass, like 92.5; metals lie above 100, nothing above 125."
    ),
    "run": _("The process run that joins inputs and outputs; unique for you."),
    "counterparty": _("Unified social credit code of the buyer or seller."),
    "document": _("Number of the invoice, customs declaration or purchase document."),
    "country": _("Two-letter country code, for imports and exports."),
    "assay": _("Optional: split of the REO in percent, like La2O3:25.2;CeO2:50.1."),
    "note": _("Free text."),
}
KINDS: Mapping[str, Promise] = {
    "extraction": _(
        "Ore product mined and dressed: a new lot; counts against the mining cap of its ore type."
    ),
    "input": _("Part of a held lot goes into a process run."),
    "output": _(
        "A new lot leaves a process run. A compound made from ore counts against the separation"
        " cap."
    ),
    "sale": _("Part of a held lot goes to the counterparty."),
    "purchase": _("The counterparty's shipment has arrived."),
    "import": _("A new lot from abroad."),
    "export": _("Part of a held lot leaves the country."),
    "recycled": _("A new lot from scrap: outside the caps."),
    "loss": _("Part of a held lot is gone; the note says how."),
    "stock": _("Month-end count of a held lot: what is really there; 0 is allowed."),
}
RULES: Sequence[Promise] = (
    _("One row is one record. Fill the sheet “%(sheet)s” from its third row on."),
    _("Do not rename or merge cells; columns you do not need may stay empty."),
    _("Every date lies in %(month)s."),
    _("Enter the credit codes, lot and document numbers as text, as the columns are."),
    _("A lot of your own needs no lot_maker; one that you bought does."),
    _("What is wrong is named by cell when you upload; a file with faults saves nothing."),
    _("A file replaces the whole draft of the month. At most %(most)s rows."),
    _("Production over a cap is filed as it happened; it is not refused."),
)
