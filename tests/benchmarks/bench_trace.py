"""Traces by their size, over graphs of any number of lots: `make bench`.

    python -m tests.benchmarks.bench_trace [LOTS ...]

For each number of lots a graph with three movements a lot is made, in six stages of four inputs
and four outputs a run, picked over the whole stage, and for traces upstream of about 1,000
movements four ways of asking are measured in turn, from the question to the last row:

- recursive: a bare recursive query that gives the movements, nothing more;
- levels: a bare function that does so level by level;
- walk: the portal's own walk, the movements alone;
- quantities: the walk with what leads into every pool from behind, the grades of the lots, and
  the mass over every movement; its share in the database is told besides;
- trace: the portal's whole trace, with its ends, who they are and the lines to the gram.

Then the same for lots of every stage, both ways, as traces are small and large: the median of their
movements, and what the walk, its quantities in the database and the whole trace take.

At last six stages in which each of 100 lots is blended from all 100 before it, and where a single
run blends them.
"""

import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from portal import embedded
from tests.benchmarks.bench_import import fresh_database

SIZES = (100_000, 1_000_000)
TRACES = 200
STAGES = 6
OF_STAGE = 40
NEAR = range(500, 2_000)  # movements of a trace that counts as one of about a thousand
COLUMNS = "m.id, m.source_id, m.target_id, m.lot_id, m.kind, m.gross_kg, m.reo_kg"
RECURSIVE = f"""
with recursive reached as (
    select {COLUMNS} from traceability_movement m where m.target_id = %s and m.known_to is null
    union
    select {COLUMNS} from reached r
      join traceability_movement m on m.target_id = r.source_id and m.known_to is null
)
select * from reached
"""
LEVELS = f"""
create function bare_levels(start bigint)
returns table (id bigint, source_id bigint, target_id bigint, lot_id bigint, kind varchar,
               gross_kg numeric, reo_kg numeric)
language plpgsql stable as $$
#variable_conflict use_column
declare
    frontier bigint[] := array[start];
    reached bigint[] := array[start];
begin
    while cardinality(frontier) > 0 loop
        return query select {COLUMNS} from traceability_movement m
                      where m.target_id = any (frontier) and m.known_to is null;
        frontier := array(select m.source_id from traceability_movement m
                           where m.target_id = any (frontier) and m.known_to is null
                             and m.source_id is not null
                          except select unnest(reached));
        reached := reached || frontier;
    end loop;
end $$
"""


def main(sizes: list[int]) -> None:
    """Measure every size and print the figures."""
    folder = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    folder.chmod(0o711)
    try:
        with embedded.servers(folder / "run", durable=False) as addresses:
            os.environ.update(addresses)
            os.environ["PORTAL_RUN_DIR"] = str(folder / "run")
            os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
            prepare()
            per_edge = {size: measure(size) for size in sizes}
            blend()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    small, large = min(sizes), max(sizes)
    if small != large:
        ratio = per_edge[large] / per_edge[small]
        print(f"for each movement, {small:,} to {large:,} lots: x {ratio:.2f}")


def prepare() -> None:
    """Tables, the products, and enterprises enough."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    _run(LEVELS)
    _run(
        "with made as (insert into accounts_organisation (kind, name_en, name_zh, ministry,"
        " department) select 'enterprise', 'E' || n, 'E' || n, '', '' from generate_series(1, 2001)"
        " n returning id) insert into enterprises_enterprise (organisation_id, uscc, region_id,"
        " activities, is_group, note) select id, null, '150000', '{}', false, '' from made"
    )


def measure(lots: int) -> float:
    """One size; the seconds for each movement of a trace with its quantities."""
    from django.db import connection

    fresh_database(f"lots_{lots}")
    begun = time.perf_counter()
    world = (Path(__file__).parent / "trace_worlds.sql").read_text(encoding="utf-8")
    _run(world.replace("{lots}", str(lots)).replace("%%", "%"))
    for table in ("lot", "pool", "movement"):
        _run(f"vacuum analyze traceability_{table}")
    _run("drop table lot, made, run")
    print(
        f"\n{lots:,} lots, {_count('movement'):,} movements ({time.perf_counter() - begun:.0f} s)"
    )
    starts = _starts(lots)
    with connection.cursor() as cursor:
        ways: dict[str, Callable[[Any], int]] = {
            "recursive": lambda start: len(_asked(cursor, RECURSIVE, start[0])),
            "levels": lambda start: len(_asked(cursor, "select * from bare_levels(%s)", start[0])),
            "walk": lambda start: _walked(start[0]),
            "quantities": lambda start: _weighed(start[0]),
            "trace": lambda start: _traced(start[1]),
        }
        taken = _report(starts, ways)
    for upstream in (True, False):
        _report_stages(lots, upstream=upstream)
    return taken


def _starts(lots: int) -> list[tuple[int, int, int]]:
    """Lots whose trace upstream has about a thousand movements: holding, lot and movements."""
    fifth = range(lots * 2 // 3, lots * 5 // 6)
    return [start for start in _holdings(fifth, TRACES * 2) if start[2] in NEAR][:TRACES]


def _holdings(places: range, count: int) -> list[tuple[int, int, int]]:
    """Some lots at these places: what holds each at its maker, the lot, movements upstream."""
    picked, first = random.Random(1), _first_lot()
    rows = _rows(
        "select p.id, p.lot_id from traceability_pool p join traceability_lot l on l.id = p.lot_id"
        " where p.kind = 'holding' and p.enterprise_id = l.maker_id and l.id = any (%s)",
        [[first + picked.choice(places) for _ in range(count)]],
    )
    return [(pool, lot, _walked(pool)) for pool, lot in rows]


def _report(starts: list[tuple[int, int, int]], ways: dict[str, Callable[[Any], int]]) -> float:
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    database: list[float] = []
    for start in starts:
        for name, ask in ways.items():
            ask(start)  # what is read from the disk is nobody's merit
            begun = time.perf_counter()
            ask(start)
            seconds[name].append(time.perf_counter() - begun)
        database.append(_in_database(lambda start=start: ways["quantities"](start)))
    edges = [start[2] for start in starts]
    print(
        f"{len(starts)} traces of {min(edges)} to {max(edges)}, {statistics.mean(edges):.0f} mean"
    )
    seconds["quantities, database"] = database
    for name, taken in seconds.items():
        taken_ms = sorted(one * 1000 for one in taken)
        per_edge = sum(taken) / sum(edges) * 1e6
        print(
            f"  {name:<22} median {statistics.median(taken_ms):6.1f} ms,"
            f" p95 {taken_ms[int(len(taken_ms) * 0.95)]:6.1f} ms, {per_edge:5.1f} µs a movement"
        )
    bare = min(sum(seconds["recursive"]), sum(seconds["levels"]))
    print(
        f"  walk x {sum(seconds['walk']) / bare:.2f} of the better bare one;"
        f" quantities in the database x {sum(database) / sum(seconds['walk']):.2f} of the walk,"
        f" in all x {sum(seconds['quantities']) / sum(seconds['walk']):.2f}"
    )
    return sum(database) / sum(edges)


def _report_stages(lots: int, *, upstream: bool) -> None:
    """How long traces take by their size: of some lots of every stage."""
    from traceability.models import Lot
    from traceability.queries.tracing.trace import trace_lot

    print(f"  {'upstream' if upstream else 'downstream'}, lots of each stage:")
    for stage in range(STAGES):
        part = range(lots * stage // STAGES, lots * (stage + 1) // STAGES)
        edges, walks, weighs, traces = [], [], [], []
        for pool, lot_id, _count in _holdings(part, OF_STAGE):
            lot = Lot.objects.get(pk=lot_id)
            trace_lot(lot, upstream=upstream)
            edges.append(_walked(pool, upstream=upstream))
            walks.append(_timed(lambda pool=pool: _walked(pool, upstream=upstream)))
            weighs.append(_in_database(lambda pool=pool: _weighed(pool, upstream=upstream)))
            traces.append(_timed(lambda lot=lot: trace_lot(lot, upstream=upstream)))
        print(
            f"    {statistics.median(edges):7,.0f} movements: walk p95 {_p95(walks):6.1f} ms,"
            f" quantities in the database {_p95(weighs):6.1f} ms, trace {_p95(traces):6.1f} ms"
        )


def _timed(ask: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    ask()
    return time.perf_counter() - begun


def _p95(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.95)] * 1000


def blend() -> None:
    """Six stages of blending a hundred, each lot from all, and all in one run."""
    for runs in (100, 1):
        fresh_database(f"blend_{runs}")
        _run(BLEND.replace("{runs}", str(runs)))
        _run("vacuum analyze traceability_movement")
        [(last,)] = _rows("select max(id) from traceability_lot", [])
        begun = time.perf_counter()
        edges = _traced(last)
        print(
            f"six stages of 100 lots, {runs} runs a stage: {edges:,} movements,"
            f" {(time.perf_counter() - begun) * 1000:.0f} ms"
        )


BLEND = """
insert into traceability_lot (maker_id, number, product_id, reo_percent, assay)
select (select min(id) from enterprises_enterprise), 'B' || n,
       (select min(id) from traceability_product), 50, ''
  from generate_series(0, 699) n;
insert into traceability_pool (kind, enterprise_id, lot_id, run)
select 'holding', maker_id, id, '' from traceability_lot;
insert into traceability_pool (kind, enterprise_id, run)
select 'run', (select min(id) from enterprises_enterprise), 'B' || n
  from generate_series({runs}, 7 * {runs} - 1) n;
create temp table blend as
select l.id as lot_id, p.id as pool_id, substr(l.number, 2)::int / 100 as stage,
       substr(l.number, 2)::int % 100 as place
  from traceability_lot l join traceability_pool p on p.lot_id = l.id and p.kind = 'holding';
insert into traceability_movement (filing_id, kind, lot_id, source_id, target_id, country, gross_kg,
    reo_kg, known_from)
select 1, case when stage = 0 then 'extraction' else 'output' end, blend.lot_id, r.id, pool_id, '',
       100, 50, '2025-02-01'
  from blend left join traceability_pool r on stage > 0 and r.kind = 'run'
   and r.run = 'B' || (stage * {runs} + place % {runs});
insert into traceability_movement (filing_id, kind, lot_id, source_id, target_id, country, gross_kg,
    known_from)
select 1, 'input', blend.lot_id, pool_id, r.id, '', 100.0 / {runs}, '2025-02-01'
  from blend join generate_series(0, {runs} - 1) n on stage < 6
  join traceability_pool r on r.kind = 'run' and r.run = 'B' || ((stage + 1) * {runs} + n);
drop table blend;
"""


def _traced(lot_id: int) -> int:
    """Trace a lot upstream as the portal does; how many movements it took."""
    from traceability.models import Lot
    from traceability.queries.tracing.trace import trace_lot

    trace = trace_lot(Lot.objects.get(pk=lot_id), upstream=True)
    assert trace is not None
    assert sum(line.kg for line in trace.lines) == trace.total_kg
    return len(trace.steps)


def _walked(pool: int, *, upstream: bool = True) -> int:
    """The portal's walk alone; how many movements it gave."""
    from traceability.queries.tracing.walk import Asked, moved_from

    return len(moved_from([pool], Asked(upstream=upstream))[0])


def _weighed(pool: int, *, upstream: bool = True) -> int:
    """The mass over every movement up or downstream of a holding; how many there are."""
    from traceability.queries.tracing.walk import Asked, walk
    from traceability.rules.tracing.spread import spread

    walked = walk([pool], Asked(upstream=upstream))
    steps = walked.steps()
    behind = walked.weights_behind()
    spread({pool: Decimal(50)}, steps, opened=walked.opened, other_side=behind)
    return len(steps)


def _in_database(ask: Callable[[], int]) -> float:
    """The seconds that the questions of one deed take, from sending each to its rows."""
    from django.db import connection

    taken = 0.0

    def clocked(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal taken
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            taken += time.perf_counter() - begun

    with connection.execute_wrapper(clocked):
        ask()
    return taken


def _first_lot() -> int:
    return int(_rows("select min(id) from traceability_lot", [])[0][0])


def _count(table: str) -> int:
    return int(_rows(f"select count(*) from traceability_{table}", [])[0][0])


def _run(sql: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)


def _rows(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        return _asked(cursor, sql, *params)


def _asked(cursor: Any, sql: str, *params: Any) -> list[tuple[Any, ...]]:
    cursor.execute(sql, params)
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or list(SIZES))
