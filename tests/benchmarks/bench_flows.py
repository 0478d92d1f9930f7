"""Pages of flows over a year, by the number of records behind them: `make bench`.

    python -m tests.benchmarks.bench_flows [RECORDS[/YEARS] ...]

One falsified sample world is imported. Then its movements and kept flows are copied in the
database, each copy with enterprises, filings, lots and runs of its own, until there are as many
records as asked for, all in one year or spread over as many as are named. Then the flows of a year
are asked for: of the country as it stands, as known half a year before, of one group, of one
element, and weighed anew from the movements, as they were before flows were kept; and whole pages,
as a ministry sees them: the request, the queries, the picture, the page. Among them, where it ends:
all movements behind what is picked are followed for these.
"""

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from portal import embedded
from tests.benchmarks.bench_import import fresh_database, run_child
from tests.benchmarks.worlds import SAMPLE

SIZES = ("60000", "600000", "6000000/10", "6000000")
TIMES = 7
# What is copied, with the columns that become others: `table: columns by what they are moved by`.
COPIED = {
    "accounts_organisation": {"id": "organisation"},
    "enterprises_enterprise": {"id": "enterprise", "organisation_id": "organisation"},
    "traceability_filing": {"id": "filing", "enterprise_id": "enterprise"},
    "traceability_lot": {"id": "lot", "maker_id": "enterprise"},
    "traceability_pool": {
        "id": "pool",
        "enterprise_id": "enterprise",
        "lot_id": "lot",
        "counterparty_id": "enterprise",
    },
    "traceability_movement": {
        "id": "movement",
        "filing_id": "filing",
        "lot_id": "lot",
        "source_id": "pool",
        "target_id": "pool",
    },
    "traceability_filingflow": {
        "id": "flow",
        "filing_id": "filing",
        "enterprise_id": "enterprise",
        "partner_id": "enterprise",
        "run_id": "pool",
    },
    "traceability_filingtotal": {"filing_id": "filing"},
}
# What can't be the same in two copies.
OF_ITS_OWN = {
    "uscc": "lpad(to_hex(t.id * 1000 + copy), 18, '0')",
    "group_id": "null",
    "receipt_no": "t.receipt_no || '-' || copy",
}
# Ministries and authorities are there once.
ONLY = {"accounts_organisation": "t.kind = 'enterprise'"}
# What lies as many years back as its copy.
DATED = {
    "month": "::date",
    "known_from": "",
    "known_to": "",
    "submitted_at": "",
    "prepared_at": "",
    "ready_at": "",
}
LIVE = "weighed anew"
WEIGHED_ANEW = Path(__file__).parents[1] / "traceability" / "weighed_anew.sql"


def main(sizes: list[str]) -> None:
    """Measure every size and print the figures."""
    folder = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    folder.chmod(0o711)
    try:
        with embedded.servers(folder / "run", durable=False) as addresses:
            os.environ.update(addresses)
            os.environ["PORTAL_MFA_REQUIRED"] = "off"
            os.environ["PORTAL_LOG_LEVEL"] = "ERROR"
            os.environ["PORTAL_RUN_DIR"] = str(folder / "run")
            os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
            run_child("migrate", "-v0", url=addresses["DATABASE_URL"])
            run_child("collectstatic", "--no-input", "-v0", url=addresses["DATABASE_URL"])
            run_child("import_dataset", str(SAMPLE), url=addresses["DATABASE_URL"])
            import django

            django.setup()
            for size in sizes:
                wanted, _, years = size.partition("/")
                fresh_database(f"flows_{wanted}_{years}")
                [(records,)] = _rows("select count(*) from traceability_record")
                copies = max(1, round(int(wanted) / records))
                copy(copies, years=int(years or 1))
                measure(records * copies, years=int(years or 1))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(records: int, *, years: int) -> None:
    """The median of every way of asking, at one size."""
    [(movements, flows, months)] = _rows(
        "select (select count(*) from traceability_movement),"
        " (select count(*) from traceability_filingflow),"
        " (select count(*) from traceability_monthflow)"
    )
    print(
        f"\n{records:,} records in {years} years, {movements:,} movements: {flows:,} flows,"
        f" {months:,} by month"
    )
    for name, ask in _ways().items():
        ask()
        taken = []
        for _ in range(1 if name.startswith(LIVE) else TIMES):
            begun = time.perf_counter()
            count = ask()
            taken.append((time.perf_counter() - begun) * 1000)
        middle, most = statistics.median(taken), max(taken)
        print(f"  {name:<32} {middle:9.1f} ms, at most {most:9.1f}, {count}", flush=True)


def _ways() -> dict[str, Callable[[], int]]:
    from datetime import datetime

    from portal.kernel.period import CIVIL, Month
    from traceability.queries.tracing import flows

    first, last = Month(2025, 1), Month(2025, 12)
    [(group,)] = _rows(
        "select parent_id from enterprises_enterprise where parent_id is not null limit 1"
    )
    members = _rows(f"select id from enterprises_enterprise where {group} in (id, parent_id)")
    country = flows.Question(first, last)
    asked = {
        "country": country,
        "country, half a year ago": flows.Question(
            first, last, known_at=datetime(2025, 7, 1, tzinfo=CIVIL)
        ),
        "one group": flows.Question(first, last, scope=[pk for (pk,) in members]),
    }

    def anew(one: flows.Question) -> int:
        sql = flows.statement("moved") + WEIGHED_ANEW.read_text(encoding="utf-8")
        return len(flows.rows(sql, flows.facts_of(one)))

    elements = {
        f"{name}, dysprosium": replace(one, oxides=flows.ELEMENTS["Dy"][1])
        for name, one in asked.items()
    }
    ways: dict[str, Callable[[], int]] = {
        name: lambda one=one: len(flows.flows_of(one)) for name, one in (asked | elements).items()
    }
    ways |= {
        LIVE: lambda: anew(country),
        f"{LIVE}, dysprosium": lambda: anew(elements["country, dysprosium"]),
    }
    return ways | _pages(group)


def _pages(group: int) -> dict[str, Callable[[], int]]:
    """Whole pages, as an official of a ministry asks for them; what is told is their size."""
    from django.test import Client

    from portal.accounts.models import Organisation, User

    miit = Organisation.objects.get(ministry="MIIT")
    user, _ = User.objects.get_or_create(username="reader", organisation=miit, role="viewer")
    client = Client(HTTP_HOST="localhost")
    client.force_login(user)

    def ask(path: str) -> int:
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return len(answer.content)

    year = "first=2025-01&last=2025-12"
    flows = f"/traceability/flows/?{year}"
    reach = "/traceability/flows/reach/"
    asked = {
        "page of the country": flows,
        "page of its products": f"{flows}&by=product",
        "page of dysprosium": f"{flows}&element=Dy",
        "page of half a year ago": f"{flows}&known=2025-07-01",
        "page of dysprosium then": f"{flows}&known=2025-07-01&element=Dy",
        "page of one group": f"{flows}&group={group}",
        "page of provinces": f"/traceability/flows/map/?{year}",
        "page of trade": f"/traceability/flows/trade/?{year}",
        "page of months": f"/traceability/flows/series/?{year}",
        "where imports end": f"{reach}?{year}&country=MM",
        "where a month ends": f"{reach}?first=2025-03&last=2025-03",
        "where all of the year ends": f"{reach}?{year}",
        "behind exports to Japan": f"{reach}?{year}&way=back&country=JP",
    }
    return {name: lambda path=path: ask(path) for name, path in asked.items()}


def _spans() -> dict[str, int]:
    """How far apart the numbers of two copies lie, table by table."""
    return {
        columns["id"]: int(_rows(f"select max(id) + 1 from {table}")[0][0])
        for table, columns in COPIED.items()
        if "id" in columns
    }


def copy(copies: int, *, years: int) -> None:
    """Have what was imported as often as told, the first time as it is."""
    from traceability.queries.tracing.kept import each

    spans = _spans()
    for table, moved in COPIED.items():
        columns = [name for (name,) in _rows(_COLUMNS.format(table=table))]
        taken = [_column(name, moved, spans, years) for name in columns]
        names = ", ".join(f'"{name}"' for name in columns)
        _run(f"alter table {table} disable trigger user")
        _run(
            f"insert into {table} ({names}) select {', '.join(taken)}"
            f" from {table} t, generate_series(1, {copies - 1}) copy"
            f" where {ONLY.get(table, 'true')}"
        )
        _run(f"alter table {table} enable trigger user")
        _run(f"analyze {table}")
    _run("delete from traceability_monthflow")
    _run(each(_MONTHS))
    _run("vacuum analyze traceability_monthflow")
    _run("vacuum analyze traceability_filingflow")


def _column(name: str, moved: dict[str, str], spans: dict[str, int], years: int) -> str:
    if name in DATED:
        return f"(t.{name} - make_interval(years => copy % {years})){DATED[name]}"
    if name in moved:
        none = "t.partner_id = 0" if name == "partner_id" else "t.run_id = 0"
        further = f't."{name}" + copy * {spans[moved[name]]}'
        return f"case when {none} then 0 else {further} end" if name in ZEROES else further
    return OF_ITS_OWN.get(name, f't."{name}"')


ZEROES = ("partner_id", "run_id")
_COLUMNS = """
select column_name from information_schema.columns
 where table_name = '{table}' and table_schema = 'public' order by ordinal_position
"""
_MONTHS = """
insert into traceability_monthflow (month, kind, product_id, other_id, country, partner_id, [[$]])
select month, kind, product_id, other_id, country, partner_id, [[sum($)]]
  from traceability_filingflow where known_to is null and run_id = 0
 group by 1, 2, 3, 4, 5, 6
having greatest([[abs(sum($))]]) <> 0
"""


def _run(sql: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)


def _rows(sql: str) -> list[tuple[int, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)
        found: list[tuple[int, ...]] = cursor.fetchall()
        return found


if __name__ == "__main__":
    main(sys.argv[1:] or list(SIZES))
