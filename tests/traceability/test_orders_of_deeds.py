"""Whatever the order of filing, amending, discarding and issuing: caps and balances follow.

The table of the help page “Filing a month” says what each deed does; this machine does them in any
order and holds cap use and balances against the ledger computed by hand, and against a rebuild.
"""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from portal.accounts.models import Region
from portal.kernel.period import Month
from tests.cast import make_enterprise, make_user
from tests.traceability.ledger import give_cap
from tests.traceability.test_submission_replay import (
    MONTHS,
    ROWS,
    World,
    balances_by_hand,
    cap_use_by_hand,
    stored_balances,
    stored_use,
)
from traceability.models import Product
from traceability.queries.caps import cap_position
from traceability.queries.replay import replay_differences
from traceability.services import filings as services
from traceability.services.derivation import rebuild_derived
from traceability.services.previews import preview_submission

WHO = st.integers(0, 2)
CATEGORIES = ("mining_rock", "mining_ionic", "separation")


@pytest.mark.django_db
def test_caps_and_balances_follow_every_order_of_deeds(baotou: Region) -> None:
    enterprises = [make_enterprise(name, baotou, "separation") for name in ("One", "Two", "Three")]
    people = [
        (make_user(each.organisation, "filer"), make_user(each.organisation, "attester"))
        for each in enterprises
    ]
    products = {product.code: product for product in Product.objects.all()}

    class Deeds(RuleBasedStateMachine):
        """People of three enterprises and the ministries at work."""

        def __init__(self) -> None:
            super().__init__()
            self.undone = transaction.atomic()
            self.undone.__enter__()
            self.world = World(enterprises, people)
            self.caps: dict[tuple[int, int, str], Decimal] = defaultdict(Decimal)

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)

        @rule(who=WHO, month=st.sampled_from(MONTHS), rows=st.lists(ROWS, max_size=5))
        def file_or_amend(self, who: int, month: Month, rows: list[Any]) -> None:
            self.world.file(who, month, [row for row in rows if row.partner != who])

        @rule(who=WHO, month=st.sampled_from(MONTHS))
        def begin_an_amendment_and_discard_it(self, who: int, month: Month) -> None:
            filer, _attester = people[who]
            draft = services.open_draft(
                enterprise=enterprises[who], month=month, by=filer, at=self.world.clock,
                reason="typing", with_records=True,
            )  # fmt: skip
            preview_submission(filing=draft, by=filer, at=self.world.clock)
            services.discard_draft(filing=draft, by=filer, at=self.world.clock)

        @rule(
            who=WHO,
            year=st.sampled_from([2024, 2025]),
            category=st.sampled_from(CATEGORIES),
            kg=st.sampled_from([Decimal(100), Decimal(2_500), Decimal(-60)]),
        )
        def issue_a_decision(self, who: int, year: int, category: str, kg: Decimal) -> None:
            if self.caps[who, year, category] + kg >= 0:
                give_cap(enterprises[who], category, str(kg), year)
                self.caps[who, year, category] += kg

        @rule()
        def rebuild(self) -> None:
            rebuild_derived()

        @invariant()
        def what_is_kept_is_what_the_ledger_says(self) -> None:
            assert replay_differences() == []
            assert stored_use(self.world) == cap_use_by_hand(self.world, products)
            assert stored_balances(self.world) == balances_by_hand(self.world)

        @invariant()
        def caps_are_sums_of_issued_lines_whatever_was_filed(self) -> None:
            for who, enterprise in enumerate(enterprises):
                for year in (2024, 2025):
                    for each in cap_position(enterprise, year):
                        assert each.cap_kg == self.caps[who, year, each.category.value]

    run_state_machine_as_test(
        Deeds,
        settings=settings(
            max_examples=12,
            stateful_step_count=8,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
