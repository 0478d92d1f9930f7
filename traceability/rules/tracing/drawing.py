"""A picture as SVG, for paper: boxes in columns, links as wide as the mass they carry."""

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass
from decimal import Decimal
from xml.sax.saxutils import escape

from traceability.rules.tracing.picture import Node, Picture

STAGE_COLOURS = {
    "source": "#5b6672",
    "ore": "#8a5a1c",
    "compound": "#0a569c",
    "metal": "#7a4fa3",
    "product": "#2f7d4f",
    "end": "#0f6f79",
}
WIDTH = 1000
BOX = 12
GAP = 22
ROW = 34
LABEL = 150
# A Chinese character takes the room of two letters.
LETTERS = 26


@dataclass(slots=True)
class _Box:
    node: Node
    x: float
    y: float
    height: float
    taken_in: float = 0
    taken_out: float = 0


def svg_of(picture: Picture) -> str:
    """The picture as SVG; empty for one without boxes."""
    if not picture.nodes:
        return ""
    height = picture.tallest * ROW + 40
    boxes, scale = _boxes(picture, height)
    links = "".join(
        _link(boxes[link.source], boxes[link.target], float(link.kg) * scale)
        for link in sorted(picture.links, key=lambda one: -one.kg)
    )
    shapes = "".join(_shape(box) for box in boxes.values())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        f' font-family="Notice Sans SC" font-size="11">{links}{shapes}</svg>'
    )


def _boxes(picture: Picture, height: float) -> tuple[dict[Hashable, _Box], float]:
    """Where the boxes stand, and how many units a kg is high."""
    columns: dict[int, list[tuple[Node, Decimal]]] = defaultdict(list)
    for node, mass in picture.rows:
        columns[picture.columns[node.key]].append((node, mass))
    scale = min(
        (height - 20 - GAP * len(column)) / float(whole)
        for column in columns.values()
        if (whole := sum((mass for _, mass in column), Decimal(0)))
    )
    step = (WIDTH - LABEL - BOX) / max(max(columns), 1)
    found: dict[Hashable, _Box] = {}
    for number, column in columns.items():
        y = 14.0
        for node, mass in column:
            high = max(float(mass) * scale, 1.0)
            found[node.key] = _Box(node, number * step, y, high)
            y += high + GAP
    return found, scale


def _link(source: _Box, target: _Box, width: float) -> str:
    start = source.y + source.taken_out + width / 2
    end = target.y + target.taken_in + width / 2
    source.taken_out += width
    target.taken_in += width
    left, right = source.x + BOX, target.x
    middle = (left + right) / 2
    return (
        f'<path d="M{left:.1f} {start:.1f}C{middle:.1f} {start:.1f} {middle:.1f} {end:.1f}'
        f' {right:.1f} {end:.1f}" fill="none" stroke="{STAGE_COLOURS[source.node.stage]}"'
        f' stroke-opacity="0.3" stroke-width="{max(width, 0.5):.2f}"/>'
    )


def _shape(box: _Box) -> str:
    middle = box.y + box.height / 2 + 4
    words = escape(_short(box.node.label))
    return (
        f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{BOX}" height="{box.height:.1f}"'
        f' fill="{STAGE_COLOURS[box.node.stage]}"/>'
        f'<text x="{box.x + BOX + 4:.1f}" y="{middle:.1f}">{words}</text>'
    )


def _short(text: str) -> str:
    """As much of a label as fits beside its box."""
    room = LETTERS
    for place, letter in enumerate(text):
        room -= 2 if ord(letter) > 0x2E80 else 1
        if room < 0:
            return f"{text[:place]}…"
    return text
