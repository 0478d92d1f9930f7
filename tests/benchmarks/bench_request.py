"""What one request of the API costs in Python: CPU seconds and statements, by kind of request.

    python -m tests.benchmarks.bench_request [MONTHS RECORDS [PROFILE]]

One enterprise files month after month through the test client, in this process, so that
time.process_time sees the portal's own work and none of the database's. PROFILE names a kind of
request (open, records, record, hand over, submit, filing) whose dearest functions are printed.
"""

import cProfile
import json
import os
import pstats
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from portal import embedded

FIRST_YEAR = 2000
WARM = 3  # months that are not counted


def main(months: int = 40, records: int = 100, profile: str = "") -> None:
    """Measure and print."""
    folder = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    folder.chmod(0o711)  # the database's own account must pass
    try:
        with embedded.servers(folder / "run") as addresses:
            os.environ.update(addresses)
            os.environ["PORTAL_RUN_DIR"] = str(folder / "run")
            os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
            os.environ["PORTAL_LOG_LEVEL"] = "WARNING"
            os.environ["PORTAL_API_RATE"] = "1000000/min"
            os.environ["PORTAL_HOSTS"] = "testserver"
            (folder / "run" / "static").mkdir(exist_ok=True)
            measure(months, records, profile)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(months: int, records: int, profile: str) -> None:
    """File, and tell what each kind of request cost."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    ask = asking(prepared())
    seconds: dict[str, list[float]] = {}
    statements: dict[str, list[int]] = {}
    profiler = cProfile.Profile(time.process_time)
    for nth in range(months + WARM):
        if nth == WARM:
            seconds.clear()
        for what, request in month_of(ask, f"{FIRST_YEAR + nth // 12}-{nth % 12 + 1:02}", records):
            told: list[str] = []
            with connection.execute_wrapper(noting(told)):
                begun = time.process_time()
                if what == profile and nth >= WARM:
                    profiler.runcall(request)
                else:
                    request()
                seconds.setdefault(what, []).append(time.process_time() - begun)
            statements.setdefault(what, []).append(len(told))
            if profile == what and nth == WARM:
                print("\n".join(text[:160].replace("\n", " ") for text in told))
    tell(seconds, statements)
    if profile:
        pstats.Stats(profiler).sort_stats(os.environ.get("SORT", "cumulative")).print_stats(70)


def prepared() -> str:
    """An enterprise with its people; the key of its system, which may submit."""
    from datetime import timedelta

    from portal.accounts.models import Region
    from portal.kernel import clock
    from portal.machines.services import allow_attestation, create_key
    from tests.cast import make_designated, make_user

    now = clock.now()
    enterprise = make_designated("Plant", Region.objects.get(code="150000"), "mining")
    filer, attester = (make_user(enterprise.organisation, who) for who in ("filer", "attester"))
    ends = (now + timedelta(days=30)).date()
    key, token = create_key(purpose="ERP", scope="file", by=filer, at=now, expires_on=ends)
    allow_attestation(key=key, by=attester, at=now)
    return token


def asking(token: str) -> Callable[..., Any]:
    """A way to ask as that system; keeps the ETag of the draft."""
    from django.test import Client

    client = Client(HTTP_AUTHORIZATION=f"Bearer {token}")
    state = {"etag": ""}

    def ask(method: str, path: str, body: Any = None) -> Any:
        headers = {"If-Match": state["etag"]}
        if method != "GET":
            headers["Idempotency-Key"] = f"{path} {method} {time.monotonic_ns()}"
        answer = client.generic(
            method,
            f"/api/v1/{path}",
            json.dumps(body) if body is not None else b"",
            content_type="application/json",
            headers=headers,
        )
        if answer.status_code not in (200, 201):
            sys.exit(f"{method} {path}: {answer.status_code} {answer.content[:500]!r}")
        state["etag"] = answer.headers.get("ETag", state["etag"])
        return answer.json()

    return ask


def month_of(
    ask: Callable[..., Any], month: str, count: int
) -> list[tuple[str, Callable[[], Any]]]:
    """The requests of one month, in order."""
    place = {"at": ""}
    records = [mined(month, n) for n in range(count)]

    def open_draft() -> None:
        place["at"] = f"filings/{ask('POST', 'filings', {'month': month})['id']}"

    return [
        ("open", open_draft),
        ("records", lambda: ask("PUT", f"{place['at']}/records", {"records": records})),
        (
            "record",
            lambda: ask("POST", f"{place['at']}/records", {"records": [mined(month, count)]}),
        ),
        ("hand over", lambda: ask("POST", f"{place['at']}/hand-over", {})),
        ("submit", lambda: ask("POST", f"{place['at']}/submit", {"truthful": True})),
        ("filing", lambda: ask("GET", place["at"])),
    ]


def mined(month: str, n: int) -> dict[str, str]:
    """One record."""
    return {
        "kind": "extraction",
        "date": f"{month}-{n % 28 + 1:02}",
        "lot": f"{month}-{n}",
        "product": "ORE-MIX",
        "gross_kg": f"{1000 + n}.5",
        "reo_percent": "55.25",
        "note": "shift A",
    }


def noting(told: list[str]) -> Callable[..., Any]:
    """Keeps the text of every statement."""

    def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        told.append(str(sql))
        return execute(sql, params, many, context)

    return note


def tell(seconds: dict[str, list[float]], statements: dict[str, list[int]]) -> None:
    """The figures: the middle of each, and the sum of a month."""
    print(f"{'':<12} {'CPU ms':>8} {'statements':>12}")
    whole = 0.0
    for what, each in seconds.items():
        middle = statistics.median(each) * 1000
        whole += middle
        print(f"{what:<12} {middle:>8.1f} {statistics.median(statements[what]):>12.0f}")
    print(f"{'a month':<12} {whole:>8.1f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]), *sys.argv[3:4])
