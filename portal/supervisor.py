"""The demonstration's processes: web, worker and beat under one supervisor.

It imports no Django, so that a start with nothing to prepare takes as long as the web server does.
What needs Django (tables, translations, static files, the data) is a command of its own, run only
after something changed.
"""

import contextlib
import fcntl
import hashlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from portal import embedded

BASE_DIR = Path(__file__).resolve().parent.parent
# What the prepared state follows from: tables, translations, static files, data, versions.
SOURCES = (
    *("*/migrations/*.py", "portal/*/migrations/*.py"),
    *("portal/locale/**/*.po", "static/**/*", "requirements.txt"),
    *("*/fixtures/**/*", "portal/*/fixtures/**/*", "portal/dashboard/demonstration.py"),
)
HOST = "127.0.0.1"
SECONDS_TO_ANSWER = 60
SECONDS_TO_STOP = (
    2.5  # for the children; the servers take up to two more, and Ctrl-C is promised five
)
HEAD_START = 1.5
DEATHS = 5  # within DEATHS_WINDOW seconds: then a child is given up, and everything with it
DEATHS_WINDOW = 60
TAIL = 15
LOGINS = "demonstration_logins.txt"  # in the run directory


class Stop(BaseException):
    """Somebody asked the supervisor to end."""


class GivenUp(Exception):
    """The portal can't run; the message says why."""


# --- one child -----------------------------------------------------------------------------------
@dataclass
class Child:
    """A process that should be there: started again when it dies."""

    name: str
    command: list[str]
    log: Path
    process: "subprocess.Popen[bytes] | None" = None
    deaths: list[float] = field(default_factory=list)
    not_before: float = 0.0
    shown: int = 0

    def start(self) -> None:
        """Start it in a process group of its own: Ctrl-C is for the supervisor alone."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=BASE_DIR,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                # Not even a kill -9 of the supervisor leaves it behind.
                preexec_fn=lambda: embedded.LIBC.prctl(embedded.PR_SET_PDEATHSIG, signal.SIGTERM),
            )

    def watch(self, now: float) -> None:
        """Start it again when it has died, later each time. Raises GivenUp when it keeps dying."""
        if self.process is None:
            if now >= self.not_before:
                self.start()
        elif self.process.poll() is not None:
            status = self.process.returncode
            self.process = None
            self.deaths = [*(at for at in self.deaths if now - at < DEATHS_WINDOW), now]
            self.show_problems()
            if len(self.deaths) >= DEATHS:
                raise GivenUp(
                    f"{self.name} died {DEATHS} times (last with status {status}): see {self.log}"
                )
            delay = 2 ** (len(self.deaths) - 1)
            self.not_before = now + delay
            say(f"{self.name} died with status {status}; starting it again in {delay} s.")

    def show_problems(self) -> None:
        """Repeat in the terminal what it said: its log holds warnings and errors only."""
        with self.log.open("rb") as log:
            log.seek(self.shown)
            fresh = log.read()
        whole, _, _ = fresh.rpartition(b"\n")
        if whole:
            self.shown += len(whole) + 1
            for line in whole.decode(errors="replace").splitlines()[-TAIL:]:
                say(f"{self.name}: {line}")

    def signal_group(self, number: int) -> None:
        """Signal the child and its own children."""
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


def stop(children: list[Child]) -> None:
    """End every child within SECONDS_TO_STOP: politely, then at once."""
    for child in children:
        if child.process and child.process.poll() is None:
            child.process.terminate()
    deadline = time.monotonic() + SECONDS_TO_STOP
    while time.monotonic() < deadline and any(
        child.process and child.process.poll() is None for child in children
    ):
        time.sleep(0.02)
    for child in children:
        child.signal_group(signal.SIGKILL)
        if child.process:
            child.process.wait()


# --- what runs -----------------------------------------------------------------------------------
def web(port: int, logs: Path) -> Child:
    """The pages, at `port`."""
    command = ["-m", "gunicorn", "portal.wsgi:application", f"--bind={HOST}:{port}"]
    command += ["--workers=2", "--worker-class=gthread", "--threads=4", "--preload"]
    command += ["--timeout=60", "--graceful-timeout=2", "--log-level=warning"]
    command += ["--no-control-socket"]
    memory = Path("/dev/shm")  # noqa: S108 - gunicorn makes its file unreadable for others
    if os.access(memory, os.W_OK):
        command += [f"--worker-tmp-dir={memory}"]  # a slow disk must not stop the heartbeat
    return Child("web", [sys.executable, *command], logs / "web.log")


def worker(logs: Path) -> Child:
    """Long work."""
    command = ["-m", "celery", "--quiet", "-A", "portal", "worker", "--concurrency=2"]
    command += ["--loglevel=WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    return Child("worker", _celery(command), logs / "worker.log")


def beat(logs: Path) -> Child:
    """Periodic work; its timetable is in the database."""
    command = [
        "-m",
        "celery",
        "--quiet",
        "-A",
        "portal",
        "beat",
        "--loglevel=WARNING",
        "--pidfile=",
    ]
    return Child("beat", _celery(command), logs / "beat.log")


def _celery(command: list[str]) -> list[str]:
    """Celery under this Python; its warning about root is for those who accept pickles."""
    return [sys.executable, "-W", "ignore::UserWarning:celery.platforms", *command]


# --- before the start ----------------------------------------------------------------------------
@contextlib.contextmanager
def only_one(run_dir: Path, address: str) -> Iterator[None]:
    """Be the only supervisor of the run directory. Raises GivenUp, naming the other's address."""
    run_dir.mkdir(parents=True, exist_ok=True)
    with (run_dir / "demo.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise GivenUp(
                f"The portal is already running at {lock.read().strip()}\n"
                f"with the data in {run_dir}. Use that one, or start another beside it:\n"
                "make run PORT=8001 PORTAL_RUN_DIR=.run-2"
            ) from None
        lock.truncate(0)
        lock.write(f"{address} (process {os.getpid()})")
        lock.flush()
        yield


def require_free(port: int) -> None:
    """Raises GivenUp when another program listens at `port`."""
    if _is_free(port):
        return
    other = next((higher for higher in range(port + 1, port + 100) if _is_free(higher)), port + 1)
    raise GivenUp(f"Port {port} is taken by another program. Choose another: make run PORT={other}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    with socket.socket() as caller:
        # A program that listens on every address lets others bind to one of them on some systems.
        return caller.connect_ex((HOST, port)) != 0


def prepare(run_dir: Path) -> None:
    """Tables, translations, static files and data; nothing when nothing changed since last time.

    Nobody here can know whether a real server still holds what was prepared: there it is done anew.
    """
    stamp = run_dir / "prepared"
    done = stamp.read_text() if stamp.exists() else ""
    if _database_is_embedded(run_dir) and done == _fingerprint(run_dir):
        return
    stamp.unlink(missing_ok=True)
    say("Preparing the portal; this takes a moment at the first start.")
    child = Child("prepare", [sys.executable, "manage.py", "demo", "--prepare"], run_dir)
    child.process = subprocess.Popen(child.command, cwd=BASE_DIR, process_group=0)
    try:
        if child.process.wait():
            raise GivenUp("The portal could not be prepared: see above.")
    finally:
        stop([child])
    stamp.write_text(_fingerprint(run_dir))


def _database_is_embedded(run_dir: Path) -> bool:
    address = run_dir / embedded.Postgres.name / "address"
    return address.exists() and address.read_text() == os.environ["DATABASE_URL"]


def _fingerprint(run_dir: Path) -> str:
    """A digest of the names, sizes and times of all sources, and of what was made of them."""
    digest = hashlib.sha256()
    found = [path for source in SOURCES for path in sorted(BASE_DIR.glob(source))]
    # A removed database, or removed static files, must not count as prepared.
    found += [run_dir / "postgres" / "data" / "PG_VERSION", run_dir / "static"]
    for path in found:
        status = path.stat() if path.exists() else None
        if status and path.is_file():
            digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
        else:
            digest.update(f"{path} {bool(status)}\n".encode())
    return digest.hexdigest()


# --- the run -------------------------------------------------------------------------------------
def main(run_dir: Path, port: int) -> None:
    """Run the demonstration until somebody stops it; exits with 1 when it can't run."""
    os.environ["PORTAL_DEMO"] = "1"
    address = f"http://{HOST}:{port}/"
    os.environ.setdefault("PORTAL_ADDRESS", address)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _ask_to_stop)
    try:
        with only_one(run_dir, address):
            require_free(port)
            with embedded.servers(run_dir) as addresses:
                os.environ.update(addresses)
                prepare(run_dir)
                supervise(port, _fresh_logs(run_dir), address)
    except (GivenUp, embedded.ServerFailed) as failure:
        sys.exit(str(failure))
    except Stop:
        say("Stopped.")


def _ask_to_stop(*_: object) -> NoReturn:
    """Once: what ends the run must not be cut short by a second Ctrl-C."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise Stop


def supervise(port: int, logs: Path, address: str) -> NoReturn:
    """Start the children, the web first, and keep them running."""
    children = [web(port, logs)]
    try:
        children[0].start()
        _wait_for_the_first_page(children[0], port)
        _greet(address, logs)
        children += [worker(logs), beat(logs)]
        # One after the other: the first visitor has the machine for a moment.
        for seconds, child in enumerate(children[1:], start=1):
            child.not_before = time.monotonic() + seconds * HEAD_START
        while True:
            for child in children:
                child.watch(time.monotonic())
                child.show_problems()
            time.sleep(0.2)
    finally:
        stop(children)


def _wait_for_the_first_page(web: Child, port: int) -> None:
    deadline = time.monotonic() + SECONDS_TO_ANSWER
    while time.monotonic() < deadline:
        if web.process and web.process.poll() is not None:
            web.show_problems()
            raise GivenUp(f"The web server did not start: see {web.log}")
        if _answers(port):
            return
        time.sleep(0.05)
    web.show_problems()
    raise GivenUp(f"The web server did not answer within {SECONDS_TO_ANSWER} s: see {web.log}")


def _answers(port: int) -> bool:
    """Whether a page comes. Asking also makes the server load what its first visitor needs."""
    line = http.client.HTTPConnection(HOST, port, timeout=30)
    with contextlib.closing(line), contextlib.suppress(OSError, http.client.HTTPException):
        line.request("GET", "/")
        answer = line.getresponse()
        answer.read()
        if forward := answer.getheader("Location"):
            line.request("GET", forward)
            line.getresponse().read()
        return True
    return False


def _fresh_logs(run_dir: Path) -> Path:
    """The folder of the logs, with those of the last run kept beside."""
    logs = run_dir / "logs"
    logs.mkdir(exist_ok=True)
    for name in ("web", "worker", "beat"):
        log = logs / f"{name}.log"
        if log.exists():
            shutil.move(log, log.with_suffix(".log.1"))
        log.touch()
    return logs


def _greet(address: str, logs: Path) -> None:
    with contextlib.suppress(OSError):
        say((logs.parent / LOGINS).read_text())
    say(f"The portal answers at {address}  (logs: {logs}; Ctrl-C stops it)")


def say(line: str) -> None:
    """A line in the terminal, at once even when that is a pipe; never a reason to fail."""
    with contextlib.suppress(OSError):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
