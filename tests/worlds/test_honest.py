"""Honest worlds: bookkeeping closes, caps hold, and the portal takes all of it."""

from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command

from portal.kernel.fields import is_uscc
from tests.worlds.build import Built, build
from tests.worlds.files import write_world
from tests.worlds.office import counted
from traceability.models import Filing, Record

OUT = ("input", "sale", "export", "loss")


@pytest.fixture(scope="module")
def honest() -> Built:
    return build(1001, size="small")


def test_nothing_leaves_that_was_not_there(honest):
    for agent in honest.world.agents:
        balance: dict[object, int] = defaultdict(int)
        for record in agent.records:
            if record.kind != "stock":
                balance[record.lot] += record.grams * (-1 if record.kind in OUT else 1)
                assert balance[record.lot] >= 0, (agent.name_en, record)


def test_every_sale_to_who_files_arrives(honest):
    sold: dict[tuple[object, ...], int] = defaultdict(int)
    bought: dict[tuple[object, ...], int] = defaultdict(int)
    for agent in honest.world.agents:
        for record in agent.records:
            if record.kind == "sale" and record.counterparty.files and record.day.month < 12:
                sold[agent, record.counterparty, record.lot, record.document] += record.grams
            if record.kind == "purchase":
                bought[record.counterparty, agent, record.lot, record.document] += record.grams

    assert len(sold) > 500
    for shipment, grams in sold.items():
        assert bought[shipment] == pytest.approx(grams, rel=0.005, abs=1000), shipment


def test_a_run_recovers_what_runs_recover(honest):
    fed: dict[tuple[object, str], float] = defaultdict(float)
    made: dict[tuple[object, str], float] = defaultdict(float)
    for agent in honest.world.agents:
        for record in agent.records:
            side = {"input": fed, "output": made}.get(record.kind)
            if side is not None:
                side[agent, record.run] += record.lot.reo_kg(record.grams)

    assert len(made) > 500
    assert set(made) <= set(fed)
    assert all(reo_kg < fed[run] * 0.993 for run, reo_kg in made.items())


def test_caps_leave_a_tenth(honest):
    for agent in honest.world.agents:
        for (year, category), reo_kg in counted(agent.records).items():
            assert reo_kg / 1000 < 0.89 * honest.office.caps[year, agent, category]


def test_everybody_files_every_month_by_the_tenth(honest):
    for agent in honest.world.agents:
        assert is_uscc(agent.uscc)
        assert len(agent.filings) == (12 if agent.files else 0)
        for month, versions in agent.filings.items():
            year, number = map(int, month.split("-"))
            tenth = date(year + number // 12, number % 12 + 1, 10)
            assert versions[0].submitted_at.date() <= tenth


def test_one_seed_is_one_world(honest, tmp_path):
    again = build(1001, size="small")

    write_world(tmp_path / "a", honest.world, honest.office)
    write_world(tmp_path / "b", again.world, again.office)

    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


@pytest.mark.django_db
def test_the_portal_takes_all_of_it(honest, tmp_path: Path):
    count = write_world(tmp_path, honest.world, honest.office)

    call_command("import_dataset", str(tmp_path))

    assert Record.objects.count() == count
    submitted = Filing.objects.filter(status=Filing.Status.SUBMITTED).count()
    assert submitted == sum(len(agent.filings) for agent in honest.world.agents)
