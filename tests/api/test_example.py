"""The example client, run against a portal that answers over HTTP."""

import importlib.util
import json
import os
import subprocess
import sys
import urllib.request
from datetime import date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel.models import AuditEvent
from portal.machines import services as machines
from traceability.models import Filing

EXAMPLE = Path(__file__).parents[1] / "examples" / "file_month.py"
CSV = """kind,date,lot,gross_kg,product,reo_percent
extraction,2025-02-03,L-1,1000.5,ORE-MIX,60
stock,2025-02-28,L-1,1000.5,,
"""


@pytest.fixture
def key(committed_db: str, filer: User, attester: User, noon: datetime) -> str:
    """A key of Northern's that may submit."""
    told: dict[str, Any] = {"purpose": "ERP", "scope": "file", "expires_on": date(2025, 6, 30)}
    made, token = machines.create_key(**told, by=filer, at=noon)
    machines.allow_attestation(key=made, by=attester, at=noon)
    return token


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch, key: str, noon: datetime) -> ModuleType:
    """The example as a module, in a portal whose clock stands at noon."""
    monkeypatch.setattr("portal.kernel.clock.now", lambda: noon)
    monkeypatch.setenv("PORTAL_KEY", key)
    found = importlib.util.spec_from_file_location("file_month", EXAMPLE)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def run(address: str, *arguments: str, key: str) -> "subprocess.CompletedProcess[str]":
    """The example as somebody runs it."""
    return subprocess.run(
        [sys.executable, str(EXAMPLE), address, *arguments],
        env={**os.environ, "PORTAL_KEY": key},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_example_is_short() -> None:
    assert len(EXAMPLE.read_text(encoding="utf-8").splitlines()) <= 150


def test_a_month_from_a_csv_file_to_its_receipt(
    live_server: Any, example: ModuleType, key: str, tmp_path: Path
) -> None:
    records = tmp_path / "records.csv"
    records.write_text(CSV, encoding="utf-8")

    done = run(live_server.url, "2025-02", str(records), "--submit", key=key)

    filing = Filing.objects.get()
    assert (done.returncode, done.stderr) == (0, "")
    assert (filing.status, filing.record_count) == ("submitted", 2)
    assert "2 records are in the draft" in done.stdout
    assert "opens no_cap" in done.stdout
    assert done.stdout.endswith(f"receipt {filing.receipt_no}\n")


def test_what_is_refused_is_told_by_pointer(
    live_server: Any, example: ModuleType, key: str, tmp_path: Path
) -> None:
    records = tmp_path / "records.json"
    records.write_text(json.dumps([{"kind": "gift"}]), encoding="utf-8")

    done = run(live_server.url, "2025-02", str(records), key=key)

    assert done.returncode == 1
    assert "/records/0/kind" in done.stderr
    assert Filing.objects.get().record_count == 0


def test_a_nil_return_waits_for_its_attester(
    live_server: Any, example: ModuleType, key: str, northern: Enterprise
) -> None:
    assert run(live_server.url, "2025-02", key=key).stdout == "handed over\n"
    assert Filing.objects.get().ready_at is not None


def test_a_line_that_breaks_after_every_write_doubles_nothing(
    live_server: Any, example: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    records = tmp_path / "records.csv"
    records.write_text(CSV, encoding="utf-8")
    real, sent = urllib.request.urlopen, set()

    def breaking(request: urllib.request.Request, **options: Any) -> Any:
        answer = real(request, **options)
        name = request.get_header("Idempotency-key")
        if name and name not in sent:
            sent.add(name)
            answer.close()
            raise ConnectionResetError
        return answer

    monkeypatch.setattr(urllib.request, "urlopen", breaking)
    monkeypatch.setattr(example.time, "sleep", lambda _seconds: None)

    assert example.main([live_server.url, "2025-02", str(records), "--submit"]) == 0

    assert len(sent) == 4
    done = AuditEvent.objects.filter(action__startswith="filing.").values_list("action", flat=True)
    assert sorted(done) == [
        "filing.drafted",
        "filing.filled",
        "filing.handed_over",
        "filing.submitted",
    ]
