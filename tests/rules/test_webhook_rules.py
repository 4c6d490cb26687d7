"""Which events an endpoint wants, when it is tried again, how it is signed, and how long it may be."""

import fnmatch
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from pulsar.webhooks import rules, signing, size
from pulsar.webhooks.rules import FLAGS, Belonging, Wishes, matches, places, retry_delay

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
TEAM, OTHER = UUID(int=1), UUID(int=2)

names = st.from_regex(r"\A[a-z_]{1,12}\.[a-z_]{1,12}\Z")
patterns = st.from_regex(r"\A[a-z_*?]{1,12}(\.[a-z_*?]{1,12})?\Z")


@given(patterns, names)
def test_a_pattern_means_what_it_means_in_a_shell(pattern: str, name: str) -> None:
    assert matches(pattern, name) == fnmatch.fnmatchcase(name, pattern)


@given(names)
def test_a_name_matches_itself_its_family_and_the_star(name: str) -> None:
    assert matches(name, name)
    assert matches(name.partition(".")[0] + ".*", name)
    assert matches("*", name)


def test_a_pattern_of_many_stars_takes_no_time() -> None:
    began = time.monotonic()
    for pattern in ("a*" * 20 + ".b", "*" * 40, "?*" * 20 + "." + "*a" * 20):
        matches(pattern, "a" * 40 + "." + "a" * 40)
    assert time.monotonic() - began < 1


@given(st.sets(st.sampled_from(FLAGS)), st.lists(patterns, max_size=3), names)
def test_nothing_about_webhooks_is_ever_wanted(flags: set[str], asked: list[str], name: str) -> None:
    wishes = Wishes(frozenset(flags), ("*", *asked))
    assert not wishes.named("webhook." + name.partition(".")[2], {})


@pytest.mark.parametrize(
    ("flag", "event_type", "data", "wanted"),
    [
        ("alert_created", "alert.created", {}, True),
        ("alert_created", "alert.closed", {}, False),
        ("alert_updated", "alert.snoozed", {}, True),
        ("alert_updated", "alert.repeated", {}, False),
        ("alert_escalated", "escalation.level_fired", {"level": 0, "cycle": 0}, False),
        ("alert_escalated", "escalation.level_fired", {"level": 1, "cycle": 0}, True),
        ("alert_escalated", "escalation.level_fired", {"level": 0, "cycle": 1}, True),
        ("alert_escalated", "escalation.fallback", {}, True),
        ("incident_updated", "incident.updated", {"kind": "severity_changed"}, True),
        ("incident_updated", "incident.updated", {"kind": "resolved"}, False),
        ("incident_resolved", "incident.updated", {"kind": "resolved"}, True),
        ("incident_resolved", "incident.updated", {"kind": "updated"}, False),
    ],
)
def test_a_flag_stands_for_these_events(flag: str, event_type: str, data: dict[str, Any], wanted: bool) -> None:
    assert Wishes(frozenset({flag})).named(event_type, data) is wanted
    assert not Wishes().named(event_type, data)


def test_filters_hold_back_alerts_and_incidents_and_nothing_else() -> None:
    picky = Wishes(team_ids=frozenset({TEAM}), priorities=frozenset({"P1"}))
    assert picky.admitted(Belonging("P1", TEAM))
    assert not picky.admitted(Belonging("P2", TEAM))
    assert not picky.admitted(Belonging("P1", OTHER))
    assert not picky.admitted(Belonging("P1", None))
    assert picky.admitted(None)
    assert Wishes().admitted(Belonging("P5", None))


firsts = st.timedeltas(timedelta(seconds=1), timedelta(hours=1))
jitters = st.floats(0, 1, exclude_max=True)


@given(st.integers(1, 40), st.integers(0, 30), firsts, jitters, st.none() | st.floats(0, 1e9))
def test_retries_have_an_end_and_a_bound(
    tries: int, most: int, first: timedelta, jitter: float, asked: float | None
) -> None:
    wait = retry_delay(tries, most, first, jitter, asked)
    assert (wait is None) == (tries > most)
    if wait is not None:
        assert first * 0.74 <= wait <= rules.LONGEST_ASKED
        assert asked is None or wait >= timedelta(seconds=min(asked, rules.LONGEST_ASKED.total_seconds()))


@given(firsts, jitters)
def test_each_wait_is_longer_than_the_one_before_until_it_is_six_hours(first: timedelta, jitter: float) -> None:
    waits = [retry_delay(tries, 30, first, jitter) for tries in range(1, 31)]
    assert waits == sorted(waits)  # type: ignore[type-var]
    assert waits[-1] == rules.LONGEST_RETRY * (1 - jitter / 4)


def test_an_endpoint_that_fails_gets_one_place_and_is_given_up_after_days() -> None:
    assert [places(failures, 20) for failures in (0, 4, 5, 99)] == [20, 20, 1, 1]
    assert rules.given_up(500, NOW - timedelta(days=4, hours=23), NOW) is None
    assert rules.given_up(None, NOW - timedelta(days=5), NOW)
    assert rules.given_up(410, None, NOW)


secrets = st.binary(min_size=32, max_size=32).map(bytes.hex)


@given(secrets, secrets, st.binary(max_size=200))
def test_the_library_of_standard_webhooks_takes_what_either_secret_has_signed(old: str, new: str, raw: bytes) -> None:
    body = json.dumps({"type": "alert.created", "raw": raw.hex()}).encode()
    headers = signing.signatures([new, old], "msg-1", datetime.now(UTC), body)
    for secret in (old, new):
        assert Webhook(signing.standard_secret(secret)).verify(body, headers)["raw"] == raw.hex()
    for broken in ({"webhook-id": "msg-2"}, {"webhook-timestamp": str(int(time.time()) - 1)}):
        with pytest.raises(WebhookVerificationError):
            Webhook(signing.standard_secret(new)).verify(body, headers | broken)


def test_the_example_of_the_specification_comes_out() -> None:
    """Of standard-webhooks' own page: the secret there has 24 bytes."""
    body = b'{"test": 2432232314}'
    secret = "30f1d2f9dbbfbd29a4b5a5f6d6dbe9fe9b7e3b6e9b0ed5d1"
    signed = Webhook(signing.standard_secret(secret)).sign(
        "msg_p5j", datetime.fromtimestamp(1614265330, UTC), body.decode()
    )
    assert signing.standard(secret, "msg_p5j", 1614265330, body) == signed


texts = st.text(max_size=3000)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=10), values, max_size=5))
def test_what_is_short_stays_and_what_is_long_says_that_it_was_cut(message: dict[str, Any]) -> None:
    found = size.fitted(message)
    assert (found == message) != found.get("truncated", False)
    assert size._weight(found) <= size.LARGEST + 100


def test_an_alert_with_everything_too_long_fits() -> None:
    alert = {"message": "m" * 500, "description": "d" * 15_000, "details": {f"key {i}": "v" * 1000 for i in range(200)}}
    found = size.fitted({"type": "alert.created", "alert": alert})
    assert len(json.dumps(found)) < 22_000
    assert found["truncated"]
    assert found["alert"]["message"].startswith("mmm")
