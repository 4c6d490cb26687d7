"""Where is the database when PULSAR_DATABASE_URL is not set? Here: a PostgreSQL of our own in the data directory.

The server is a process of its own, shared by every Pulsar on the same data directory: the first one starts it,
the last one stops it, and the death of any of them does not touch it. Two lock files tell who is who. Everybody
who uses the server holds `postgres.users` shared; whoever starts or stops it holds `postgres.start` alone. The
kernel lets go of both when a process dies, so kill -9 leaves nothing to clean up.
"""

import asyncio
import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import SubprocessError
from typing import BinaryIO

from pulsar.base.cluster import Cluster, EmbeddedPostgresFailed, open_private

__all__ = ["EmbeddedPostgresFailed", "embedded", "ensure_running"]


@contextmanager
def embedded(data_dir: Path) -> Iterator[str]:
    """Runs PostgreSQL for as long as somebody uses it, and yields its `postgresql://` URL.

    Blocks (a second the first time, less later), so enter it before the event loop has other work. Raises
    EmbeddedPostgresFailed. A process forked or spawned inside counts as part of this user, not as another one.
    """
    with ExitStack() as leaving:
        with _in_plain_words():
            cluster = Cluster(data_dir)
            with _alone(cluster):
                users = leaving.enter_context(_users(cluster))
                fcntl.flock(users, fcntl.LOCK_SH)
                leaving.callback(_leave, cluster, users)
                cluster.bring_up()
            url = cluster.url
        yield url


async def ensure_running(data_dir: Path) -> None:
    """Brings the server back if it died under a running Pulsar, and returns when it answers.

    To be called every few seconds, at the latest when queries fail: while all is well it costs one greeting,
    and it keeps the server's log bounded. Does nothing once the last user has left `embedded()`.
    """
    await asyncio.to_thread(_revive, data_dir)


def _revive(data_dir: Path) -> None:
    with _in_plain_words():
        cluster = Cluster(data_dir)
        with _alone(cluster), _users(cluster) as users:
            if not _unused(users):
                cluster.bring_up()


def _leave(cluster: Cluster, users: BinaryIO) -> None:
    with _in_plain_words(), _alone(cluster):
        try:
            if _unused(users):
                cluster.stop()
        finally:
            fcntl.flock(users, fcntl.LOCK_UN)  # closing is not enough: a forked child shares the lock


def _users(cluster: Cluster) -> BinaryIO:
    return open_private(cluster.home / "postgres.users")


def _unused(users: BinaryIO) -> bool:
    """Whether nobody else uses the server. Only asked alone: asking takes the lock from those about to join."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _alone(cluster: Cluster) -> Iterator[None]:
    """One at a time among all, in any process, that join, leave, start or stop."""
    with open_private(cluster.home / "postgres.start") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)


@contextmanager
def _in_plain_words() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise EmbeddedPostgresFailed(str(error)) from error
    except SubprocessError as error:  # the change of user failed, between fork and exec
        raise EmbeddedPostgresFailed(
            "PostgreSQL refuses to run as root, and root may not become another user here. "
            "Run Pulsar as another user, or set PULSAR_DATABASE_URL."
        ) from error
