"""The Celery application; tasks live in each app's tasks module."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    # Times are China's; 02:00 is after the day's last submission and before anybody is at a desk.
    "reconcile nightly": {
        "task": "traceability.tasks.reconciliations.reconcile_nightly",
        "schedule": crontab(hour=2, minute=0),
    },
    "try what is left over": {
        "task": "traceability.tasks.trials.try_left_over",
        "schedule": 60.0,
    },
    "replay the ledger": {
        "task": "traceability.tasks.replays.replay_nightly",
        "schedule": crontab(hour=2, minute=13),
    },
    # What a lost task or a dead worker left.
    "reconcile what is left over": {
        "task": "traceability.tasks.reconciliations.reconcile_left_over",
        "schedule": 60.0,
    },
    # Decisions whose cooling-off is over.
    "issue what is due": {
        "task": "allocations.tasks.issue_due_decisions",
        "schedule": 60.0,
    },
    # How often a write that was refused came again within its minute.
    "record repeated refusals": {
        "task": "portal.accounts.tasks.record_repeated_refusals",
        "schedule": 60.0,
    },
    # What people are told by e-mail; the rows wait, so that a lost run loses nothing.
    "mail notices": {
        "task": "portal.notices.tasks.mail_due_notices",
        "schedule": 60.0,
    },
    "forget old notices": {
        "task": "portal.notices.tasks.forget_notices",
        "schedule": crontab(hour=3, minute=10),
    },
    # When people come to their desks.
    "remind of copies": {
        "task": "allocations.tasks.remind_of_copies",
        "schedule": crontab(hour=8, minute=30),
    },
    "remind of filings": {
        "task": "traceability.tasks.reminders.remind_of_filings",
        "schedule": crontab(hour=8, minute=30),
    },
    # Notices of what was issued and nobody has asked for yet.
    "make official notices": {
        "task": "allocations.tasks.make_notices",
        "schedule": 60.0,
    },
    "forget answers to machines": {
        "task": "portal.machines.tasks.forget_answers",
        "schedule": crontab(hour=3, minute=0),
    },
    # Uploaded files whose message was lost or whose worker died.
    "check uploads left over": {
        "task": "traceability.tasks.uploads.sweep_uploads",
        "schedule": 60.0,
    },
    "capture events left over": {
        "task": "traceability.tasks.captures.sweep_captures",
        "schedule": 60.0,
    },
}
