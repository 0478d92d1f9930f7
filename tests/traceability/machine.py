"""An enterprise's own system, as the tests of the API play it."""

import json
from datetime import date, datetime
from typing import Any

from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from portal.machines import services as machines


class Machine:
    """A system with a key: what it sends, and the state of the draft it read last."""

    def __init__(self, token: str) -> None:
        self.client = Client(HTTP_AUTHORIZATION=f"Bearer {token}", HTTP_ACCEPT_LANGUAGE="en")
        self.draft: dict[str, Any] = {}
        self.etag = ""

    def ask(self, method: str, name: str, *args: Any, body: Any = None, **headers: Any) -> Any:
        """An answer; a body that is text is CSV."""
        csv = isinstance(body, str)
        query = headers.pop("query", "")
        answer = self.client.generic(
            method,
            reverse(f"api:{name}", args=args) + query,
            body if csv else b"" if body is None else json.dumps(body),
            content_type="text/csv" if csv else "application/json",
            headers=headers.pop("headers", None),
        )
        return answer

    def open(self, month: str = "2025-02", **told: Any) -> Any:
        """Open a draft and remember it."""
        answer = self.ask("POST", "filings", body={"month": month, **told})
        self.draft, self.etag = answer.json(), answer.headers.get("ETag", "")
        return answer

    def write(self, method: str, records: Any, *, mode: str = "all", name: str = "") -> Any:
        """Send records under the state that was read last."""
        answer = self.ask(
            method,
            "filing_records",
            self.draft["id"],
            body=records if isinstance(records, str) else {"records": records},
            query=f"?mode={mode}",
            headers={"If-Match": self.etag} | ({"Idempotency-Key": name} if name else {}),
        )
        self.etag = answer.headers.get("ETag", self.etag)
        return answer

    def do(self, deed: str, **told: Any) -> Any:
        """Hand over or submit."""
        answer = self.ask(
            "POST",
            f"filing_{deed}",
            self.draft["id"],
            body=told,
            headers={"If-Match": self.etag},
        )
        self.etag = answer.headers.get("ETag", self.etag)
        return answer

    def records(self) -> list[dict[str, Any]]:
        """The draft's records."""
        found = self.ask("GET", "filing_records", self.draft["id"]).json()
        return list(found["results"])


def machine_for(
    by: User, *, at: datetime, attester: User | None = None, scope: str = "file"
) -> Machine:
    """A system with a key that `by` made, and that `attester` has allowed to submit."""
    key, token = machines.create_key(
        purpose="ERP", scope=scope, expires_on=date(2025, 6, 30), by=by, at=at
    )
    if attester:
        machines.allow_attestation(key=key, by=attester, at=at)
    return Machine(token)
