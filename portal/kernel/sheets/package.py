"""What is looked at in a workbook before anything of it is unpacked for reading.

Imports nothing of the portal: it runs in the reader's child process.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
MOST_UNPACKED = 400 * 1024 * 1024
MOST_ENTRIES = 2_000
MOST_COLUMNS = 26
_CHUNK = 1 << 20
_TAIL = 400
_PROLOGUE = 65_536
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
# A cell beyond column Z or line 99,999; the second group tells an empty cell.
_FAR = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*?(/?)>')
_FAR_HINT = re.compile(rb'\br="(?:[A-Z]{2,3}[0-9]|[A-Z][0-9]{6})')
_ERROR_CELL = re.compile(rb'<(?:\w+:)?c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]+[0-9]+)"')
# A formula whose result was never worked out, as programs write them that do not calculate.
_UNSAVED = re.compile(
    rb'<(?:\w+:)?c\b[^>]*\br="([A-Z]+[0-9]+)"[^>]*>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)'
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_ERRORS_NAMED = 20


class Fault(Exception):
    """A workbook that is not read: the code of what is wrong, with its facts."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def require_readable(content: bytes, *, most_lines: int) -> None:
    """Raises Fault unless `content` is a workbook that may be read."""
    if content.startswith(OLE):
        raise Fault("password" if _ENCRYPTED_STREAM in content else "legacy_workbook")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _require_plain_package(package)
            _require_plain_parts(package, most_lines)
    except Fault:
        raise
    except Exception as error:  # zipfile raises half a dozen kinds, all of which mean one thing
        raise Fault("damaged") from error


def _require_plain_package(package: zipfile.ZipFile) -> None:
    entries = package.infolist()
    names = [entry.filename.lower() for entry in entries]
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Fault("password")
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise Fault("too_big_inside")
    if len(set(names)) < len(names) or any("\\" in name or ".." in name for name in names):
        raise Fault("damaged")
    if "xl/workbook.bin" in names or "mimetype" in names:
        raise Fault("other_workbook")
    if "xl/workbook.xml" not in names:
        raise Fault("not_a_workbook")
    if any(name.endswith("vbaproject.bin") for name in names):
        raise Fault("macros")
    if any(name.startswith("xl/externallinks/") for name in names):
        raise Fault("external_links")


def _require_plain_parts(package: zipfile.ZipFile, most_lines: int) -> None:
    unpacked = 0
    errors: list[str] = []
    unsaved: list[str] = []
    for entry in package.infolist():
        if not entry.filename.lower().endswith((".xml", ".rels", ".vml")):
            continue
        sheet = bool(_SHEET.fullmatch(entry.filename))
        for number, chunk in enumerate(_chunks(package, entry)):
            unpacked += len(chunk)
            if unpacked > MOST_UNPACKED + _CHUNK:
                raise Fault("too_big_inside")
            if number == 0:
                _require_no_doctype(chunk[:_PROLOGUE])
            if sheet:
                _require_near(chunk, most_lines)
                if b't="e"' in chunk:
                    errors += [cell.decode() for cell in _ERROR_CELL.findall(chunk)]
                if b"<f" in chunk or b":f" in chunk:
                    unsaved += [cell.decode() for cell in _UNSAVED.findall(chunk)]
    if errors:
        raise Fault("error_cells", cells=named_cells(errors))
    if unsaved:
        raise Fault("formulas_unsaved", cells=named_cells(unsaved))


def named_cells(cells: Sequence[str]) -> str:
    """The first of these cells, each once."""
    named = list(dict.fromkeys(cells))
    return ", ".join(named[:_ERRORS_NAMED]) + (", …" if len(named) > _ERRORS_NAMED else "")


def _chunks(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part in pieces that overlap, so that no cell's tag is cut in all of them."""
    tail = b""
    with package.open(entry) as part:
        while piece := part.read(_CHUNK):
            yield tail + piece
            tail = piece[-_TAIL:]


def _require_no_doctype(prologue: bytes) -> None:
    plain = prologue.replace(b"\0", b"")
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise Fault("damaged")


def _require_near(chunk: bytes, most_lines: int) -> None:
    if not _FAR_HINT.search(chunk):
        return
    for letters, digits, empty in _FAR.findall(chunk):
        outside = len(letters) > 1 or int(digits) > most_lines
        if outside and not empty:
            if len(letters) == 1:
                raise Fault("too_many_rows")
            raise Fault("far_cell", cell=(letters + digits).decode())
