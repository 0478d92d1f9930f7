"""One supervisor, its children, and the demonstration from the first start to Ctrl-C."""

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import reverse

from portal import embedded, supervisor
from tests.portal.test_embedded import ROOT, processes_of, wait_until

PARENT = """
import sys, time
from pathlib import Path
from portal.supervisor import Child
child = Child("sleeper", ["sleep", "60"], Path(sys.argv[1]))
child.start()
print(child.process.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The log of a child."""
    path = tmp_path / "child.log"
    path.touch()
    return path


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port where somebody else listens."""
    with socket.socket() as other:
        other.bind((supervisor.HOST, 0))
        other.listen()
        yield other.getsockname()[1]


def is_running(pid: int) -> bool:
    """True for a process that is more than a name in the table."""
    with contextlib.suppress(OSError):
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    return False


def die(child: supervisor.Child) -> float:
    """Let it start as soon as it may, and end; how long the supervisor will wait then."""
    now = child.not_before
    child.watch(now)
    assert child.process
    child.process.wait()
    child.watch(now)
    return child.not_before - now


def test_only_one_names_the_address_of_the_other(tmp_path):
    with (
        supervisor.only_one(tmp_path, "http://127.0.0.1:8000/"),
        pytest.raises(supervisor.GivenUp, match=r"already running at http://127\.0\.0\.1:8000/"),
        supervisor.only_one(tmp_path, "http://127.0.0.1:8001/"),
    ):
        pass

    with supervisor.only_one(tmp_path, "http://127.0.0.1:8001/"):
        pass


def test_require_free_offers_another_port(taken_port):
    with pytest.raises(supervisor.GivenUp, match=rf"Port {taken_port} is taken.*make run PORT=\d+"):
        supervisor.require_free(taken_port)


def test_a_child_that_dies_is_started_again_later_each_time(log, capsys):
    child = supervisor.Child("web", ["sh", "-c", "echo no luck; exit 3"], log)

    delays = [die(child) for _ in range(supervisor.DEATHS - 1)]
    with pytest.raises(supervisor.GivenUp, match=r"web died 5 times \(last with status 3\)"):
        die(child)

    said = capsys.readouterr().out
    assert delays == [1, 2, 4, 8]
    assert said.count("web: no luck") == supervisor.DEATHS
    assert "web died with status 3; starting it again in 1 s." in said


def test_stop_ends_the_stubborn_and_their_children(log, monkeypatch):
    monkeypatch.setattr(supervisor, "SECONDS_TO_STOP", 0.2)
    child = supervisor.Child("deaf", ["sh", "-c", "trap '' TERM; sleep 60 & echo $!; wait"], log)
    child.start()
    wait_until(lambda: log.read_text().endswith("\n"))

    supervisor.stop([child])

    wait_until(lambda: not is_running(int(log.read_text())))
    assert child.process
    assert child.process.returncode == -signal.SIGKILL


def test_children_do_not_outlive_a_killed_supervisor(log):
    command = [sys.executable, "-c", PARENT, str(log)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        assert is_running(child)
        parent.kill()

    wait_until(lambda: not is_running(child))


class Demonstration:
    """`manage.py demo` in a run directory of its own."""

    def __init__(self, folder: Path) -> None:
        self.run_dir = folder / "run"
        self.output = folder / "output"
        with socket.socket() as probe:
            probe.bind((supervisor.HOST, 0))
            self.port: int = probe.getsockname()[1]
        mine = {"PORTAL_RUN_DIR": str(self.run_dir), "DJANGO_SETTINGS_MODULE": "portal.settings"}
        self.environment = os.environ | mine
        for name in (*embedded.EMBEDDED, "PORTAL_TEST_RUN", "PORTAL_DEMO"):
            self.environment.pop(name, None)

    def start(self) -> "subprocess.Popen[bytes]":
        """Start it in the background."""
        with self.output.open("wb") as output:
            return subprocess.Popen(
                [sys.executable, "manage.py", "demo", "--port", str(self.port)],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait_for_the_first_page(self, running: "subprocess.Popen[bytes]") -> None:
        """Until it has said where it is."""
        deadline = time.monotonic() + 180
        while "The portal answers at" not in self.output.read_text():
            assert running.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.1)

    def status_of(self, path: str) -> int:
        """The status of one page."""
        line = http.client.HTTPConnection(supervisor.HOST, self.port, timeout=30)
        with contextlib.closing(line):
            line.request("GET", path)
            return line.getresponse().status


@pytest.fixture
def demonstration() -> Iterator[Demonstration]:
    """One that is not started yet."""
    folder = Path(tempfile.mkdtemp(prefix="portal-demo-"))
    yield Demonstration(folder)
    shutil.rmtree(folder)


def test_demo_starts_answers_refuses_a_second_and_stops(demonstration):
    running = demonstration.start()
    try:
        demonstration.wait_for_the_first_page(running)
        said = demonstration.output.read_text()
        again = subprocess.run(
            [sys.executable, "manage.py", "demo", "--port", "8001"],
            cwd=ROOT,
            env=demonstration.environment,
            capture_output=True,
            check=False,
        )

        assert "demo-miit-drafter" in said
        assert demonstration.status_of(reverse("account_login")) == 200
        assert again.returncode == 1
        assert f"already running at http://127.0.0.1:{demonstration.port}/" in again.stderr.decode()
    finally:
        running.send_signal(signal.SIGINT)
        status = running.wait()

    assert status == 0
    assert processes_of(demonstration.run_dir) == []
    assert demonstration.output.read_text().endswith("Stopped.\n")
