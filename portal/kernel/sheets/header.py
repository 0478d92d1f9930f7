"""Which row of a table names its columns, and where each column stands."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence

from portal.kernel.sheets.faults import FileRefused

# A title may stand above the header row.
HEADER_WITHIN = 10


def folded(text: str) -> str:
    """A name without what people and programs vary: width, case, spaces, underscores."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in plain if not c.isspace() and c not in "_*\ufeff")


def header_of(
    cells: Sequence[str],
    *,
    names: Mapping[str, str],
    order: Sequence[str],
    needed: Sequence[str],
    enough: int,
    said: Callable[[Sequence[str]], str],
) -> dict[str, int] | None:
    """Where each column stands, when `cells` are a header row; None when they are not.

    `names`: the column that a folded name stands for; `order`: all columns; `enough`: how many of
    them make a row a header; `said`: columns as people know them. Raises FileRefused for a header
    row with unknown, repeated or missing columns, naming them.
    """
    texts = [(folded(cell), cell.strip(), place) for place, cell in enumerate(cells)]
    known = [(names[name], place) for name, _text, place in texts if name in names]
    if len({name for name, _place in known}) < enough:
        return None
    columns = dict(known)
    absent = [name for name in order if name not in columns]
    if unknown := [text for name, text, _place in texts if name and name not in names]:
        raise FileRefused("unknown_columns", names=", ".join(unknown), absent=said(absent) or "-")
    if len(columns) < len(known):
        twice = [name for name in columns if sum(name == other for other, _place in known) > 1]
        raise FileRefused("repeated_columns", names=said(twice))
    if missing := [name for name in absent if name in needed]:
        raise FileRefused("missing_columns", names=said(missing))
    return columns
