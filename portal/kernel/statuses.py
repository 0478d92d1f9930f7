"""Every status as people see it: the tone of its badge, and its words."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

STATUSES: dict[str, dict[str, tuple[str, Any]]] = {
    "filing": {
        "draft": ("neutral", _("draft")),
        "submitted": ("good", _("submitted")),
        "superseded": ("neutral", _("superseded")),
        "missing": ("bad", _("missing")),
        "late": ("warn", _("late")),
        "due": ("info", _("to be filed")),
    },
    "first_filed": {
        "in_time": ("good", _("in time")),
        "late": ("warn", _("late")),
        "missing": ("bad", _("missing")),
    },
    "decision": {
        "draft": ("neutral", _("draft")),
        "circulated": ("info", _("circulated")),
        "signed": ("info", _("signed")),
        "ordered": ("warn", _("to be issued")),
        "issued": ("good", _("issued")),
        "withdrawn": ("neutral", _("withdrawn")),
    },
    "finding": {
        "open": ("bad", _("open")),
        "answered": ("info", _("answered")),
        "closed": ("neutral", _("closed")),
        "cleared": ("good", _("cleared")),
    },
    "case": {
        "open": ("bad", _("to be worked")),
        "assigned": ("warn", _("being worked")),
        "asked": ("info", _("enterprise asked")),
        "answered": ("warn", _("answered")),
        "closed": ("neutral", _("closed")),
        "merged": ("neutral", _("merged into another")),
    },
    "draw": {
        "draft": ("neutral", _("draft")),
        "committed": ("info", _("committed")),
        "drawn": ("warn", _("drawn")),
        "closed": ("neutral", _("closed")),
    },
    "inspection": {
        "in_order": ("good", _("in order")),
        "minor": ("info", _("small matters, settled on the spot")),
        "breach": ("bad", _("breach, to be worked as a case")),
        "not_met": ("warn", _("nobody met, or entry refused")),
    },
    "penalty": {
        "open": ("warn", _("cut to be decided")),
        "taken": ("good", _("cut taken")),
        "declined": ("neutral", _("cut declined")),
        "set_aside": ("neutral", _("set aside")),
    },
    "shipment": {
        "waiting": ("warn", _("to be confirmed")),
        "changed": ("bad", _("changed by the seller")),
        "withdrawn": ("bad", _("withdrawn, but bought")),
        "disputed": ("bad", _("in dispute")),
        "upheld": ("info", _("dispute upheld")),
        "dismissed": ("info", _("dispute dismissed")),
        "accepted": ("info", _("accepted, to be filed")),
        "confirmed": ("good", _("confirmed")),
        "different": ("warn", _("confirmed with difference")),
        "retracted": ("neutral", _("withdrawn by the seller")),
        "unsold": ("neutral", _("not filed by the seller")),
        "outside": ("neutral", _("unconfirmed: outside the platform")),
    },
    "severity": {
        "high": ("bad", _("high")),
        "medium": ("warn", _("medium")),
        "low": ("info", _("low")),
    },
    "upload": {
        "queued": ("neutral", _("waiting")),
        "working": ("info", _("checking")),
        "accepted": ("good", _("in the draft")),
        "partly": ("warn", _("partly in the draft")),
        "refused": ("bad", _("has errors")),
        "stopped": ("neutral", _("stopped")),
        "failed": ("bad", _("could not be read")),
    },
    "reconciliation": {
        "queued": ("neutral", _("waiting")),
        "running": ("info", _("running")),
        "finished": ("good", _("finished")),
        "failed": ("bad", _("failed")),
    },
    "trial": {
        "new": ("bad", _("found newly")),
        "cleared": ("good", _("no longer found")),
        "kept": ("neutral", _("stays")),
    },
    "verdict": {
        "found": ("bad", _("found")),
        "within": ("good", _("within the bounds")),
        "unjudged": ("neutral", _("not judged")),
        "nothing": ("neutral", _("nothing to judge")),
    },
    "proposal": {
        "waiting": ("warn", _("to be decided")),
        "approved": ("good", _("approved")),
        "declined": ("bad", _("declined")),
        "withdrawn": ("neutral", _("taken back")),
    },
    "copy": {
        "acknowledged": ("good", _("acknowledged")),
        "waiting": ("warn", _("to be acknowledged")),
        "late": ("bad", _("late")),
    },
    "query": {
        "open": ("warn", pgettext_lazy("query", "open")),
        "answered": ("good", _("answered")),
    },
    "designation": {
        "current": ("good", _("in force")),
        "future": ("info", _("not yet in force")),
        "ended": ("neutral", _("ended")),
    },
    "account": {
        "active": ("good", _("active")),
        "inactive": ("neutral", _("deactivated")),
        "invited": ("info", _("invited")),
    },
    "notice": {
        "unread": ("info", _("unread")),
        "read": ("neutral", pgettext_lazy("notice", "read")),
    },
    "key": {
        "active": ("good", _("active")),
        "expired": ("neutral", _("expired")),
        "revoked": ("neutral", _("revoked")),
    },
}
