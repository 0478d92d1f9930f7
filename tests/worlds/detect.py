"""`make detect`: how much of what is planted the checks find, and what they say of the honest.

Each seed gives two worlds, an honest one and a falsified one. Both are imported into a database of
their own and reconciled as of 16 January of the next year, by the portal's own commands. Seeds 1000
to 1999 are for tuning the checks; those from 5000 on are kept for judging and never looked at
before.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from datetime import date
from multiprocessing import Manager, get_context
from pathlib import Path
from queue import Queue

from tests.worlds.build import build, turn_of
from tests.worlds.cast import SIZES
from tests.worlds.files import write_world
from tests.worlds.planting import Planted
from tests.worlds.verdict import Found, Verdict, World

HELD_OUT = "5040-5059"
YEAR, AS_OF = 2025, date(2026, 1, 16)


@dataclass(frozen=True)
class Task:
    """One world to judge."""

    seed: int
    falsified: bool
    size: str
    only: str


def main() -> None:
    """Judge every world asked for and print the tables."""
    asked = _arguments()
    tasks = [
        Task(seed, falsified, asked.size, asked.only)
        for seed in _seeds(asked.seeds)
        for falsified in (True, False)
        if (falsified and not asked.honest) or (not falsified and not asked.falsified)
    ]
    verdict = Verdict()
    begun = time.monotonic()
    for task, world in _judged(tasks, workers=asked.workers):
        (verdict.falsified if task.falsified else verdict.honest).append(world)
    for worlds in (verdict.falsified, verdict.honest):
        worlds.sort(key=lambda world: world.seed)
    _tell(verdict, seeds=asked.seeds, seconds=time.monotonic() - begun)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.worlds.detect", description=__doc__)
    parser.add_argument("--seeds", default=HELD_OUT, help="a range like 1000-1009, or one seed")
    parser.add_argument("--size", choices=SIZES, default="medium")
    parser.add_argument("--only", default="", metavar="KIND", help="plant one kind only")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--honest", action="store_true", help="honest worlds only")
    parser.add_argument("--falsified", action="store_true", help="falsified worlds only")
    return parser.parse_args()


def _seeds(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def _judged(tasks: list[Task], *, workers: int) -> Iterator[tuple[Task, World]]:
    """Every task with its outcome, as they are done; each worker has a database of its own."""
    _start()
    from tests import databases

    databases.make_template()
    databases.leave()
    with Manager() as manager:
        numbers: Queue[int] = manager.Queue()
        for number in range(1, workers + 1):
            numbers.put(number)
        with ProcessPoolExecutor(
            workers, mp_context=get_context("spawn"), initializer=_join, initargs=(numbers,)
        ) as pool:
            waiting = {pool.submit(_judge, task): task for task in tasks}
            for done in as_completed(waiting):
                task, world = waiting[done], done.result()
                kind = "falsified" if task.falsified else "honest"
                print(
                    f"seed {task.seed} {kind}: {world.records:,} records, {len(world.truth)}"
                    f" planted, {sum(map(world.found, world.truth))} found,"
                    f" {len(world.findings)} findings, {world.seconds:.0f} s",
                    flush=True,
                )
                yield task, world


def _start() -> None:
    """Django with the servers of a test run, which end with this process."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()


def _join(numbers: "Queue[int]") -> None:
    """A worker: the servers are there, its databases bear its own name."""
    os.environ["PYTEST_XDIST_WORKER"] = f"gw{numbers.get()}"
    _start()


def _judge(task: Task) -> World:
    """Build one world, import it, reconcile it, and read what was found."""
    from django.core.management import call_command

    from tests import databases

    begun = time.monotonic()
    plots = turn_of(task.seed, size=task.size, only=task.only) if task.falsified else ()
    built = build(task.seed, size=task.size, last_year=YEAR, plots=plots)
    databases.make_clone()
    with (
        tempfile.TemporaryDirectory(prefix="portal-world-") as folder,
        open(os.devnull, "w") as nowhere,
    ):
        records = write_world(Path(folder), built.world, built.office)
        call_command("import_dataset", folder, stdout=nowhere)
        call_command("reconcile", year=YEAR, as_of=AS_OF, stdout=nowhere)
    findings = _findings()
    databases.leave()
    months = 12 * sum(agent.files for agent in built.world.agents)
    truth = [Planted(**asdict(each)) for each in built.truth]
    return World(task.seed, months, records, time.monotonic() - begun, truth, findings)


def _findings() -> list[Found]:
    """What stands on record after the run, cleared findings left out."""
    from traceability.models import Finding

    grouped = any(each.name == "case" for each in Finding._meta.get_fields())
    columns = (
        *("code", "enterprise__uscc", "counterparty__uscc", "month", "lot__number", "run"),
        *("document", "amount_kg", "key", "pk", "case_id" if grouped else "pk"),
    )
    rows = Finding.objects.filter(year=YEAR).exclude(status=Finding.Status.CLEARED)
    return [
        Found(
            *(code, uscc or "", other or "", str(month or ""), lot or "", run, document),
            *(float(kg or 0), key, str(case) if case else f"alone {pk}"),
        )
        for code, uscc, other, month, lot, run, document, kg, key, pk, case in rows.order_by(
            "code", "key"
        ).values_list(*columns)
    ]


def _tell(verdict: Verdict, *, seeds: str, seconds: float) -> None:
    print(f"\nSeeds {seeds}, {seconds:.0f} s.\n")
    if verdict.falsified:
        print(verdict.table(), end="\n\n")
    if verdict.honest:
        print(verdict.false_alarms(), end="\n\n")
    for title, lines in (("Not found", verdict.misses()), ("Found by mistake", verdict.strays())):
        print(f"{title}: {len(lines)}")
        print("\n".join(lines[:200]), end="\n\n")


if __name__ == "__main__":
    main()
