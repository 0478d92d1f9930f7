"""Runs the web server, the worker and the timetable as one, and ends them as one.

Each child leads a process group of its own and is told by the kernel when this process dies, so that
nothing lives on, whatever ends it.
"""

import contextlib
import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

PR_SET_PDEATHSIG = 1
SECONDS_TO_STOP = 2.5  # then the hard way; the embedded servers have the rest of five seconds
SECONDS_TO_ANSWER = 60
# So many deaths within so many seconds mean that starting it again won't help.
DEATHS = 4
WITHIN_SECONDS = 60
LIBC = ctypes.CDLL(None)

Say = Callable[[str], None]


class CannotRun(Exception):
    """The portal can't be started; the message says why and what to do."""


@dataclass(slots=True)
class Child:
    """One process that belongs to the portal, started again when it dies."""

    name: str
    command: Sequence[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Start it in a process group of its own; what it says goes to its log."""
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                list(self.command),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    def has_died(self) -> bool:
        """Whether it ended without being asked."""
        return self.process is not None and self.process.poll() is not None

    def signal(self, number: signal.Signals) -> None:
        """Tell the whole group."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


def _die_with_parent() -> None:
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def children(python: str, *, port: int, logs: Path) -> list[Child]:
    """The web server, the worker and the timetable."""
    gunicorn = [python, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{port}"]
    gunicorn += ["--workers", "2", "--threads", "4", "--graceful-timeout", "2", "--timeout", "120"]
    celery = [python, "-m", "celery", "-A", "portal"]
    worker = [*celery, "worker", "--concurrency", "2", "--loglevel", "WARNING"]
    beat = [*celery, "beat", "--loglevel", "WARNING", "--pidfile", ""]
    return [
        Child("web", gunicorn, logs / "web.log"),
        Child("worker", worker, logs / "worker.log"),
        Child("beat", beat, logs / "beat.log"),
    ]


@contextlib.contextmanager
def only_one(run_dir: Path, address: str) -> Iterator[None]:
    """Hold the run directory for this portal. Raises CannotRun, naming the one that runs."""
    run_dir.mkdir(parents=True, exist_ok=True)
    with (run_dir / "portal.lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRun(f"The portal is running already: {_noted(lock)}") from None
        lock.truncate(0)
        lock.write(address)
        lock.flush()
        yield


def _noted(lock: TextIO) -> str:
    lock.seek(0)
    return lock.read().strip() or "it is just starting"


def require_free_port(port: int) -> None:
    """Raises CannotRun when something else answers there."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise CannotRun(
                f"Port {port} is taken by another program. Choose another one: make run PORT={port + 1}"
            ) from None


def wait_for_page(url: str, child: Child) -> None:
    """Until the first page answers. Raises CannotRun with the last lines of the log."""
    deadline = time.monotonic() + SECONDS_TO_ANSWER
    while time.monotonic() < deadline:
        if child.has_died():
            break
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise CannotRun(f"The web server does not answer.\n{last_lines(child.log)}")


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])


def watch(crew: Sequence[Child], say: Say) -> None:
    """Start again what dies, until a signal ends it. Raises CannotRun when one keeps dying."""
    while True:
        time.sleep(0.3)
        for child in crew:
            if child.has_died():
                _start_again(child, say)


def _start_again(child: Child, say: Say) -> None:
    now = time.monotonic()
    child.deaths = [at for at in child.deaths if now - at < WITHIN_SECONDS] + [now]
    if len(child.deaths) >= DEATHS:
        raise CannotRun(f"{child.name} keeps ending.\n{last_lines(child.log)}")
    say(f"{child.name} ended; starting it again. Its log: {child.log}")
    time.sleep(0.5 * len(child.deaths))
    child.start()


def stop(crew: Sequence[Child]) -> None:
    """End every child and all that it started."""
    for child in crew:
        child.signal(signal.SIGTERM)
    deadline = time.monotonic() + SECONDS_TO_STOP
    for child in crew:
        if child.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, deadline - time.monotonic()))
    for child in crew:
        child.signal(signal.SIGKILL)
        if child.process is not None:
            child.process.wait()


def end_on_signals() -> None:
    """SIGTERM and SIGHUP end the supervisor as Ctrl-C does."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, interrupt)


def python() -> str:
    """The interpreter that runs this."""
    return sys.executable
