"""Unified social credit codes and months in the database."""

import csv
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError

from portal.kernel.fields import MonthField, is_uscc, uscc_check_character, validate_uscc
from portal.kernel.period import Month

WORLD = Path(settings.BASE_DIR) / "traceability" / "fixtures" / "sample-honest"


def test_the_codes_of_the_sample_world_are_right():
    with (WORLD / "enterprises.csv").open(encoding="utf-8-sig", newline="") as lines:
        codes = [row["uscc"] for row in csv.DictReader(lines)]

    assert codes
    assert all(is_uscc(code) for code in codes)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("9115020012345678", "uscc_form"),
        ("91150200F8MGMB4C0I", "uscc_form"),
        ("91150200f8mgmb4c0l", "uscc_form"),
        ("91150200F8MGMB4C0M", "uscc_check"),
        ("91150200F8MGBM4C0L", "uscc_check"),
    ],
)
def test_validate_uscc_says_what_is_wrong(text, code):
    with pytest.raises(ValidationError) as refused:
        validate_uscc(text)

    assert refused.value.code == code


def test_the_check_character_follows_from_the_first_seventeen():
    assert uscc_check_character("91150200F8MGMB4C0") == "L"


def test_month_field_keeps_the_first_day():
    field = MonthField()

    assert field.get_prep_value(Month(2025, 3)) == date(2025, 3, 1)
    assert field.get_prep_value("2025-03") == date(2025, 3, 1)
    assert field.to_python(date(2025, 3, 17)) == Month(2025, 3)
    with pytest.raises(ValidationError):
        field.to_python("March")
