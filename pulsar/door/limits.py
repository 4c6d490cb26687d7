"""How fast may somebody call? Counted in memory, for whoever it is: a key, a person, an integration, an address, an
organization. What other nodes let through is counted too, as `sharing` tells it.
"""

import time
from collections.abc import Callable, Iterable, MutableMapping
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import Any
from uuid import UUID

from prometheus_client import Counter
from starlette.requests import HTTPConnection

from pulsar.base.errors import Problem
from pulsar.door.headers import Header
from pulsar.door.rules import WINDOW_SECONDS, Limit, Standing
from pulsar.settings import Settings

Scope = MutableMapping[str, Any]

Kind = str
Bucket = tuple[Kind, str]
KEY, PERSON, ADDRESS, ORGANIZATION = "key", "person", "address", "organization"
INTEGRATION, SIGNALS = "integration", "signals"

# A full bucket need not be remembered. Of those that are not, so many; an attacker with more addresses than that pushes
# out the oldest.
_MOST_BUCKETS = 100_000
# Other nodes hear at once of what is more than this part of a limit, and of the rest when it is time.
_AT_ONCE = 40
_STANDING, _TAKEN = "rate_limit", "rate_limited_by"

_limited = Counter("pulsar_limited_total", "Requests answered with 429, by which limit it was.", ["limit"])


class TooManyRequests(Problem, status=429):
    """More requests than are let through; wait a while and try again."""

    def __init__(self, standing: Standing, wait: float) -> None:
        limit, seconds = standing.limit, max(1, ceil(wait))
        super().__init__(
            f"There may be {limit.per_minute} requests a minute by one {limit.name}. Try again in {seconds} s.",
            retry_after_seconds=seconds,
            limit=limit.name,
        )
        self.standing = standing
        self.headers["Retry-After"] = str(seconds)


def limits_from(settings: Settings) -> dict[Kind, Limit]:
    """Those that are on."""
    given = {
        KEY: ("key", settings.limit_per_caller),
        PERSON: ("person", settings.limit_per_caller),
        ADDRESS: ("address", settings.limit_per_address),
        ORGANIZATION: ("organization", settings.limit_per_organization),
        INTEGRATION: ("integration", settings.limit_per_integration),
        SIGNALS: ("organization", settings.limit_signals_per_organization),
    }
    return {kind: Limit(name, per_minute) for kind, (name, per_minute) in given.items() if per_minute}


class Limits:
    """The buckets of one node."""

    def __init__(self, limits: dict[Kind, Limit], now: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._now = now
        self._full_at: dict[Bucket, float] = {}
        self.untold: dict[Bucket, int] = {}
        """What this node let through and others have not heard of."""
        self.urgent: Callable[[], None] = lambda: None

    def take(self, *buckets: Bucket) -> Standing | None:
        """One of each, or none of any. Answers the one that is closest to its end; None where nothing is limited.
        Raises TooManyRequests."""
        now, taken = self._now(), []
        for bucket in buckets:
            if limit := self._limits.get(bucket[0]):
                full_at = self._full_at.get(bucket, 0.0)
                becomes = limit.take(full_at, now)
                if becomes is None:
                    _limited.labels(bucket[0]).inc()
                    raise TooManyRequests(_standing(limit, full_at, now), limit.wait(full_at, now))
                taken.append((bucket, limit, becomes))
        for bucket, limit, becomes in taken:
            self._note(bucket, limit, becomes)
        standings = [_standing(limit, becomes, now) for _, limit, becomes in taken]
        return (
            min(standings, key=lambda standing: standing.share) if len(standings) > 1 else next(iter(standings), None)
        )

    def per_minute(self, *buckets: Bucket) -> int | None:
        """How many these let through together; None where nothing is limited."""
        return min((self._limits[kind].per_minute for kind, _ in buckets if kind in self._limits), default=None)

    def _note(self, bucket: Bucket, limit: Limit, becomes: float) -> None:
        if bucket not in self._full_at and len(self._full_at) >= _MOST_BUCKETS:
            self._forget()
        self._full_at[bucket] = becomes
        untold = self.untold[bucket] = self.untold.get(bucket, 0) + 1
        if untold * _AT_ONCE >= limit.per_minute:
            self.urgent()

    def _forget(self) -> None:
        now = self._now()
        kept = [(bucket, full_at) for bucket, full_at in self._full_at.items() if full_at > now]
        self._full_at = dict(kept[-_MOST_BUCKETS // 2 :])
        self.untold = {bucket: times for bucket, times in self.untold.items() if bucket in self._full_at}

    def tell(self) -> dict[Bucket, int]:
        """What others are now told of."""
        told, self.untold = self.untold, {}
        return told

    def heard(self, told: Iterable[tuple[Bucket, int]]) -> None:
        """Another node let these through."""
        now = self._now()
        for bucket, times in told:
            if limit := self._limits.get(bucket[0]):
                self._full_at[bucket] = max(self._full_at.get(bucket, 0.0), now) + times * limit.seconds_each

    def spent(self) -> dict[Bucket, int]:
        """What is gone from each bucket, whoever took it: for a node that has just come."""
        now = self._now()
        found = {bucket: self._limits[bucket[0]].spent(full_at, now) for bucket, full_at in self._full_at.items()}
        return {bucket: times for bucket, times in found.items() if times}

    def learned(self, spent: Iterable[tuple[Bucket, int]]) -> None:
        """How the buckets stand elsewhere: what this node has counted itself is in it, or is to come."""
        now = self._now()
        for bucket, times in spent:
            if limit := self._limits.get(bucket[0]):
                self._full_at[bucket] = max(self._full_at.get(bucket, 0.0), now + times * limit.seconds_each)

    def admit(self, scope: Scope, *buckets: Bucket) -> None:
        """Takes one of those that this request has not taken of, and leaves in it where its sender stands. Raises
        TooManyRequests."""
        taken: set[Bucket] = scope.setdefault(_TAKEN, set())
        try:
            standing = self.take(*(bucket for bucket in buckets if bucket not in taken))
        except TooManyRequests as no:
            scope[_STANDING] = no.standing
            raise
        taken.update(buckets)
        before: Standing | None = scope.get(_STANDING)
        if standing and (not before or standing.share < before.share):
            scope[_STANDING] = standing


def limits_of(request: HTTPConnection) -> Limits:
    limits: Limits = request.app.state.limits
    return limits


def _standing(limit: Limit, full_at: float, now: float) -> Standing:
    return Standing(limit, limit.left(full_at, now), max(0.0, full_at - now))


def standing_headers(scope: Scope) -> list[Header]:
    """As the draft of the IETF has it (ratelimit-headers), and in the three older ones that clients know."""
    standing: Standing | None = scope.get(_STANDING)
    if standing is None:
        return []
    name, most, left, full_in = standing.limit.name, standing.limit.per_minute, standing.left, ceil(standing.full_in)
    return [
        (b"ratelimit-policy", f'"{name}";q={most};w={WINDOW_SECONDS}'.encode()),
        (b"ratelimit", f'"{name}";r={left};t={full_in}'.encode()),
        (b"ratelimit-limit", b"%d" % most),
        (b"ratelimit-remaining", b"%d" % left),
        (b"ratelimit-reset", b"%d" % full_in),
    ]


def of_caller(org_id: UUID, *, key_id: UUID | None = None, user_id: UUID | None = None) -> tuple[Bucket, Bucket]:
    who = (KEY, key_id.hex) if key_id else (PERSON, user_id.hex if user_id else "")
    return who, (ORGANIZATION, org_id.hex)


def of_integration(org_id: UUID, token_id: UUID) -> tuple[Bucket, Bucket]:
    return (INTEGRATION, token_id.hex), (SIGNALS, org_id.hex)


def of_address(scope: Scope) -> Bucket:
    """Of IPv6 the network, because whoever has one address there has them all."""
    host = scope["client"][0] if scope.get("client") else ""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return (ADDRESS, host)
    if isinstance(address, IPv6Address):
        return (ADDRESS, str(address.ipv4_mapped or ip_network((address, 64), strict=False).network_address))
    return (ADDRESS, host)
