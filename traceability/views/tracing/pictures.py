"""Pictures of boxes and links as pages show them, and as paper does."""

from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.kernel.templatetags import portal as shown
from traceability.rules.tracing.drawing import STAGE_COLOURS, TOUCHED, svg_of
from traceability.rules.tracing.layout import laid_out
from traceability.rules.tracing.picture import Picture

# What the colours of a picture mean, where they are those of stages.
STAGES_CALLED = {
    "source": gettext_lazy("origin"),
    "ore": gettext_lazy("ore product"),
    "compound": gettext_lazy("compound"),
    "metal": gettext_lazy("metal or alloy"),
    "product": gettext_lazy("magnet"),
    "end": gettext_lazy("whereabouts"),
}
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


def on_paper(picture: Picture | None, *, by_stage: bool = False) -> dict[str, Any] | None:
    """The picture drawn for a page of its own, and how large that page is, in points.

    A small one is as large as the page. `by_stage`: with what its colours mean.
    """
    if picture is None or not picture.nodes:
        return None
    layout = laid_out(picture)
    points = max(POINTS, min(PAGE[0] / layout.width, PAGE[1] / layout.height))
    width, height = layout.width * points, layout.height * points
    return {
        "svg": svg_of(layout),
        "key": _key_of(picture) if by_stage else [],
        "wide": width,
        "page": [max(width, PAGE[0]) + MARGINS * 2, max(height, PAGE[1]) + MARGINS * 3],
    }


def _key_of(picture: Picture) -> list[tuple[str, str]]:
    """The colours of a picture, each with what it means."""
    key = [
        (STAGE_COLOURS[stage], str(called))
        for stage, called in STAGES_CALLED.items()
        if stage in picture.stages
    ]
    return [*key, (TOUCHED, _("touched by an open finding"))] if picture.marked else key
