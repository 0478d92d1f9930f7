"""The portal's settings for tests: servers of their own, and nothing slow that no test is about.

Importing this starts the servers, since the settings must name them: once, in the process that was
started first. The workers of xdist inherit the addresses. The servers end with that process,
however it ends.
"""

import atexit
import contextlib
import os
import shutil
import tempfile
from pathlib import Path


def _start_servers() -> None:
    """Name the servers in the environment: TEST_DATABASE_URL, DATABASE_URL, or one for this run."""
    from portal import embedded

    if given := os.environ.get("TEST_DATABASE_URL"):
        os.environ["DATABASE_URL"] = given
    run_dir = Path(tempfile.mkdtemp(prefix="portal-tests-"))
    run_dir.chmod(0o711)  # under root the database has an account of its own, which must pass
    running = contextlib.ExitStack()
    running.callback(shutil.rmtree, run_dir, ignore_errors=True)
    atexit.register(running.close)
    os.environ.update(running.enter_context(embedded.servers(run_dir, durable=False)))
    os.environ["PORTAL_RUN_DIR"] = str(run_dir)
    os.environ["PORTAL_TEST_RUN"] = run_dir.name.rpartition("-")[2]


def _compile_translations() -> None:
    from portal.kernel.management.commands.compile_translations import compile_catalogues

    compile_catalogues([Path(__file__).parent.parent / "portal" / "locale"])


if "PORTAL_TEST_RUN" not in os.environ:
    _start_servers()
    _compile_translations()

from portal.settings import *  # noqa: E402, F403

# Each worker has a Redis database of its own, so that locks and counters of two don't meet.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
REDIS_URL = (
    os.environ["REDIS_URL"].rpartition("/")[0] + f"/{int(WORKER.removeprefix('gw')) % 15 + 1}"
)
CELERY_BROKER_URL = REDIS_URL
CACHES["default"]["LOCATION"] = REDIS_URL  # noqa: F405

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]  # noqa: F405
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"  # noqa: F405
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True  # nothing is collected for tests
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# The tests of the second factor turn it on; everybody else signs in without.
MFA_REQUIRED = False
