"""The catalogue holds everything the portal says, with its places filled in alike."""

import re
from pathlib import Path

import polib
import pytest
from django.conf import settings

from portal.kernel.management.commands.collect_messages import CATALOGUE, merged
from portal.kernel.messages import Message, collect, in_python, in_template

PLACES = re.compile(r"%\((\w+)\)|%[sd]")


@pytest.fixture(scope="module")
def catalogue() -> dict[tuple[str | None, str], polib.POEntry]:
    return {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(CATALOGUE))}


def _said(entry: polib.POEntry) -> str:
    return entry.msgstr or entry.msgstr_plural.get(0, "")


def test_every_message_is_translated(catalogue):
    said = [
        message.place + ": " + message.text
        for message in collect(Path(settings.BASE_DIR))
        if (message.context, message.text) not in catalogue
        or not _said(catalogue[message.context, message.text]).strip()
    ]

    assert said == []


def test_translations_fill_in_the_same_places(catalogue):
    wrong = [
        entry.msgid
        for entry in catalogue.values()
        if not set(PLACES.findall(_said(entry)))
        <= set(PLACES.findall(entry.msgid)) | set(PLACES.findall(entry.msgid_plural or ""))
        or set(PLACES.findall(entry.msgid_plural or entry.msgid))
        - set(PLACES.findall(_said(entry)))
    ]

    assert wrong == []


def test_no_translation_is_uncertain(catalogue):
    assert [entry.msgid for entry in catalogue.values() if entry.fuzzy or entry.obsolete] == []


def test_in_template_reads_quotes_brackets_plurals_and_contexts():
    source = """{% load i18n %}{% translate "It's (fine)" %}
{% blocktranslate count n=x trimmed %}one "row"
here{% plural %}{{ n }} rows{% endblocktranslate %}{% translate "May" context "month" %}"""

    found = [(m.text, m.plural, m.context) for m in in_template(source, "x")]

    assert found == [
        ("It's (fine)", None, None),
        ('one "row" here', "%(n)s rows", None),
        ("May", None, "month"),
    ]


def test_in_python_refuses_a_string_that_is_not_written_out():
    with pytest.raises(ValueError, match="x:1"):
        list(in_python('_(f"{name} is late")', "x"))


def test_merged_keeps_translations_and_drops_what_nobody_says():
    kept = polib.POFile()
    kept.append(polib.POEntry(msgid="lot", msgstr="批次"))
    kept.append(polib.POEntry(msgid="gone", msgstr="没有了"))

    fresh = merged(kept, [Message("lot", None, None, "a:1"), Message("run", None, None, "a:2")])

    assert [(entry.msgid, entry.msgstr) for entry in fresh] == [("lot", "批次"), ("run", "")]
