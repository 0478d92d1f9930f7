"""Files one month through the portal's API, with nothing but Python.

    PORTAL_KEY=… python file_month.py https://portal.example 2025-02 records.csv [--submit]

`records.csv` has the columns of the portal's spreadsheet, `records.json` a list of records; no file
at all declares a nil return. Without `--submit` the draft is handed over and people attest to it on
the page; with it the key must be one that an attester has allowed.
"""

import argparse
import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any

TRIES = 5


class Problem(Exception):
    """The portal refused: `told` is its problem details."""

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__(f"{told['title']}: {told['detail']}")
        self.told = told


class Portal:
    """The portal as one enterprise's system meets it."""

    def __init__(self, address: str, key: str) -> None:
        self.address = f"{address.rstrip('/')}/api/v1/"
        self.key = key
        self.etag = ""  # of the draft as it was read or written last

    def ask(
        self, method: str, path: str, body: Any = None, content_type: str = "application/json"
    ) -> dict[str, Any]:
        """One request, repeated while the line breaks; a write is done once all the same."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(
            self.address + path,
            data=content if body is not None else None,
            method=method,
            headers={"Authorization": f"Bearer {self.key}", "Accept-Language": "en"},
        )
        if body is not None:
            request.add_header("Content-Type", content_type)
            request.add_header("Idempotency-Key", str(uuid.uuid4()))
        if self.etag and body is not None:
            request.add_header("If-Match", self.etag)
        for tried in range(1, TRIES + 1):
            try:
                with urllib.request.urlopen(request, timeout=120) as answer:
                    self.etag = answer.headers.get("ETag", self.etag)
                    return dict(json.load(answer))
            except urllib.error.HTTPError as refused:
                if refused.code not in (429, 502, 503, 504) or tried == TRIES:
                    raise Problem(json.load(refused)) from refused
                time.sleep(float(refused.headers.get("Retry-After", tried)))
            except OSError:
                if tried == TRIES:
                    raise
                time.sleep(tried)
        raise AssertionError("unreachable")


def file_month(portal: Portal, month: str, records: Path | None, *, submit: bool) -> dict[str, Any]:
    """From nothing to a receipt, or to a draft that waits for its attester; what stands then."""
    if records is None:
        draft = portal.ask("POST", "nil-returns", {"month": month})
    else:
        draft = portal.ask("POST", "filings", {"month": month})
        place = f"filings/{draft['id']}"
        content = records.read_bytes()
        if records.suffix == ".csv":
            written = portal.ask("PUT", f"{place}/records", content, "text/csv")
        else:
            written = portal.ask("PUT", f"{place}/records", {"records": json.loads(content)})
        print(f"{len(written['accepted'])} records are in the draft")
        tell(portal.ask("GET", f"{place}/preview"))
        draft = portal.ask("POST", f"{place}/hand-over", {})
    if not submit:
        return draft
    portal.ask("POST", f"filings/{draft['id']}/submit", {"truthful": True})
    return portal.ask("GET", f"filings/{draft['id']}/receipt")


def tell(preview: dict[str, Any]) -> None:
    """What submitting will do."""
    for cap in preview["caps"]:
        print(f"{cap['category']}: {cap['after_kg']} of {cap['cap_kg']} kg REO used afterwards")
    print(f"the balances of {preview['balance_count']} lots change")
    for finding in preview["opened"]:
        print(f"opens {finding['code']}: {finding['message']}")
    for finding in preview["cleared"]:
        print(f"clears {finding['code']}: {finding['message']}")


def main(arguments: list[str]) -> int:
    """File, and say how it went; the exit status is 1 for what was refused."""
    asked = argparse.ArgumentParser(description="File one month through the portal's API.")
    asked.add_argument("address")
    asked.add_argument("month", help="like 2025-02")
    asked.add_argument("records", nargs="?", type=Path, help=".csv or .json; none: a nil return")
    asked.add_argument("--submit", action="store_true", help="attest by the key")
    told = asked.parse_args(arguments)
    portal = Portal(told.address, os.environ["PORTAL_KEY"])
    try:
        done = file_month(portal, told.month, told.records, submit=told.submit)
    except Problem as problem:
        print(problem, file=sys.stderr)
        for error in problem.told.get("errors", ()):
            print(f"  {error['pointer']}: {error['detail']}", file=sys.stderr)
        return 1
    print(f"receipt {done['receipt_no']}" if done.get("receipt_no") else "handed over")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
