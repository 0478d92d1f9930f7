"""What keys must obey."""

from contextlib import nullcontext
from datetime import date

import pytest

from portal.machines import rules
from portal.machines.rules import KeyFacts

TODAY = date(2025, 3, 5)


@pytest.mark.parametrize(
    ("expires_on", "expected"),
    [
        (date(2025, 3, 4), pytest.raises(rules.LifeUnfit)),
        (TODAY, nullcontext()),  # through today
        (date(2026, 3, 6), nullcontext()),  # 366 days
        (date(2026, 3, 7), pytest.raises(rules.LifeUnfit)),
    ],
)
def test_require_life(expires_on, expected):
    with expected:
        rules.require_life(expires_on, today=TODAY)


@pytest.mark.parametrize(
    ("facts", "alive"),
    [
        (KeyFacts("read", TODAY, revoked=False, owner_active=True), True),  # its last day
        (KeyFacts("read", date(2025, 3, 4), revoked=False, owner_active=True), False),
        (KeyFacts("read", TODAY, revoked=True, owner_active=True), False),
        (KeyFacts("read", TODAY, revoked=False, owner_active=False), False),
    ],
)
def test_lives(facts, alive):
    assert rules.lives(facts, today=TODAY) is alive


@pytest.mark.parametrize(
    ("scope", "made_it", "expected"),
    [
        ("file", False, nullcontext()),
        ("file", True, pytest.raises(rules.AttesterUnfit, match="second person")),
        ("read", False, pytest.raises(rules.AttesterUnfit, match="only reads")),
    ],
)
def test_require_attester(scope, made_it, expected):
    facts = KeyFacts(scope, TODAY, revoked=False, owner_active=True)

    with expected:
        rules.require_attester(facts, made_it=made_it)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", nullcontext()),
        ("x" * 255, nullcontext()),
        ("", pytest.raises(rules.IdempotencyKeyUnfit)),
        ("x" * 256, pytest.raises(rules.IdempotencyKeyUnfit)),
        ("五月", pytest.raises(rules.IdempotencyKeyUnfit)),
        ("a\tb", pytest.raises(rules.IdempotencyKeyUnfit)),
    ],
)
def test_require_idempotency_key(text, expected):
    with expected:
        rules.require_idempotency_key(text)
