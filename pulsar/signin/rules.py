"""Is this code right, and is it new? Is this device new? Pure: of one-time codes (RFC 6238), recovery codes, and what
a program says of itself."""

import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from ipaddress import ip_address, ip_network

import pyotp

STEP_SECONDS = 30
# Of clocks that differ, and people who type: one step before, one after.
SKEW_STEPS = 1

RECOVERY_CODES = 10
# Without what is mistaken for something else. 16 of 32 letters are 80 bits: a plain hash of them cannot be undone.
_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ0123456789"
_GROUPS, _IN_GROUP = 4, 4


def step_at(now: datetime) -> int:
    return int(now.timestamp()) // STEP_SECONDS


def step_of(code: str, secret: str, now: datetime, last_step: int) -> int | None:
    """Which step the code is of, if it is right at this time. None of those up to the last that was taken: who has
    looked over a shoulder cannot use it again (CVE-2026-27855)."""
    typed = "".join(code.split())
    if not typed.isascii():
        return None
    generator = pyotp.HOTP(secret)
    current = step_at(now)
    found = None
    for step in range(current - SKEW_STEPS, current + SKEW_STEPS + 1):
        if hmac.compare_digest(generator.at(step), typed) and step > last_step and found is None:
            found = step
    return found


def new_recovery_codes() -> Sequence[str]:
    return [_recovery_code() for _ in range(RECOVERY_CODES)]


def _recovery_code() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_IN_GROUP)) for _ in range(_GROUPS))


def plain(recovery_code: str) -> str:
    """However it is typed: small, without hyphens, with an O for a nought or an L for a one."""
    letters = "".join(letter for letter in recovery_code.upper() if letter.isalnum())
    return letters.translate(str.maketrans("OIL", "011"))


# As in the console (device.ts). The first that fits: Edge says that it is Chrome as well.
_PROGRAMS = {
    r"\bEdgA?/": "Edge",
    r"\bOPR/": "Opera",
    r"\b(Firefox|FxiOS)/": "Firefox",
    r"\b(Chrome|CriOS|HeadlessChrome)/": "Chrome",
    r"\bVersion/[\d.]+.*Safari/": "Safari",
}
_SYSTEMS = {
    r"iPhone": "iPhone",
    r"iPad": "iPad",
    r"Android": "Android",
    r"Windows": "Windows",
    r"Mac OS X|Macintosh": "Mac",
    r"CrOS": "ChromeOS",
    r"Linux|X11": "Linux",
}
METHODS = {"totp": "authenticator app", "recovery_code": "recovery code", "sso": "single sign-on"}


def _first(names: dict[str, str], agent: str) -> str | None:
    return next((name for pattern, name in names.items() if re.search(pattern, agent)), None)


def device_name(agent: str) -> str:
    """What a program says of itself, in the words of people, on one line. It says what it likes."""
    program, system = _first(_PROGRAMS, agent), _first(_SYSTEMS, agent)
    said = re.sub(r"[^A-Za-z0-9 /._-]", "", agent)[:40].strip()
    return f"{program} on {system}" if program and system else program or system or said or "an unknown program"


def _network(address: str) -> str:
    """A connection's next address is mostly near the one before."""
    try:
        return str(ip_network((address, 24 if ip_address(address).version == 4 else 48), strict=False))
    except ValueError:
        return address


def is_strange(address: str, agent: str, known: Iterable[tuple[str, str]]) -> bool:
    """A kind of device, or a part of the network, that none of those known was of."""
    places, devices = set(), set()
    for place, device in known:
        places.add(_network(place))
        devices.add(device_name(device))
    return _network(address) not in places or device_name(agent) not in devices
