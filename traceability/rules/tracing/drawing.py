"""A picture as SVG, for pages and paper: boxes in columns, links as wide as the mass they carry."""

from collections.abc import Callable, Hashable, Mapping
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from traceability.rules.tracing.layout import BOX, Band, Box, Layout
from traceability.rules.tracing.picture import Node
from traceability.rules.tracing.words import (
    NAME_ROOM,
    NAME_SIZE,
    NOTE_ROOM,
    NOTE_SIZE,
    name_size,
)

STAGE_COLOURS = {
    "source": "#5b6672",
    "ore": "#8a5a1c",
    "compound": "#0a569c",
    "metal": "#7a4fa3",
    "product": "#2f7d4f",
    "end": "#0f6f79",
}
INK, NOTE_INK, TOUCHED = "#16202c", "#4a5868", "#9b1c1c"
LEAST_WIDTH = 0.6
PAPER_FONT = "Notice Sans SC"
Told = Callable[[Decimal], str]


def svg_of(layout: Layout, told: Told | None = None) -> str:
    """A picture that is laid out, as SVG.

    `told` writes a mass: for a page, where boxes and links tell theirs and lead to what is behind
    them; None for paper.
    """
    places = {key: number for number, key in enumerate(layout.boxes)}
    bands = sorted(layout.bands, key=lambda one: -one.width)
    writer = _Alive(layout, places, told) if told else _Paper()
    drawn = [writer.band(band) for band in bands]
    drawn += [writer.box(box) for box in layout.boxes.values()]
    size = f'viewBox="0 0 {layout.width:.0f} {layout.height:.0f}" width="{layout.width:.0f}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {writer.head}>{"".join(drawn)}</svg>'


class _Paper:
    """What paper shows: shapes and words."""

    head = f'font-family="{PAPER_FONT}"'

    def band(self, band: Band) -> str:
        return _path(band)

    def box(self, box: Box) -> str:
        return _shape(box)


class _Alive(_Paper):
    """What a page shows: what tells its mass, and leads to what is behind it.

    One box can be reached with the tab key; from there the arrows go to the others.
    """

    head = 'class="picture"'

    def __init__(self, layout: Layout, places: Mapping[Hashable, int], told: Told) -> None:
        self.layout = layout
        self.places = places
        self.told = told

    def band(self, band: Band) -> str:
        link = band.link
        source, target = (self.layout.boxes[key].node for key in (link.source, link.target))
        words = f"{_words(source)} → {_words(target)}\n{self.told(link.kg)}"
        ends = f'data-from="{self.places[link.source]}" data-to="{self.places[link.target]}"'
        drawn = f"<title>{escape(words)}</title>{_path(band)}"
        return _leading(link.url, f'class="band" tabindex="-1" aria-hidden="true" {ends}', drawn)

    def box(self, box: Box) -> str:
        node, place = box.node, self.places[box.node.key]
        words = f"{_words(node)}\n{self.told(box.kg)}"
        tab = 0 if place == 0 else -1
        about = f'class="box" data-place="{place}" tabindex="{tab}" aria-label={quoteattr(words)}'
        drawn = f"<title>{escape(words)}</title>{_shape(box)}"
        return _leading(node.url or node.figure_url, about, drawn)


def _leading(url: str, about: str, drawn: str) -> str:
    if not url:
        return f'<g role="img" {about}>{drawn}</g>'
    return f"<a href={quoteattr(url)} {about}>{drawn}</a>"


def _words(node: Node) -> str:
    return f"{node.label} ({node.note})" if node.note else node.label


def _path(band: Band) -> str:
    """Filled between two curves: a line as wide would bulge where it bends."""
    middle, half = (band.x1 + band.x2) / 2, max(band.width, LEAST_WIDTH) / 2
    (begin, low), (end, deep) = ((y - half, y + half) for y in (band.y1, band.y2))
    return (
        f'<path d="M{band.x1:.1f} {begin:.2f}C{middle:.1f} {begin:.2f} {middle:.1f} {end:.2f}'
        f" {band.x2:.1f} {end:.2f}V{deep:.2f}C{middle:.1f} {deep:.2f} {middle:.1f} {low:.2f}"
        f' {band.x1:.1f} {low:.2f}Z" fill="{STAGE_COLOURS[band.stage]}" fill-opacity="0.3"/>'
    )


def _shape(box: Box) -> str:
    node = box.node
    edge = ""
    if node.marked or node.focus:
        edge = f' stroke="{TOUCHED if node.marked else INK}" stroke-width="3"'
    drawn = (
        f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{BOX}" height="{box.height:.1f}"'
        f' fill="{STAGE_COLOURS[node.stage]}"{edge}/>'
    )
    return drawn + "".join(_said(box, lower) for lower in box.said_at)


def _said(box: Box, lower: float) -> str:
    """The words of a box, so much below its middle."""
    node = box.node
    left, top, *_ = box.words
    top += lower
    drawn, colour = "", INK
    if node.marked:
        drawn, colour = _warning(left, top), TOUCHED
        left += NAME_SIZE + 2
    bold = ' font-weight="bold"' if node.focus else ""
    size = name_size(node)
    look = f'{size}" fill="{colour}"{bold}'
    low = top + NAME_ROOM - 4
    drawn += _text(box.name, left, low, look)
    if box.more:
        low += NAME_ROOM
        drawn += _text(box.more, left, low, look)
    if box.note:
        drawn += _text(box.note, left, low + NOTE_ROOM, f'{NOTE_SIZE}" fill="{NOTE_INK}"')
    return drawn


def _text(words: str, x: float, y: float, look: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{look}>{escape(words)}</text>'


def _warning(left: float, top: float) -> str:
    """A mark beside the name of what a finding touches, for who sees no colours."""
    middle, low = left + NAME_SIZE / 2, top + NAME_ROOM - 3
    return (
        f'<path d="M{middle:.1f} {low - 11:.1f}L{middle + 6:.1f} {low:.1f}H{middle - 6:.1f}Z"'
        f' fill="{TOUCHED}"/><path d="M{middle:.1f} {low - 7:.1f}v3.6m0 1.2v1.2" stroke="#fff"'
        ' stroke-width="1.3"/>'
    )
