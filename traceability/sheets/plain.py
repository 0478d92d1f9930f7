"""CSV files that need no reading: the database can copy them as they stand."""

from collections.abc import Sequence

from portal.kernel.sheets.content import PIECE, Content, beginning, pieces
from portal.kernel.sheets.delimited import encoding_of
from portal.kernel.sheets.faults import FileRefused
from traceability.rules.sheets import header_columns

_MARK = b"\xef\xbb\xbf"
_CONTROL = bytes(code for code in (*range(0x20), 0x7F) if code not in b"\r\n")
# Quotes and backslashes, which not everybody reads alike; space around a cell, of any script; a
# mark inside.
_NOT_PLAIN = (
    *(b'"', b"\\", b" ,", b", ", b" \r", b" \n", b"\n "),
    *(b"\xc2\x85", b"\xc2\xa0", b"\xe1\x9a\x80", b"\xe2\x80", b"\xe2\x81\x9f", b"\xe3\x80\x80"),
    _MARK,
)
_LONGEST = max(map(len, _NOT_PLAIN))


def plain_columns(content: Content) -> Sequence[str] | None:
    """The columns of a file that can be copied as it stands, in its order; None for any other.

    Such a file is UTF-8 and divided by commas, its first line names the columns and no others, and
    no cell needs trimming. Whether its rows hold is for the checks to say: where they do not, the
    file is read cell by cell, which brings much into form.
    """
    head, _line, rest = beginning(content, PIECE).removeprefix(_MARK).partition(b"\n")
    if not rest.strip() or not _is_plain(content) or not _is_utf8(content):
        return None
    cells = head.decode().rstrip("\r").split(",")
    try:
        columns = header_columns(cells)
    except FileRefused:
        return None
    if columns is None or len(columns) != len(cells):
        return None
    return sorted(columns, key=lambda name: columns[name])


def _is_plain(content: Content) -> bool:
    tail = b""
    for number, piece in enumerate(pieces(content)):
        if len(piece.translate(None, _CONTROL)) != len(piece):
            return False
        # With the end of the piece before it, so that nothing is cut in two.
        looked_at = piece.removeprefix(_MARK) if number == 0 else tail + piece
        if any(mark in looked_at for mark in _NOT_PLAIN):
            return False
        tail = looked_at[1 - _LONGEST :]
    return True


def _is_utf8(content: Content) -> bool:
    try:
        return encoding_of(content) == "utf-8-sig"
    except FileRefused:
        return False
