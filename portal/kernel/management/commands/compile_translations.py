"""`manage.py compile_translations`: make the .mo files that Django reads, without GNU gettext."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Compiles the catalogues that changed."""

    help = "Compile the catalogues that changed; needs no GNU gettext."

    def handle(self, *args: Any, **options: Any) -> None:
        """Compile, and say how many."""
        compiled = compile_catalogues(Path(folder) for folder in settings.LOCALE_PATHS)
        self.stdout.write(f"{len(compiled)} catalogues compiled")


def compile_catalogues(folders: Iterable[Path]) -> list[Path]:
    """Compile each catalogue under `folders` that is newer than its .mo file; returns those."""
    return [
        source
        for folder in folders
        for source in sorted(folder.rglob("*.po"))
        if _is_stale(source) and _compile(source)
    ]


def _is_stale(source: Path) -> bool:
    compiled = source.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime_ns < source.stat().st_mtime_ns


def _compile(source: Path) -> bool:
    """Whole or not at all: a running portal may read the file at this moment."""
    fresh = source.with_suffix(".mo.new")
    polib.pofile(str(source)).save_as_mofile(str(fresh))
    fresh.rename(source.with_suffix(".mo"))
    return True
