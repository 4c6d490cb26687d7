"""As whom does the embedded database run? As ourselves; but PostgreSQL refuses root, so root's runs as somebody else.

That user often cannot walk to what root can: a checkout under /root, a data directory below `mktemp -d`. Then
the server keeps one capability of root's, to search and read, and nothing else. (CAP_DAC_OVERRIDE, which may
write as well, only where root itself was left with no other, as in a default container.)
"""

import ctypes
import os
import pwd
import re
import shlex
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

# linux/capability.h, linux/securebits.h, linux/prctl.h
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_SETPCAP = 1, 2, 8
CAPABILITY_VERSION_3 = 0x20080522
SECBIT_NO_SETUID_FIXUP = 1 << 2
PR_SET_SECUREBITS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 28, 47, 2

# Bound here, because looking a symbol up between fork and exec may wait for a lock that no thread holds any more.
_libc = ctypes.CDLL(None, use_errno=True)
_prctl: Any = getattr(_libc, "prctl", None)
_capset: Any = getattr(_libc, "capset", None)
_long = ctypes.c_ulong


@dataclass(frozen=True)
class ServerUser:
    """Whom root lets the server run as."""

    name: str
    uid: int
    gid: int

    def entry(self, home: Path, binaries: Path) -> Callable[[], None]:
        """What a child process must call to become this user and still reach both directories.
        Raises PermissionError with what to type if there is no way."""
        postgres = binaries / "postgres"
        if not self._may(postgres, 5):
            tree = binaries.parent.parent
            raise PermissionError(
                f"PostgreSQL refuses to run as root, and {self.name} may not execute {postgres}. "
                f"Type: chmod -R a+rX {shlex.quote(str(tree))} {shlex.quote(f'{tree}.libs')}"
            )
        above = {d: None for path in (home, binaries) for d in (path, *path.parents) if not self._may(d, 1)}
        capability = _reading_capability() if above else None
        if above and capability is None:
            closed = shlex.join(map(str, reversed(above)))
            raise PermissionError(
                f"PostgreSQL refuses to run as root, and {self.name} may not enter {closed}. Type: chmod o+x {closed}"
            )
        return partial(_become, self.uid, self.gid, capability)

    def _may(self, path: Path, bits: int) -> bool:
        """Like the kernel: the first of owner, group, others that fits decides alone."""
        found = path.stat()
        shift = 6 if found.st_uid == self.uid else 3 if found.st_gid == self.gid else 0
        return found.st_mode >> shift & bits == bits


def server_user(cluster: Path) -> ServerUser | None:
    """None: as ourselves. An existing cluster stays with its owner, whoever started it first;
    a new one needs a user with a passwd entry, because initdb looks its own up."""
    if os.geteuid() != 0:
        return None
    if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
        return ServerUser(f"user {owner.st_uid}", owner.st_uid, owner.st_gid)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            found = pwd.getpwnam(name)
            return ServerUser(name, found.pw_uid, found.pw_gid)
    raise PermissionError(
        "PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody. "
        "Type: useradd --system postgres"
    )


def _reading_capability() -> int | None:
    """The smaller of the two that let somebody search any directory, as far as root really has it here."""
    try:
        status = Path("/proc/self/status").read_text()
    except FileNotFoundError:  # not Linux
        return None
    effective = int(re.findall(r"^CapEff:\s*(\w+)$", status, re.MULTILINE)[0], 16)
    held = [c for c in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE) if effective >> c & 1]
    return held[0] if held and effective >> CAP_SETPCAP & 1 else None


def _become(uid: int, gid: int, capability: int | None) -> None:
    """Runs in the child between fork and exec.

    NO_SETUID_FIXUP rather than KEEPCAPS: without it access(2) forgets the capabilities of anybody but root,
    and access(2) is how initdb and pg_ctl look for the postgres beside them.
    """
    os.setgroups([])
    os.setgid(gid)
    if capability is not None:
        _check(_prctl(PR_SET_SECUREBITS, _long(SECBIT_NO_SETUID_FIXUP)))
    os.setuid(uid)
    if capability is not None:
        only = 1 << capability  # effective, permitted, inheritable; their upper halves stay empty
        header, sets = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)(only, only, only)
        _check(_capset(header, sets))
        _check(_prctl(PR_CAP_AMBIENT, *map(_long, (PR_CAP_AMBIENT_RAISE, capability, 0, 0))))


def _check(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), "capabilities")
