"""Falsified worlds: every plot finds its place, tells the truth about it, and can be filed."""

from collections import Counter
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.worlds.build import build, turn_of
from tests.worlds.files import write_world
from tests.worlds.planting import Plot
from tests.worlds.plots import PLOTS
from traceability.models import Filing


def test_every_plot_has_its_turn_in_successive_worlds():
    turns = [plot for seed in range(5000, 5006) for plot in turn_of(seed)]

    assert set(turns) == {plot for plot in PLOTS if plot.in_turn}


def test_the_findings_that_are_expected_have_codes_of_the_format():
    assert {code for plot in PLOTS for code in plot.codes} == FINDING_CODES


def test_nearly_every_plot_finds_a_place():
    tried: Counter[Plot] = Counter()
    planted = 0
    for seed in range(1001, 1004):
        plots = turn_of(seed)
        tried.update(plots)
        truth = build(seed, plots=plots).truth
        planted += len(truth)
        for each in truth:
            assert each.months
            assert each.kg > 0 or each.kind in ("missing_filing", "late_filing")

    assert planted >= 0.9 * tried.total()


def test_one_seed_plants_the_same():
    first, second = (build(1002, size="small", plots=turn_of(1002, size="small")) for _ in "12")

    assert [each.as_json() for each in first.truth] == [each.as_json() for each in second.truth]


def test_a_trick_leaves_the_rest_of_the_filings_as_they_were():
    (late,) = turn_of(0, only="late_filing")[:1]

    honest = build(1003, size="small")
    falsified = build(1003, size="small", plots=[late])

    (planted,) = falsified.truth
    differing = {
        agent.uscc
        for agent, twin in zip(falsified.world.agents, honest.world.agents, strict=True)
        if [len(versions[-1].records) for versions in agent.filings.values()]
        != [len(versions[-1].records) for versions in twin.filings.values()]
        or agent.filings.keys() != twin.filings.keys()
        or any(
            agent.filings[month][0].submitted_at != twin.filings[month][0].submitted_at
            for month in agent.filings
        )
    }
    assert differing == {planted.uscc}


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1000, 1005])
def test_the_portal_takes_what_falsifiers_file(seed: int, tmp_path: Path):
    built = build(seed, size="small", plots=turn_of(seed, size="small"))
    write_world(tmp_path, built.world, built.office)

    call_command("import_dataset", str(tmp_path))

    submitted = Filing.objects.filter(status=Filing.Status.SUBMITTED).count()
    assert submitted == sum(len(agent.filings) for agent in built.world.agents)
    assert built.truth


FINDING_CODES = {
    "over_cap",
    "cap_nearly_used",
    "no_cap",
    "not_designated",
    "missing_filing",
    "late_filing",
    "oversold_lot",
    "unconfirmed_sale",
    "unmatched_purchase",
    "quantity_mismatch",
    "yield_impossible",
    "yield_low",
    "element_excess",
    "duplicate_document",
    "stock_mismatch",
    "lot_conflict",
    "circular_trade",
    "cap_relief_amendment",
    "undocumented_origin",
    "unusual_figures",
}
