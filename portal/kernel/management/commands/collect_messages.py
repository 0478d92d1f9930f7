"""`manage.py collect_messages`: bring the catalogue up to what the sources say."""

from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand

from portal.kernel.messages import Message, collect

CATALOGUE = Path(settings.LOCALE_PATHS[0]) / "zh_Hans" / "LC_MESSAGES" / "django.po"


class Command(BaseCommand):
    """Adds new messages to the Chinese catalogue, empty, and takes out those nobody says."""

    help = "Bring the Chinese catalogue up to what the sources say; needs no GNU gettext."

    def handle(self, *args: Any, **options: Any) -> None:
        """Rewrite the catalogue, keeping its translations."""
        kept = polib.pofile(str(CATALOGUE)) if CATALOGUE.exists() else polib.POFile()
        fresh = merged(kept, collect(Path(settings.BASE_DIR)))
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        fresh.save(str(CATALOGUE))
        empty = sum(1 for entry in fresh if not entry.translated())
        self.stdout.write(f"{len(fresh)} messages, {empty} without a translation")


def merged(kept: polib.POFile, messages: Any) -> polib.POFile:
    """A catalogue of `messages` with the translations of `kept`."""
    known = {(entry.msgctxt, entry.msgid): entry for entry in kept}
    fresh = polib.POFile(wrapwidth=100)
    fresh.metadata = {
        "Language": "zh_Hans",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    entries: dict[tuple[str | None, str], polib.POEntry] = {}
    for message in messages:
        key = (message.context, message.text)
        if key not in entries or (message.plural and not entries[key].msgid_plural):
            entries[key] = _entry(message, known.get(key))
    fresh.extend(sorted(entries.values(), key=lambda entry: (entry.msgid, entry.msgctxt or "")))
    return fresh


def _entry(message: Message, known: polib.POEntry | None) -> polib.POEntry:
    entry = polib.POEntry(msgid=message.text, msgctxt=message.context)
    if "%(" in message.text:
        entry.flags = ["python-format"]
    said = (known.msgstr or known.msgstr_plural.get(0, "")) if known else ""
    if message.plural:
        entry.msgid_plural = message.plural
        entry.msgstr_plural = {0: said}
    else:
        entry.msgstr = said
    return entry
