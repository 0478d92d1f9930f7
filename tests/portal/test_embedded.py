"""PostgreSQL and Redis from wheels: shared, recovered, and never left behind."""

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from portal import embedded

ROOT = Path(__file__).parents[2]
USER_OF_BOTH = """
import sys, time
from pathlib import Path
from portal import embedded
with embedded.servers(Path(sys.argv[1])):
    print("ready", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def run_dir(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty run directory, with no servers named in the environment."""
    for name in embedded.EMBEDDED:
        monkeypatch.delenv(name, raising=False)
    folder = Path(tempfile.mkdtemp(prefix="portal-embedded-"))
    yield folder / "run"
    shutil.rmtree(folder)


@pytest.fixture
def deep_run_dir(run_dir: Path) -> Path:
    """One whose path no socket can have, with all that a path may hold."""
    deep = run_dir / ("deep" * 20) / "with a space, 稀土" / ("deeper" * 10)
    assert len(bytes(deep)) > 150
    return deep


def remember(addresses: dict[str, str]) -> tuple[int, int]:
    """Add a row and count a key; how many of each there are now."""
    with psycopg.connect(addresses["DATABASE_URL"]) as line:
        line.execute("CREATE TABLE IF NOT EXISTS remembered (at timestamptz DEFAULT now())")
        line.execute("INSERT INTO remembered DEFAULT VALUES")
        (rows,) = line.execute("SELECT count(*) FROM remembered").fetchone() or (0,)
    with contextlib.closing(redis.from_url(addresses["REDIS_URL"])) as client:
        return rows, int(client.incr("remembered"))


def start_user(run_dir: Path) -> "subprocess.Popen[bytes]":
    """Another process that uses both servers."""
    command = [sys.executable, "-c", USER_OF_BOTH, str(run_dir)]
    user = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    assert user.stdout
    assert user.stdout.readline() == b"ready\n"
    return user


def kill(process: "subprocess.Popen[bytes]") -> None:
    """As the kernel does when memory runs out."""
    process.kill()
    process.wait()
    assert process.stdout
    process.stdout.close()


def processes_of(run_dir: Path) -> list[int]:
    """Every process that works in the run directory, or was started with its name."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            named = bytes(run_dir) in (process / "cmdline").read_bytes()
            if named or (process / "cwd").readlink().is_relative_to(run_dir):
                found.append(int(process.name))
    return found


def wait_until(holds: Callable[[], bool]) -> None:
    """Five seconds at most."""
    deadline = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_servers_keep_their_data_and_leave_nothing_running(run_dir):
    with embedded.servers(run_dir) as addresses:
        first = remember(addresses)
    with embedded.servers(run_dir) as addresses:
        second = remember(addresses)

    assert (first, second) == ((1, 1), (2, 2))
    assert processes_of(run_dir) == []


def test_servers_start_from_a_deep_path(deep_run_dir):
    with embedded.servers(deep_run_dir, durable=False) as addresses:
        assert remember(addresses) == (1, 1)

    assert processes_of(deep_run_dir) == []


def test_servers_named_in_the_environment_are_taken(run_dir, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/portal")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")

    with embedded.servers(run_dir) as addresses:
        assert addresses["DATABASE_URL"] == "postgresql://elsewhere/portal"

    assert not run_dir.exists()


def test_two_processes_share_the_servers_until_the_last_one_ends(run_dir):
    with embedded.servers(run_dir, durable=False) as addresses:
        other = start_user(run_dir)
        with embedded.servers(run_dir, durable=False) as shared:
            assert shared == addresses
    assert processes_of(run_dir)

    with embedded.servers(run_dir) as still_shared:
        assert still_shared == addresses
        assert remember(still_shared) == (1, 1)
    kill(other)

    wait_until(lambda: not processes_of(run_dir))


def test_servers_recover_after_everything_was_killed(run_dir):
    with embedded.servers(run_dir) as addresses:
        remember(addresses)
    user = start_user(run_dir)
    for process in processes_of(run_dir):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    kill(user)
    # On a busy machine a killed process takes a moment to go, and listens until then.
    wait_until(lambda: not processes_of(run_dir))

    with embedded.servers(run_dir) as addresses:
        rows, _ = remember(addresses)

    assert rows == 2


def test_an_address_left_behind_by_a_killed_keeper_is_not_given_out(run_dir):
    with embedded.servers(run_dir) as addresses:
        remember(addresses)
    server = embedded.Postgres(run_dir)
    dying = os.open(server.keeper_lock, os.O_RDWR)
    fcntl.flock(dying, fcntl.LOCK_EX)
    server.make_private(server.sockets)
    server.address_file.write_text(server.url())
    threading.Timer(0.5, os.close, [dying]).start()

    with embedded.servers(run_dir) as addresses:
        assert remember(addresses)[0] == 2


def test_a_server_that_dies_is_started_again(run_dir):
    server = embedded.Postgres(run_dir)
    with embedded.servers(run_dir) as addresses:
        remember(addresses)
        pid = int((server.folder / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGKILL)
        time.sleep(0.3)
        wait_until(lambda: server.answers(_postmaster(server, unlike=pid)))

        assert remember(addresses)[0] == 2


def _postmaster(server: embedded.Postgres, *, unlike: int) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        found = int((server.folder / "postmaster.pid").read_text().splitlines()[0])
        return found if found != unlike else -1
    return -1


def test_a_lock_whose_number_is_another_process_now_is_stale(run_dir):
    with embedded.servers(run_dir) as addresses:
        remember(addresses)
    server = embedded.Postgres(run_dir)
    bystander = subprocess.Popen(["sleep", "60"], **server.account())
    lock = server.folder / "postmaster.pid"
    lock.write_text(f"{bystander.pid}\n{server.folder}\n1\n5432\n{server.sockets}\n\n1 1\nready\n")

    with embedded.servers(run_dir) as addresses:
        assert remember(addresses)[0] == 2

    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def test_a_server_that_can_not_start_says_why(run_dir):
    with embedded.servers(run_dir):
        pass
    server = embedded.Postgres(run_dir)
    (server.folder / "PG_VERSION").write_text("9.6\n")

    with (
        pytest.raises(embedded.ServerFailed, match=r"(?s)PostgreSQL did not start.*9\.6"),
        embedded.servers(run_dir),
    ):
        pass

    assert processes_of(run_dir) == []


def test_commands_that_need_no_server_start_none(run_dir):
    environment = os.environ | {"PORTAL_RUN_DIR": str(run_dir)}
    environment["DJANGO_SETTINGS_MODULE"] = "portal.settings"

    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr.decode()
    assert not (run_dir / "postgres").exists()


def test_a_command_creates_the_tables_it_needs(run_dir):
    environment = os.environ | {"PORTAL_RUN_DIR": str(run_dir)}
    environment["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    code = "from portal.accounts.models import User; print('users:', User.objects.count())"

    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=True,
    )

    assert b"users:" in done.stdout
    assert processes_of(run_dir) == []
