"""Read a dataset: contracts/dataset.md."""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.accounts.queries import system_user
from portal.kernel import clock
from portal.kernel.errors import Refusal
from traceability.services import registry
from traceability.services.import_filings import import_filings

FILES = (
    "regions.csv",
    "enterprises.csv",
    "designations.csv",
    "ceilings.csv",
    "allocations.csv",
    "filings.csv",
    "records.csv",
)
# These two are refused or saved filing by filing, not file by file.
FILINGS = ("filings.csv", "records.csv")


class Command(BaseCommand):
    """Reads whichever files of a dataset are there; a refused file stops none of the others."""

    help = "Read a folder of CSV files into the portal: registry, decisions, filings."
    requires_system_checks = ()  # standard error is for the errors of the files alone

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The folder."""
        parser.add_argument("folder", metavar="DIR", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        """Import, tell what became of each file, and fail when one was refused."""
        with translation.override("en"):
            found = {name: folder / name for name in FILES if (folder / name).is_file()}
            if not found:
                raise CommandError(
                    _("%(folder)s holds none of %(files)s.")
                    % {"folder": folder, "files": ", ".join(FILES)}
                )
            self._import(found, at=clock.now())

    def _import(self, found: dict[str, Path], *, at: datetime) -> None:
        refused = 0
        changed = False
        try:
            for answer in self._answers(found, at=at):
                refused += answer.failed
                changed = changed or answer.saved > 0
                self._tell(answer)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        if refused:
            told = ngettext(
                "Not all was saved: see the errors of %(count)d file.",
                "Not all was saved: see the errors of %(count)d files.",
                refused,
            )
            raise CommandError(told % {"count": refused})
        if not changed:
            self.stdout.write(_("Nothing changed: all of it is on record already."))

    def _answers(self, found: dict[str, Path], *, at: datetime) -> Iterator[registry.Imported]:
        """What became of each file, in the order in which they build on each other."""
        by = system_user()
        steps = {
            "regions.csv": registry.import_regions,
            "enterprises.csv": registry.import_enterprises,
            "designations.csv": registry.import_designations,
        }
        for name, step in steps.items():
            if name in found:
                yield step(found[name], by=by, at=at)
        ceilings, allocations = found.get("ceilings.csv"), found.get("allocations.csv")
        if ceilings or allocations:
            yield from registry.import_decisions(
                ceilings=ceilings, allocations=allocations, by=by, at=at
            )
        filings, records = found.get("filings.csv"), found.get("records.csv")
        if filings or records:
            outcome = import_filings(
                filings=filings, records=records, by=by, at=at, report=self.stderr.write
            )
            yield registry.Imported(
                ", ".join(name for name in FILINGS if name in found),
                outcome.saved,
                outcome.unchanged,
                refused=outcome.refused,
                errors_told=outcome.error_count,
            )

    def _tell(self, answer: registry.Imported) -> None:
        """One line for a file; its errors, all of them, where errors go."""
        if answer.errors:
            self.stderr.write("\n".join(answer.errors))
        facts = {"saved": answer.saved, "unchanged": answer.unchanged, "refused": answer.refused}
        if answer.file.startswith(FILINGS):
            told = _("filings: %(saved)d saved, %(unchanged)d unchanged, %(refused)d refused")
        elif answer.errors:
            count = len(answer.errors)
            told = ngettext("refused, %(count)d error", "refused, %(count)d errors", count)
            facts = {"count": count}
        else:
            told = _("%(saved)d saved, %(unchanged)d unchanged")
        self.stdout.write(f"{answer.file}: " + told % facts)
