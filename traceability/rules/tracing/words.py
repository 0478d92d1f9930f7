"""The words beside the boxes of a picture: how large they are, and how much room they take."""

from traceability.rules.tracing.picture import Node

# Words stand beside their box: a name, and a note below it, or the rest of a name without a note.
NAME_SIZE, NOTE_SIZE = 12, 11
NAME_ROOM, NOTE_ROOM = 16, 14
# How wide letters are, by the size of the type; a Chinese character is as wide as it is high.
_WIDE, _NARROW = set("MWmw@%—…→⚠"), set("fijlrtI.,:;'|!()[]- ·")
BOLDER = 1.15
_WIDTHS = {"wide": 0.95, "narrow": 0.4, "upper": 0.7, "other": 0.58}


def name_size(node: Node) -> int:
    """The size of a name: what the picture is about stands out."""
    return NAME_SIZE + 1 if node.focus else NAME_SIZE


def measured(node: Node) -> float:
    """The size by which a name is measured: bold letters are wider."""
    return name_size(node) * (BOLDER if node.focus else 1)


def width_of(text: str, size: float) -> float:
    """About how wide a text is; rather too wide than too narrow."""
    return size * sum(_width(letter) for letter in text)


def _width(letter: str) -> float:
    if letter in _WIDE:
        return _WIDTHS["wide"]
    if ord(letter) > 0x2E80:
        return 1
    if letter in _NARROW:
        return _WIDTHS["narrow"]
    return _WIDTHS["upper" if letter.isupper() else "other"]


def shortened(text: str, size: float, room: float) -> str:
    """As much of a text as there is room for."""
    if width_of(text, size) <= room:
        return text
    room -= width_of("…", size)
    for place, letter in enumerate(text):
        room -= width_of(letter, size)
        if room < 0:
            return f"{text[:place].rstrip()}…"
    return text


def mark_of(node: Node) -> int:
    """The room of the mark of what a finding touches."""
    return NAME_SIZE + 2 if node.marked else 0


def lines_of(node: Node, room: float) -> tuple[str, str, str]:
    """Its name, what of the name goes on a second line, and its note, as far as there is room."""
    size = measured(node)
    room -= mark_of(node)
    if node.note or width_of(node.label, size) <= room:
        return shortened(node.label, size, room), "", shortened(node.note, NOTE_SIZE, room)
    name = shortened(node.label, size, room + width_of("…", size)).removesuffix("…")
    if " " in name and not node.label[len(name) :].startswith(" "):
        name = name[: name.rindex(" ")]
    return name, shortened(node.label[len(name) :].strip(), size, room), ""
