"""Refusals carry their message in the reader's language, and their source."""

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal
from portal.kernel.law import ALLOCATION


class CeilingExceeded(Refusal):
    """For this test."""


def test_a_refusal_is_said_in_the_language_of_the_reader():
    refusal = CeilingExceeded(_("Enter a month like 2025-03."), source=ALLOCATION)

    with translation.override("en"):
        assert str(refusal) == (
            "Enter a month like 2025-03. (Total Volume Control Measures, article 6)"
        )
    with translation.override("zh-hans"):
        assert "Enter" not in str(refusal)
        assert "第六条" in str(refusal) or "第6条" in str(refusal)


def test_a_refusal_fills_in_its_facts_and_names_itself():
    refusal = CeilingExceeded("%(left)s left", field="kg", left="5")

    assert (refusal.text, refusal.code, refusal.field) == ("5 left", "ceiling_exceeded", "kg")
