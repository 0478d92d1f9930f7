"""The words of notices."""

import pytest
from django.urls import get_resolver
from django.utils import translation

from portal.notices.kinds import KINDS, Kind, kinds_for, say
from portal.notices.kinds.words import both, quoted
from tests.test_access import walk


def test_every_kind_is_told():
    assert set(KINDS) == {kind.value for kind in Kind}


def test_every_kind_leads_to_a_page_of_one_argument():
    pages = dict(walk(get_resolver().url_patterns))

    assert {told.page for told in KINDS.values()} <= set(pages)
    assert all(len(pages[told.page].pattern.converters) == 1 for told in KINDS.values())


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "NDRC, MNR"),
        ("zh-hans", "国家发展和改革委员会、自然资源部"),
    ],
)
def test_say_prints_facts_in_the_readers_language(language, said):
    facts = {
        "who": "李起草",
        "decision": "2025-01",
        "changes": [{"zh": "北方", "en": "Northern"}],
        "ministries": ["NDRC", "MNR"],
    }

    with translation.override(language):
        text = say(Kind.SIGN_OFFS_VOIDED, facts)

    assert said in text
    assert ("北方" if language == "zh-hans" else "Northern") in text


def test_say_prints_days_and_moments_as_pages_do():
    facts = {"decision": "2025-01", "issues_at": "2025-03-05T04:00:00Z"}

    assert "2025-03-05 12:00" in say(Kind.DECISION_ORDERED, facts)


def test_both_keeps_a_name_in_both_languages(northern):
    assert both(northern) == {"zh": "Northern公司", "en": "Northern"}
    assert set(both(KINDS[Kind.COPY_RECEIVED].name)) == {"zh", "en"}


def test_quoted_cuts_what_is_long():
    assert quoted("short") == "short"
    assert len(quoted("x" * 500)) == 200


def test_an_enterprise_is_not_offered_what_concerns_ministries():
    assert Kind.DECISION_ISSUED not in {told.kind for told in kinds_for("enterprise")}
    assert Kind.COPY_RECEIVED in {told.kind for told in kinds_for("enterprise")}
