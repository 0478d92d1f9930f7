"""What an uploaded file is read from: bytes at hand or a file on disk, as often as needed.

Whoever reads takes a piece at a time, so that a large file takes no more memory than a small one.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO

Content = bytes | Path
PIECE = 512 * 1024


def reader(content: Content) -> IO[bytes]:
    """The content from its beginning; whoever asked closes it."""
    return io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")


def pieces(content: Content) -> Iterator[bytes]:
    """The content piece by piece."""
    with reader(content) as file:
        while piece := file.read(PIECE):
            yield piece


def beginning(content: Content, size: int) -> bytes:
    """The first bytes, at most so many."""
    with reader(content) as file:
        return file.read(size)
