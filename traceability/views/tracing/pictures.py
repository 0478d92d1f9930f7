"""Pictures of boxes and links as pages show them, and as paper does."""

from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from portal.kernel.templatetags import portal as shown
from traceability.rules.tracing.drawing import svg_of
from traceability.rules.tracing.layout import laid_out
from traceability.rules.tracing.picture import Picture

# A unit of the picture on paper, in points: small type, and still read without a glass.
POINTS = 0.56
# As much as a page of A4 on its side takes, in points; a larger picture has a larger page.
PAGE = (752, 470)
MARGINS = 45


def on_page(picture: Picture) -> dict[str, Any]:
    """What the template of a picture needs: the picture, and the same drawn."""
    return {"picture": picture, "svg": drawn_on_page(picture)}


def drawn_on_page(picture: Picture) -> SafeString:
    """The picture drawn, with what its masses are."""

    def told(kg: Decimal) -> str:
        return _("%(mass)s kg REO") % {"mass": shown.kg(kg)}

    # Every word in it is escaped where it is drawn.
    return mark_safe(svg_of(laid_out(picture), told))  # noqa: S308


def on_paper(picture: Picture | None) -> dict[str, Any] | None:
    """The picture drawn for a page of its own, and how large that page is, in points."""
    if picture is None or not picture.nodes:
        return None
    layout = laid_out(picture)
    width, height = layout.width * POINTS, layout.height * POINTS
    return {
        "svg": svg_of(layout),
        "wide": width,
        "page": [max(width, PAGE[0]) + MARGINS * 2, max(height, PAGE[1]) + MARGINS * 3],
    }
