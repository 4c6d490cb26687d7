"""One-time codes and recovery codes: which are right, and which are right no more."""

from base64 import b32encode
from datetime import UTC, datetime, timedelta

import pyotp
from hypothesis import given
from hypothesis import strategies as some

from pulsar.signin.rules import (
    SKEW_STEPS,
    STEP_SECONDS,
    device_name,
    is_strange,
    new_recovery_codes,
    plain,
    step_at,
    step_of,
)

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
    "Mobile/15E148 Safari/604.1"
)

SECRET = pyotp.random_base32()
APP = pyotp.TOTP(SECRET)
moments = some.datetimes(datetime(2020, 1, 1), datetime(2060, 1, 1), timezones=some.just(UTC))


def test_the_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B, the last six digits of eight."""
    secret = b32encode(b"12345678901234567890").decode()
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        assert step_of(code, secret, datetime.fromtimestamp(seconds, UTC), 0) == seconds // STEP_SECONDS


@given(moments, some.integers(-4, 4))
def test_a_code_is_right_within_one_step_of_the_clock(now: datetime, steps: int) -> None:
    code = APP.at(now + timedelta(seconds=STEP_SECONDS * steps))
    expected = step_at(now) + steps if abs(steps) <= SKEW_STEPS else None
    assert step_of(code, SECRET, now, 0) in {expected, *_by_chance(code, now)}


def _by_chance(code: str, now: datetime) -> set[int]:
    """Of a million codes two steps may well have the same."""
    near = range(step_at(now) - SKEW_STEPS, step_at(now) + SKEW_STEPS + 1)
    return {step for step in near if pyotp.HOTP(SECRET).at(step) == code}


@given(moments, some.integers(-SKEW_STEPS, SKEW_STEPS), some.integers(0, 3))
def test_no_step_is_taken_that_is_not_after_the_last(now: datetime, steps: int, later: int) -> None:
    code = APP.at(now + timedelta(seconds=STEP_SECONDS * steps))
    last = step_at(now) + steps + later
    found = step_of(code, SECRET, now, last)
    assert found is None or found > last


@given(some.text(max_size=12), moments)
def test_what_is_typed_is_a_code_or_nothing_and_never_an_error(typed: str, now: datetime) -> None:
    found = step_of(typed, SECRET, now, 0)
    assert found is None or "".join(typed.split()) == pyotp.HOTP(SECRET).at(found)


def test_recovery_codes_are_told_apart_and_read_however_they_are_typed() -> None:
    codes = new_recovery_codes()
    assert len({plain(code) for code in codes}) == len(codes)
    for code in codes:
        assert plain(code.lower().replace("-", " ").replace("0", "O").replace("1", "l")) == plain(code)
        assert not set(plain(code)) & set("OIL")


def test_a_newer_browser_from_next_door_is_not_strange() -> None:
    known = [("192.0.2.7", CHROME.format(140)), ("2001:db8:1:2::3", IPHONE)]
    assert not is_strange("192.0.2.99", CHROME.format(141), known)
    assert not is_strange("2001:db8:1:9::1", CHROME.format(141), known)
    assert is_strange("192.0.3.7", CHROME.format(140), known), "a place of somebody else's"
    assert is_strange("192.0.2.7", IPHONE.replace("iPhone", "iPad"), known), "another kind of device"
    assert is_strange("unknown", IPHONE, known)
    assert is_strange("192.0.2.7", IPHONE, [])


def test_a_device_is_called_as_people_call_it_and_says_nothing_else_of_its_own() -> None:
    assert device_name(CHROME.format(140)) == "Chrome on Linux"
    assert device_name(IPHONE) == "Safari on iPhone"
    assert device_name("A telephone/1.0") == "A telephone/1.0"
    assert device_name("x\r\nBcc: eve@example.org <b>") == "xBcc eveexample.org b"
    assert device_name("") == "an unknown program"
