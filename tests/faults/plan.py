"""What happens in this night? Drawn from its seed: policies, alerts, acknowledgements, and what is killed when."""

import random
from dataclasses import dataclass
from typing import Literal

Victim = Literal["worker", "api", "database"]

VICTIMS: tuple[Victim, ...] = ("worker", "api", "database")
ALERTS = 50
PEOPLE = 4
POLICIES = 4
_ALERTS_WITHIN = 6.0
_ACKNOWLEDGED_WITHIN = 8.0
_KILLED_WITHIN = 8.0


@dataclass(frozen=True)
class Level:
    delay_seconds: int
    people: tuple[int, ...]


@dataclass(frozen=True)
class Policy:
    levels: tuple[Level, ...]
    repeat_count: int


@dataclass(frozen=True)
class Alert:
    """`acknowledged_after` seconds after it was taken in, by this person; None: by nobody."""

    at: float
    policy: int
    acknowledged_after: float | None
    by: int


@dataclass(frozen=True)
class Night:
    """`bundle_seconds`: for how long a recipient gets one message, and then a digest; 0: every message by itself."""

    seed: int
    bundle_seconds: int
    policies: tuple[Policy, ...]
    alerts: tuple[Alert, ...]


@dataclass(frozen=True)
class Kill:
    at: float
    victim: Victim


def night(seed: int) -> Night:
    chance = random.Random(seed)
    policies = tuple(policy(chance) for _ in range(POLICIES))
    return Night(seed, chance.choice((0, 5)), policies, tuple(_alert(chance) for _ in range(ALERTS)))


def policy(chance: random.Random) -> Policy:
    levels = tuple(
        Level(chance.randint(0 if i == 0 else 1, 3), tuple(chance.sample(range(PEOPLE), chance.randint(1, 2))))
        for i in range(chance.randint(1, 4))
    )
    return Policy(levels, chance.choice([0, 0, 1]))


def _alert(chance: random.Random) -> Alert:
    acknowledged = chance.uniform(0, _ACKNOWLEDGED_WITHIN) if chance.random() < 0.4 else None
    return Alert(chance.uniform(0, _ALERTS_WITHIN), chance.randrange(POLICIES), acknowledged, chance.randrange(PEOPLE))


def kills(seed: int) -> list[Kill]:
    """Of this night, in their order: one, and now and then a second. Its neighbours' deaths come on top."""
    chance = random.Random(f"kills {seed}")
    victims: list[Victim] = [chance.choice(VICTIMS) for _ in range(chance.choice((1, 1, 1, 1, 2)))]
    return sorted((Kill(chance.uniform(0.5, _KILLED_WITHIN), victim) for victim in victims), key=lambda kill: kill.at)
