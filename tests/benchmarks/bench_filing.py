"""Fifty systems file at once over HTTP for a minute: `make bench`.

    python -m tests.benchmarks.bench_filing [CLIENTS SECONDS RECORDS]

The portal runs as the README says it is deployed, under gunicorn with 4 workers of 4 threads. Each
client has an enterprise and a key that an attester has allowed, and files month after month: opens
the draft, puts the records in, hands over, submits. Afterwards the tables are counted: every month
that was answered with a receipt is there once with all its records, nothing else is there, and a
replay of the ledger finds no difference.
"""

import http.client
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal import embedded

WORKERS, THREADS = 4, 4
FIRST_YEAR = 2000
# Makes the enterprises with their people and keys, and counts at the end.
PREPARE = """
import json, sys
import django
django.setup()
from datetime import timedelta
from django.core.management import call_command
from portal.accounts.models import Region
from portal.kernel import clock
from portal.machines.services import allow_attestation, create_key
from tests.cast import make_designated, make_user
call_command("migrate", verbosity=0)
now, tokens = clock.now(), []
region = Region.objects.get(code="150000")
for n in range(int(sys.argv[1])):
    enterprise = make_designated(f"Plant {n}", region, "mining")
    filer, attester = (make_user(enterprise.organisation, who) for who in ("filer", "attester"))
    key, token = create_key(purpose="ERP", scope="file", by=filer, at=now,
                            expires_on=(now + timedelta(days=30)).date())
    allow_attestation(key=key, by=attester, at=now)
    tokens.append(token)
print(json.dumps(tokens))
"""
COUNT = """
import json
import django
django.setup()
from django.db.models import Count, F
from traceability.models import Filing, Record
from traceability.queries.replay import replay_differences
filed = Filing.objects.filter(status="submitted")
print(json.dumps({
    "receipts": sorted(filed.values_list("receipt_no", flat=True)),
    "drafts": Filing.objects.filter(status="draft").count(),
    "versions": Filing.objects.filter(version__gt=1).count(),
    "records": Record.objects.filter(filing__status="submitted").count(),
    "miscounted": filed.annotate(n=Count("records")).exclude(n=F("record_count")).count(),
    "differences": len(list(replay_differences())),
}))
"""


@dataclass
class Client:
    """One system: its key, what it was answered, how long each answer took."""

    token: str
    records: int
    seconds: dict[str, list[float]] = field(default_factory=dict)
    months: list[float] = field(default_factory=list)
    receipts: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def file_until(self, port: int, end: float) -> None:
        """File month after month; the one that was begun is ended."""
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        nth = 0
        while time.monotonic() < end and not self.errors:
            begun = time.monotonic()
            self.file(line, f"{FIRST_YEAR + nth // 12}-{nth % 12 + 1:02}")
            self.months.append(time.monotonic() - begun)
            nth += 1
        line.close()

    def file(self, line: http.client.HTTPConnection, month: str) -> None:
        """One month, from nothing to its receipt."""
        records = [
            {
                "kind": "extraction",
                "date": f"{month}-{n % 28 + 1:02}",
                "lot": f"{month}-{n}",
                "product": "ORE-MIX",
                "gross_kg": f"{1000 + n}.5",
                "reo_percent": "55.25",
                "note": "shift A",
            }
            for n in range(self.records)
        ]
        draft, etag = self.ask(line, "open", "POST", "filings", {"month": month}, "")
        if draft:
            place = f"filings/{draft['id']}"
            _, etag = self.ask(
                line, "records", "PUT", f"{place}/records", {"records": records}, etag
            )
            _, etag = self.ask(line, "hand over", "POST", f"{place}/hand-over", {}, etag)
            done, _ = self.ask(line, "submit", "POST", f"{place}/submit", {"truthful": True}, etag)
            if done:
                self.receipts.append(done["receipt_no"])

    def ask(
        self,
        line: http.client.HTTPConnection,
        what: str,
        method: str,
        path: str,
        body: Any,
        etag: str,
    ) -> tuple[Any, str]:
        """One request and its answer; what is no success is an error."""
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "If-Match": etag,
            "Idempotency-Key": f"{path} {method} {body.get('month', '')}",
        }
        begun = time.monotonic()
        line.request(method, f"/api/v1/{path}", json.dumps(body), headers)
        answer = line.getresponse()
        content = answer.read()
        self.seconds.setdefault(what, []).append(time.monotonic() - begun)
        if answer.status not in (200, 201):
            self.errors.append(f"{what}: {answer.status} {content[:300]!r}")
            return None, ""
        return json.loads(content), answer.headers["ETag"]


def main(clients: int = 50, seconds: int = 60, records: int = 100) -> None:
    """Measure, print, and fail where anything was lost, doubled or refused."""
    folder = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    folder.chmod(0o711)  # the database's own account must pass
    try:
        with embedded.servers(folder / "run") as addresses:
            os.environ.update(addresses)
            os.environ["PORTAL_RUN_DIR"] = str(folder / "run")
            os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
            os.environ["PORTAL_LOG_LEVEL"] = "WARNING"
            asking = [Client(token, records) for token in child(PREPARE, str(clients))]
            took = measure(asking, seconds)
            tell(asking, took, records)
            check(asking, child(COUNT), records)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def child(program: str, *arguments: str) -> Any:
    """What a program prints, as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stderr[-4000:])
    return json.loads(done.stdout.splitlines()[-1])


def measure(asking: list[Client], seconds: int) -> float:
    """Let all of them file at once; how long it took until the last had ended."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "portal.wsgi", "--log-level", "error"]
    command += ["--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS), "--threads", str(THREADS)]
    server = subprocess.Popen([*command, "--preload"])
    try:
        wait_for(port)
        begun = time.monotonic()
        threads = [
            threading.Thread(target=one.file_until, args=(port, begun + seconds)) for one in asking
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.monotonic() - begun
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)


def wait_for(port: int) -> None:
    """Until the server answers."""
    for _ in range(300):
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            line.request("GET", "/api/v1/schema")
            line.getresponse().read()
            return
        except OSError:
            time.sleep(0.2)
    sys.exit("the server did not start")


def tell(asking: list[Client], took: float, records: int) -> None:
    """The figures."""
    months = [second for one in asking for second in one.months]
    every = [second for one in asking for of_kind in one.seconds.values() for second in of_kind]
    filed = sum(len(one.receipts) for one in asking)
    print(f"{len(asking)} clients, {took:.0f} s: {filed:,} months of {records} records filed")
    print(f"{len(every) / took:.0f} requests/s, {filed * records / took:,.0f} records/s")
    print(f"{'':<12} {'p50':>8} {'p95':>8}")
    told = {"a month": months, "a request": every}
    for what in ("open", "records", "hand over", "submit"):
        told[what] = [second for one in asking for second in one.seconds.get(what, ())]
    for what, seconds in told.items():
        cuts = statistics.quantiles(seconds, n=20)
        print(f"{what:<12} {cuts[9] * 1000:>5.0f} ms {cuts[18] * 1000:>5.0f} ms")


def check(asking: list[Client], counted: dict[str, Any], records: int) -> None:
    """Nothing failed, nothing is lost, nothing is there twice."""
    errors = [error for one in asking for error in one.errors]
    receipts = sorted(receipt for one in asking for receipt in one.receipts)
    assert not errors, errors[:5]
    assert counted["receipts"] == receipts, "lost or doubled months"
    assert counted["records"] == len(receipts) * records, "lost or doubled records"
    left = {name: counted[name] for name in ("drafts", "versions", "miscounted", "differences")}
    assert not any(left.values()), left
    print(f"no error, nothing lost or doubled: {counted['records']:,} records counted afterwards")


if __name__ == "__main__":
    main(*(int(number) for number in sys.argv[1:]))
