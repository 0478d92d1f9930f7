"""The ways in which bench_upload puts rows in; each is told where the files are."""

import csv
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client

from enterprises.models import Enterprise
from portal.accounts.models import Region, User
from portal.kernel import clock
from portal.kernel.period import CIVIL, Month
from portal.kernel.sheets import read as sheets
from portal.machines.services import create_key
from tests.cast import make_designated, make_user
from traceability.models import Filing, Lot, Product, Record, Upload
from traceability.services import filings, intake, uploads
from traceability.services.filings import open_draft
from traceability.services.uploads import receive_upload, work_upload

MONTH = Month(2025, 1)
NOON = datetime(2025, 2, 5, 12, tzinfo=CIVIL)
PARTNERS = 20
Done = tuple[float, int]
# Seconds of each part of an upload.
phases: dict[str, float] = {}

COPY = """
create temp table bare (kind text, date text, lot text, lot_maker text, product text, gross_kg text,
    reo_percent text, run text, counterparty text, document text, country text, assay text,
    note text) on commit drop
"""
LOTS = """
insert into traceability_lot (maker_id, number)
select distinct %(enterprise)s::bigint, lot from bare
"""
RECORDS = """
insert into traceability_record (filing_id, line, kind, date, lot_id, product_id, gross_kg,
    reo_percent, reo_kg, run, counterparty_id, document, country, assay, note)
select %(filing)s, row_number() over (), b.kind, b.date::date, l.id, p.id, b.gross_kg::numeric,
       b.reo_percent::numeric, round(b.gross_kg::numeric * b.reo_percent::numeric / 100, 3),
       coalesce(b.run, ''), c.id, coalesce(b.document, ''), coalesce(b.country, ''),
       coalesce(b.assay, ''), coalesce(b.note, '')
  from bare b
  join traceability_lot l on l.maker_id = %(enterprise)s and l.number = b.lot
  left join enterprises_enterprise c on c.uscc = b.counterparty
  left join traceability_product p on p.code = b.product
"""


def processor_seconds() -> float:
    """What this process, its children and its end of the database have used of a processor."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        (backend,) = cursor.fetchone()
    spent = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
    ticks = int(spent[11]) + int(spent[12])
    return sum(os.times()[:4]) + ticks / os.sysconf("SC_CLK_TCK")


def peak_mb() -> float:
    """The most memory that this process had; what it was forked from does not count."""
    told = Path("/proc/self/status").read_text()
    return int(told.partition("VmHWM:")[2].split()[0]) / 1024


def prepare(place: str) -> Done:
    """Tables, one plant with its filer, and those it sells to."""
    call_command("migrate", verbosity=0)
    region = Region.objects.get(code="150000")
    plant = make_designated("Plant", region, "mining")
    make_user(plant.organisation, "filer", username="bench-filer")
    partners = [make_designated(f"Buyer {n}", region, "separation") for n in range(PARTNERS)]
    Path(place).write_text(json.dumps([each.uscc for each in partners]), encoding="utf-8")
    return 0.0, 0


def _begun() -> tuple[User, Filing]:
    filer = User.objects.get(username="bench-filer")
    plant = Enterprise.objects.get(organisation=filer.organisation)
    return filer, open_draft(enterprise=plant, month=MONTH, by=filer, at=NOON)


def bare(place: str) -> Done:
    """The file copied as it stands, and its rows inserted, commit included."""
    _filer, draft = _begun()
    facts = {"enterprise": draft.enterprise_id, "filing": draft.pk}
    begun = time.monotonic()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(COPY)
        with (
            (Path(place) / "month.csv").open("rb") as file,
            cursor.copy("copy bare from stdin (format csv, header)") as copy,
        ):
            while chunk := file.read(1024 * 1024):
                copy.write(chunk)
        cursor.execute("analyze bare")
        cursor.execute(LOTS, facts)
        cursor.execute("analyze traceability_lot")
        cursor.execute(RECORDS, facts)
    return time.monotonic() - begun, draft.records.count()


def _time_phases() -> None:
    """Note how long each part of an upload takes; checking a copied file is part of copying it."""
    for module, name in (
        *((intake, name) for name in ("stage_plain", "stage_rows", "check_rows", "store_rows")),
        *((uploads, name) for name in ("kept_content", "plain_columns")),
        (filings, "empty_draft"),
        (sheets, "_sheets"),
    ):
        setattr(module, name, _timed(name.strip("_"), getattr(module, name)))


def _timed(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
    def timed(*values: Any, **named: Any) -> Any:
        begun = time.monotonic()
        done = work(*values, **named)
        if isinstance(done, AbstractContextManager):
            return _opened(name, begun, done)
        phases[name] = phases.get(name, 0) + time.monotonic() - begun
        return done

    return timed


@contextmanager
def _opened(name: str, begun: float, opening: AbstractContextManager[Any]) -> Iterator[Any]:
    with opening as opened:
        phases[name] = time.monotonic() - begun
        yield opened


def _upload(name: str, place: str) -> Done:
    filer, draft = _begun()
    _time_phases()
    begun = time.monotonic()
    with (Path(place) / name).open("rb") as content:
        upload = receive_upload(
            enterprise=draft.enterprise,
            month=MONTH,
            file_name=name,
            content=content,
            by=filer,
            at=NOON,
        )
    upload = work_upload(upload=Upload.objects.defer("content").get(pk=upload.pk), at=NOON)
    seconds = time.monotonic() - begun
    assert upload.state == "accepted", upload.errors[:3]
    return seconds, draft.records.count()


def as_csv(place: str) -> Done:
    """The CSV file as it is uploaded."""
    return _upload("month.csv", place)


def as_xlsx(place: str) -> Done:
    """The workbook as it is uploaded."""
    return _upload("month.xlsx", place)


def as_json(place: str) -> Done:
    """The rows in one request of the API."""
    clock.now = lambda: NOON  # type: ignore[assignment]
    filer, draft = _begun()
    life = date(2025, 6, 30)
    _key, token = create_key(purpose="ERP", scope="file", expires_on=life, by=filer, at=NOON)
    with (Path(place) / "month.csv").open(encoding="utf-8", newline="") as lines:
        rows = [{k: v for k, v in each.items() if v} for each in csv.DictReader(lines)]
    body = json.dumps({"records": rows})
    client = Client(HTTP_HOST="localhost", HTTP_AUTHORIZATION=f"Bearer {token}")
    client.get("/api/v1/filings")  # loads every view, as a server does when it starts
    begun = time.monotonic()
    answer = client.put(
        f"/api/v1/filings/{draft.pk}/records",
        body,
        content_type="application/json",
        headers={"If-Match": "*", "Idempotency-Key": "month"},
    )
    seconds = time.monotonic() - begun
    assert answer.status_code == 200, answer.content[:500]
    return seconds, draft.records.count()


def with_import_export(place: str) -> Done:
    """The same rows by django-import-export, as fast as it goes."""
    import tablib
    from import_export import fields, resources, widgets

    _filer, draft = _begun()
    products = dict(Product.objects.values_list("code", "pk"))
    partners = dict(Enterprise.objects.values_list("uscc", "pk"))

    class Looked(widgets.Widget):
        """A key looked up in memory."""

        def __init__(self, known: Callable[[], dict[Any, int]]) -> None:
            super().__init__()
            self.known = known  # a function: fields are copied with all that they hold

        def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int | None:
            return self.known()[value] if value else None

    lots: dict[str, int] = {}

    class Records(resources.ModelResource):
        lot = fields.Field("lot_id", "lot", widget=Looked(lambda: lots))
        product = fields.Field("product_id", "product", widget=Looked(lambda: products))
        counterparty = fields.Field(
            "counterparty_id", "counterparty", widget=Looked(lambda: partners)
        )
        date = fields.Field("date", "date", widget=widgets.DateWidget("%Y-%m-%d"))
        gross_kg = fields.Field("gross_kg", "gross_kg", widget=widgets.DecimalWidget())
        reo_percent = fields.Field("reo_percent", "reo_percent", widget=widgets.DecimalWidget())

        class Meta:
            model = Record
            fields = (
                *("kind", "date", "lot", "product", "gross_kg", "reo_percent", "run"),
                *("counterparty", "document", "country", "assay", "note"),
            )
            use_bulk = True
            batch_size = 2_000
            skip_diff = True
            skip_html_diff = True
            force_init_instance = True
            use_transactions = True

        def before_import(self, dataset: Any, **kwargs: Any) -> None:
            numbers = set(dataset["lot"])
            Lot.objects.bulk_create(
                [Lot(maker_id=draft.enterprise_id, number=number) for number in numbers],
                batch_size=2_000,
            )
            made = Lot.objects.filter(maker_id=draft.enterprise_id)
            lots.update(made.values_list("number", "pk"))

        def before_import_row(self, row: Any, row_number: int = 0, **kwargs: Any) -> None:
            self.line = row_number

        def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
            instance.filing_id, instance.line = draft.pk, self.line
            for name in ("run", "document", "country", "assay", "note"):
                setattr(instance, name, getattr(instance, name) or "")
            if instance.reo_percent is not None:
                reo = instance.gross_kg * instance.reo_percent / 100
                instance.reo_kg = reo.quantize(Decimal("0.001"))

    text = (Path(place) / "month.csv").read_text(encoding="utf-8")
    begun = time.monotonic()
    result = Records().import_data(
        tablib.Dataset().load(text, format="csv"), raise_errors=True, collect_failed_rows=False
    )
    seconds = time.monotonic() - begun
    assert not result.has_errors()
    return seconds, draft.records.count()
