"""What is a page about, when is a delivery tried again, and when is it given up? No I/O, no clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Self
from uuid import UUID

Purpose = Literal[
    "page",
    "follow_up",
    "update",
    "digest",
    "test",
    "direct",
    "invitation",
    "cover",
    "shift",
    "verification",
    "status_update",
    "status_page",
]
Status = Literal["pending", "sending", "sent", "delivered", "failed", "cancelled", "suppressed"]

DIGEST: Purpose = "digest"
UPDATE: Purpose = "update"

SAME_WITHIN = timedelta(seconds=55)
"""Over a channel that bundles, the same person is told of the same alert once in so long: a little less than a minute,
so that a rule that waits for one does tell them again."""

TRIES = 8
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(minutes=10)
LONGEST_ANSWER = 2000


@dataclass(frozen=True)
class Subject:
    """What somebody is paged for, as far as escalation and notification need to know it."""

    id: UUID
    number: int
    priority: str
    title: str
    body: str
    path: str
    """Where the console shows it, below the public URL."""
    incident_id: UUID | None = None
    """Of a page into an incident: `id` is the page's own, and what happens is told of the incident."""

    @property
    def kind(self) -> Literal["alert", "incident"]:
        return "incident" if self.incident_id else "alert"

    @property
    def about_id(self) -> UUID:
        """What the events are about."""
        return self.incident_id or self.id

    def to_json(self) -> dict[str, Any]:
        """An alert's without the incident, which a worker of the version before does not know."""
        incident = {"incident_id": str(self.incident_id)} if self.incident_id else {}
        own = {name: value for name, value in self.__dict__.items() if name != "incident_id"}
        return own | {"id": str(self.id)} | incident

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        incident = {"incident_id": UUID(stored["incident_id"])} if stored.get("incident_id") else {}
        return cls(**{**stored, "id": UUID(stored["id"]), **incident})


Verb = Literal["acknowledge", "snooze", "close"]
"""What may be done with a subject from where it is shown."""

_POSSIBLE: dict[str, tuple[Verb, ...]] = {
    "open": ("acknowledge", "snooze", "close"),
    "acknowledged": ("snooze", "close"),
    "snoozed": ("acknowledge", "close"),
}


@dataclass(frozen=True)
class Standing:
    """How a subject stands, for a message that says so: since who did what, until when, and why."""

    status: Literal["open", "acknowledged", "snoozed", "closed", "deleted"] = "open"
    by: str | None = None
    until: datetime | None = None
    reason: str | None = None

    @property
    def possible(self) -> tuple[Verb, ...]:
        return _POSSIBLE.get(self.status, ())

    def to_json(self) -> dict[str, Any]:
        return {**self.__dict__, "until": self.until.isoformat() if self.until else None}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        until = datetime.fromisoformat(stored["until"]) if stored["until"] else None
        return cls(**{**stored, "until": until})


@dataclass(frozen=True)
class Letter:
    """What a person is told that is no page. Nobody is to read it after `until`: it would not be true any more."""

    title: str
    text: str
    path: str
    until: datetime

    def to_json(self) -> dict[str, Any]:
        return {**self.__dict__, "until": self.until.isoformat()}


def is_too_late(content: dict[str, Any], now: datetime) -> bool:
    """Of what stands in a notification's row."""
    return "until" in content and datetime.fromisoformat(content["until"]) <= now


@dataclass(frozen=True)
class Occasion:
    """Why a message goes out. `key` makes it the only one of its kind: with the recipient and the channel
    it names one notification, however often the step that asks for it runs."""

    key: str
    purpose: Purpose
    level: int | None = None
    cycle: int | None = None


def life_of(key: str) -> list[str]:
    """Of a page's key: the run and which of its lives, in which a person need not be told twice at once. A new life is
    news."""
    return key.split(":")[:2]


def retry_delay(failures: int, jitter: float, asked_seconds: float | None = None) -> timedelta | None:
    """How long to wait after so many failed tries; None when it is time to give up.

    Doubles from 5 s to 10 min. `jitter` in [0, 1) takes off up to a quarter, so that what failed
    together does not come back together. A provider that asks for a longer wait gets it, up to the longest of ours.
    """
    if failures >= TRIES:
        return None
    doubled = FIRST_RETRY * (1 << (failures - 1))
    asked = timedelta(seconds=min(asked_seconds or 0, LONGEST_RETRY.total_seconds()))
    return max(min(doubled, LONGEST_RETRY) * (1 - jitter / 4), asked)


def kept_answer(answer: str) -> str:
    """Of what a provider answered, as much as the log takes. PostgreSQL stores neither NUL nor half of a surrogate
    pair, and an outcome that cannot be written down would be a message that is sent again and again."""
    return answer.replace("\0", "").encode("utf-8", "replace").decode()[:LONGEST_ANSWER]
