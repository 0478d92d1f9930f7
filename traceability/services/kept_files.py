"""Files kept as they were sent, put into the database piece by piece."""

import hashlib
from typing import IO, Any

from django.db import connection
from django.db.models import BinaryField, Func

from portal.kernel.sheets.content import PIECE

_TABLE = "create temp table kept_piece (no integer, piece bytea) on commit drop"
_JOINED = "(select string_agg(piece, '' order by no) from kept_piece)"


def kept_content(file: IO[bytes]) -> tuple[Any, str]:
    """What to store as the content of a file, and its digest; part of a deed.

    A large one goes to the database before its row does, so that it is never held as a whole here.
    """
    file.seek(0)
    digest, first = hashlib.sha256(), file.read(PIECE)
    digest.update(first)
    if len(first) < PIECE:
        return first, digest.hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(f"drop table if exists kept_piece; {_TABLE}")
        with cursor.copy("copy kept_piece from stdin (format binary)") as copy:
            copy.set_types(["int4", "bytea"])
            number, piece = 0, first
            while piece:
                copy.write_row((number, piece))
                number, piece = number + 1, file.read(PIECE)
                digest.update(piece)
    return Func(template=_JOINED, output_field=BinaryField()), digest.hexdigest()
