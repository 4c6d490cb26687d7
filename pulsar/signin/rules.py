"""Is this code right, and is it new? Pure: of one-time codes (RFC 6238) and recovery codes."""

import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

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
