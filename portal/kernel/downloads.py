"""Files to be saved: whole, under their own name, and kept by nothing on the way.

    return download(entry.attachment, entry.attachment_name)
    return written(partial(write_template, told), "2025-03.xlsx", kind=XLSX)

What is written goes into a file on disk before the answer leaves the view, and so within its
transaction.
"""

import tempfile
from collections.abc import Callable
from io import BytesIO
from typing import IO

from django.http import FileResponse

BINARY = "application/octet-stream"
CSV = "text/csv; charset=utf-8"
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(
    content: bytes | memoryview | IO[bytes],
    name: str,
    *,
    kind: str | None = None,
    save: bool = True,
) -> FileResponse:
    """A file as an answer. `kind`: its media type; without it, the one that its name ends on.

    Not to `save` it, it opens where it is read.
    """
    file = BytesIO(content) if isinstance(content, bytes | memoryview) else content
    answer = FileResponse(file, as_attachment=save, filename=name, content_type=kind)
    answer["Cache-Control"] = "no-store"
    return answer


def written(write: Callable[[IO[bytes]], object], name: str, *, kind: str) -> FileResponse:
    """The same for a file that `write` writes now."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    write(file)
    file.seek(0)
    return download(file, name, kind=kind)
