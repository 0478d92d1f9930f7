"""The demonstration: published figures, an invented working year, and one account for each role.

It exists in demonstration mode only. The working year is the world in traceability/fixtures, filed
up to the demonstration's clock; one plant's November is left to the visitor, who finds its records
ready as a spreadsheet.
"""

import csv
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from allocations.queries import caps
from allocations.services import assess_capacity, enter_penalty, remind_of_copies
from allocations.services.published import load_published_figures
from allocations.tasks import issue_due_decisions
from enterprises.models import Enterprise
from enterprises.services import change_enterprise
from portal.accounts.models import Organisation, Region, User
from portal.accounts.queries import system_user
from portal.accounts.roles import ROLES, Role
from portal.accounts.services import register_region
from portal.kernel import audit, clock
from portal.kernel.law import MEASURES_2025_IN_FORCE_ON
from portal.kernel.models import DemonstrationDay
from portal.kernel.period import civil_day
from traceability.models import Finding, Reconciliation
from traceability.services import registry
from traceability.services.import_filings import import_filings
from traceability.services.reconciliations import ask_reconciliation, run_reconciliation
from traceability.services.reminders import remind_of_filings
from traceability.services.replays import replay_ledger

WORLD = Path(settings.BASE_DIR) / "traceability" / "fixtures" / "sample-falsified"
PASSWORD = "demonstration-2025"  # noqa: S105 - printed at every start, and only in demo mode
PLANT = "911502000XAWRMT8LE"
LEFT_TO_THE_VISITOR = (PLANT, "2025-11")
# Two of the mines lie in this county; the world knows prefectures only.
COUNTY = ("150206", "150200", "Bayan Obo Mining District", "白云鄂博矿区")
MINES_OF_THE_COUNTY = ("91150200EB5AW61JTL", "91150200MCRT20X1T4")

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Actor:
    """One account of the demonstration, and how its organisation is found."""

    username: str
    role: Role
    full_name: str
    of: dict[str, str]


ACTORS = (
    Actor("demo-miit-drafter", Role.DRAFTER, "李起草", {"ministry": "MIIT"}),
    Actor("demo-miit-signatory", Role.SIGNATORY, "王签发", {"ministry": "MIIT"}),
    Actor("demo-ndrc-signatory", Role.SIGNATORY, "张会签", {"ministry": "NDRC"}),
    Actor("demo-mnr-signatory", Role.SIGNATORY, "刘会签", {"ministry": "MNR"}),
    Actor("demo-miit-supervisor", Role.SUPERVISOR, "陈核查", {"ministry": "MIIT"}),
    # A change of a tolerance needs two.
    Actor("demo-miit-supervisor-2", Role.SUPERVISOR, "杨核查", {"ministry": "MIIT"}),
    Actor(
        "demo-province", Role.RECIPIENT, "赵省厅", {"region": "150000", "department": "industry"}
    ),
    Actor(
        "demo-prefecture", Role.RECIPIENT, "冯市局", {"region": "150200", "department": "industry"}
    ),
    Actor("demo-county", Role.RECIPIENT, "周县局", {"region": COUNTY[0], "department": "industry"}),
    Actor("demo-filer", Role.FILER, "吴填报", {"enterprise__uscc": PLANT}),
    Actor("demo-attester", Role.ATTESTER, "郑签报", {"enterprise__uscc": PLANT}),
    Actor("demo-auditor", Role.AUDITOR, "孙审计", {"kind": "audit"}),
    Actor("demo-administrator", Role.ADMINISTRATOR, "钱管理", {"kind": "operator"}),
)


def load(*, report: Report) -> None:
    """Put the demonstration on record, once; quick when it is there already."""
    by = system_user()
    if not DemonstrationDay.objects.exists():
        with transaction.atomic():
            _load_everything(report, by=by)
    if not Reconciliation.objects.filter(state=Reconciliation.State.FINISHED).exists():
        report("reconciling the year")
        reconcile_today(by=by)
        _load_penalty()


def logins() -> list[tuple[str, str, str]]:
    """Role, user name and password of every account of the demonstration."""
    return [(str(ROLES[actor.role].name), actor.username, PASSWORD) for actor in ACTORS]


def advance(*, by: User) -> DemonstrationDay:
    """Move the clock to the next day, with what the world files until then; remind, reconcile."""
    with transaction.atomic():
        standing = DemonstrationDay.objects.select_for_update(no_key=True).latest("day")
        now = clock.now()
        following = DemonstrationDay.objects.create(
            day=standing.day + timedelta(days=1), set_at=timezone.now()
        )
        audit.record("demonstration.advanced", following, by=by, at=now, day=following.day)
        _load_filings(by=system_user())
    issue_due_decisions()
    remind_of_copies(by=system_user(), at=clock.now())
    remind_of_filings(at=clock.now())
    reconcile_today(by=system_user())
    return following


def reconcile_today(*, by: User) -> None:
    """What the nightly job does, at the demonstration's clock."""
    at = clock.now()
    asked = ask_reconciliation(year=civil_day(at).year, as_of=civil_day(at), by=by, at=at)
    run_reconciliation(reconciliation=asked, at=at)
    replay_ledger(run_key=f"night:{civil_day(at)}", by=by, at=at)


def left_to_the_visitor() -> list[list[str]]:
    """The records of the plant's open month, as rows of the spreadsheet with its header."""
    with (WORLD / "records.csv").open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.reader(lines)
        header = next(reader)
        return [header[3:]] + [row[3:] for row in reader if tuple(row[:2]) == LEFT_TO_THE_VISITOR]


def _load_everything(report: Report, *, by: User) -> None:
    day = DemonstrationDay.objects.create(day=settings.DEMO_DAY, set_at=timezone.now())
    at = clock.now()
    report("published ceilings and allocations")
    load_published_figures(by=by, at=at)
    report("the invented year: directory, caps")
    _load_registry(by=by, at=at)
    report("the invented year: filings")
    _load_filings(by=by)
    report("accounts")
    _load_accounts()
    _load_assessments(at=at)
    audit.record("demonstration.loaded", day, by=by, at=at, day=day.day)


def _load_registry(*, by: User, at: datetime) -> None:
    registry.import_regions(WORLD / "regions.csv", by=by, at=at)
    registry.import_enterprises(WORLD / "enterprises.csv", by=by, at=at)
    registry.import_designations(WORLD / "designations.csv", by=by, at=at)
    registry.import_decisions(
        ceilings=WORLD / "ceilings.csv", allocations=WORLD / "allocations.csv", by=by, at=at
    )
    code, parent, name_en, name_zh = COUNTY
    county = register_region(
        code=code,
        parent=Region.objects.get(pk=parent),
        name_en=name_en,
        name_zh=name_zh,
        by=by,
        at=at,
    )
    for mine in Enterprise.objects.filter(uscc__in=MINES_OF_THE_COUNTY):
        change_enterprise(
            enterprise=mine,
            uscc=mine.uscc,
            name_en=mine.name_en,
            name_zh=mine.name_zh,
            parent=mine.parent,
            region=county,
            activities=mine.activities,
            is_group=mine.is_group,
            by=by,
            at=at,
        )


def _load_filings(*, by: User) -> None:
    """What the world has filed by now, but for the month that is left to the visitor."""
    at = clock.now()
    with _world_without_the_visitors_month() as (filings, records):
        answer = import_filings(filings=filings, records=records, until=at, by=by, at=at)
    if answer.errors:
        raise RuntimeError("\n".join(answer.errors[:5]))


@contextmanager
def _world_without_the_visitors_month() -> Iterator[tuple[Path, Path]]:
    with tempfile.TemporaryDirectory() as folder:
        copies = []
        for name in ("filings.csv", "records.csv"):
            copies.append(Path(folder) / name)
            with (
                (WORLD / name).open(encoding="utf-8-sig", newline="") as lines,
                copies[-1].open("w", encoding="utf-8", newline="") as kept,
            ):
                start = ",".join(LEFT_TO_THE_VISITOR) + ","
                kept.writelines(line for line in lines if not line.startswith(start))
        yield copies[0], copies[1]


def _load_assessments(*, at: datetime) -> None:
    """Invented capacities and scores of whoever has a cap, the same at every start."""
    by = User.objects.get(username="demo-miit-drafter")
    year = civil_day(at).year
    draw = Random(year)  # noqa: S311 - invented figures, not secrets
    rows = sorted(caps(year), key=lambda row: (row.enterprise_id, row.category))
    holders = Enterprise.objects.in_bulk({row.enterprise_id for row in rows})
    for row in rows:
        assess_capacity(
            enterprise=holders[row.enterprise_id],
            category=row.category,
            from_year=year,
            capacity_kg=row.cap_kg * draw.randint(105, 150) / 100,
            document="演示数据 invented for the demonstration",
            technology=Decimal(draw.randint(55, 95)),
            environment=Decimal(draw.randint(55, 95)),
            safety=Decimal(draw.randint(55, 95)),
            by=by,
            at=at,
        )


def _load_penalty() -> None:
    """A penalty for the largest production beyond a cap; its cut waits for the next draft."""
    over = Finding.objects.filter(code="over_cap").order_by("-amount_kg", "pk").first()
    at = clock.now()
    if over is None or over.amount_kg is None or civil_day(at) < MEASURES_2025_IN_FORCE_ON:
        return
    enter_penalty(
        enterprise=over.enterprise,
        category=over.category,
        ground="over_cap",
        authority=Organisation.objects.get(
            region_id=f"{over.enterprise.region_id[:2]}0000", department="industry"
        ),
        document=f"演示罚字〔{civil_day(at).year}〕1号",
        decided_on=civil_day(at),
        over_kg=over.amount_kg,
        finding=over.pk,
        by=User.objects.get(username="demo-miit-supervisor"),
        at=at,
    )


def _load_accounts() -> None:
    """One account for each actor; one hash for all, as they share one password."""
    password = make_password(PASSWORD)
    for actor in ACTORS:
        organisation = Organisation.objects.get(**actor.of)
        user = User.objects.create(
            username=actor.username,
            password=password,
            email=f"{actor.username}@example.cn",
            full_name=actor.full_name,
            organisation=organisation,
            role=actor.role,
        )
        if organisation.group:
            user.groups.add(organisation.group)
