"""What each fact of the audit trail is called; its apps lie above accounts and can't be asked."""

from functools import cache
from typing import Any

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.kernel.models import AuditEvent
from portal.kernel.said import Listed, listed
from portal.kernel.templatetags.portal import colon

# A test holds the keys against what the apps record.
FACTS: dict[str, Promise] = {
    "activities": _("activities"),
    "activity": _("activity"),
    "address": _("address"),
    "allocations": _("allocation lines"),
    "approval_no": _("State Council approval number"),
    "as_of": _("as of"),
    "before": _("before"),
    "behaviour": _("when an event is refused"),
    "by_code": _("by check"),
    "capacity_kg": _("assessed capacity, kg REO"),
    "case": _("case"),
    "cases": _("cases"),
    "category": _("category"),
    "ceilings": _("ceiling lines"),
    "cleared": _("cleared"),
    "code": _("code"),
    "comment": _("comment"),
    "copies": _("copies"),
    "count": _("number"),
    "criterion": _("criterion"),
    "day": _("day"),
    "decided_on": _("decided on"),
    "designation": _("designation"),
    "differences": _("differences"),
    "digest": _("digest"),
    "document": _("document"),
    "document_no": _("notice number"),
    "drawn": _("drawn"),
    "drop_accepted": _("accepted purchases replaced too"),
    "draws_after": _("public event awaited"),
    "due_on": _("due on"),
    "enterprise": _("enterprise"),
    "entry": _("entry"),
    "events": _("events"),
    "expires_on": _("expires on"),
    "faults": _("faults"),
    "files_from": _("files from"),
    "findings": _("findings"),
    "first_month": _("first month"),
    "found": _("found"),
    "from_day": _("from day"),
    "from_year": _("from year"),
    "group": _("rare earth group"),
    "into": _("into"),
    "is_group": _("is a group"),
    "is_shared": _("shared"),
    "is_working": _("working day"),
    "issues_at": _("issued at the earliest"),
    "kept_purchases": _("accepted purchases kept"),
    "kg": _("kg REO"),
    "kind": _("kind"),
    "known": _("known already"),
    "language": _("language"),
    "last_day": _("last day"),
    "last_month": _("last month"),
    "last_on": _("last day"),
    "lines": _("lines"),
    "method": _("method"),
    "ministry": _("ministry"),
    "minute": _("minute"),
    "mode": _("mode"),
    "month": _("month"),
    "months": _("months"),
    "name": _("name"),
    "name_en": _("English name"),
    "name_zh": _("Chinese name"),
    "new": _("new"),
    "nil": _("nil return"),
    "note": _("note"),
    "on": _("on"),
    "organisation": _("organisation"),
    "outcome": _("outcome"),
    "over_kg": _("beyond the cap, kg REO"),
    "own_line": _("filer's line"),
    "penalty": _("penalty"),
    "population": _("enterprises drawn from"),
    "population_sha256": _("digest of the enterprises drawn from"),
    "public_event": _("public event"),
    "purpose": _("purpose"),
    "query": _("query"),
    "reason": _("reason"),
    "receipt_no": _("receipt number"),
    "received_kg": _("received, kg"),
    "recorded_kg": _("recorded, kg"),
    "records": _("records"),
    "refused": _("refused"),
    "regime": _("regime"),
    "region": _("region"),
    "reopened": _("reopened"),
    "role": _("role"),
    "route": _("page"),
    "rows": _("rows"),
    "rules": _("rules"),
    "ruling": _("ruling"),
    "said": _("said"),
    "salt_sha256": _("digest of the salt"),
    "scenario": _("scenario"),
    "scope": _("scope"),
    "seed": _("seed"),
    "shipment": _("shipment"),
    "shipments": _("shipments"),
    "site": _("site"),
    "size": _("size"),
    "sold_kg": _("sold, kg"),
    "strata": _("strata"),
    "submitted_at": _("submitted at"),
    "text": _("text"),
    "times": _("times"),
    "to": _("to"),
    "total_kg": _("together, kg REO"),
    "username": _("user name"),
    "uscc": _("unified social credit code"),
    "valid_from": _("valid from"),
    "valid_to": _("valid to"),
    "value": _("value"),
    "values": _("values"),
    "verdict": _("verdict"),
    "version": _("version"),
    "visited_on": _("visited on"),
    "voided": _("sign-offs voided"),
    "words_sha256": _("digest of the words"),
    "year": _("year"),
}

# Facts that hold the codes of a field by another name.
CODES_OF = {"voided": "ministry"}


def facts_told(event: AuditEvent) -> list[tuple[str, str]]:
    """The name of each fact and what it says; of a change, what was before → what is now."""
    kind, changed = event.subject_kind, event.action.endswith(".changed")
    told = []
    for name, fact in event.facts.items():
        sides = fact if changed else [fact]
        told.append((_name(name), " → ".join(_told(name, side, kind) for side in sides)))
    return told


def _name(fact: str) -> str:
    return str(FACTS.get(fact, fact))


def _told(name: str, fact: Any, kind: str) -> str:
    match fact:
        case None | "" | [] | {}:
            return "—"
        case bool():
            return str(_("yes") if fact else _("no"))
        case list():
            return str(listed([_told(name, each, kind) for each in fact]))
        case dict():
            said = [f"{_name(part)}{colon()}{_told(part, it, kind)}" for part, it in fact.items()]
            return str(Listed(said))
    return _label(CODES_OF.get(name, name), str(fact), kind)


def _label(field: str, value: str, kind: str) -> str:
    """The label of a code: of the subject's own field of that name before others'."""
    own, others = _labels(kind), _labels()
    return str(own.get((field, value)) or others.get((field, value)) or value)


@cache
def _labels(of: str | None = None) -> dict[tuple[str, str], Any]:
    """The labels of the fields with choices of one model, or of all, by field and code."""
    return {
        (field.name, code): label
        for kind in ([apps.get_model(of)] if of else apps.get_models())
        for field in kind._meta.fields
        for code, label in field.flatchoices
        if isinstance(code, str) and code
    }
