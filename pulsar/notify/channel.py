"""What is a channel? One file in channels/, found by scanning: what it needs to know, and how it sends."""

import importlib
import pkgutil
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Literal, Protocol, cast, runtime_checkable
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import BaseModel, ConfigDict, Field, HttpUrl
from pydantic.fields import FieldInfo

from pulsar.notify import channels
from pulsar.notify.rules import Standing

Reach = Literal["personal", "room"]
Contact = Literal["phone", "device"]

COLOURS = {"P1": "#c62828", "P2": "#e06c00", "P3": "#c79a00", "P4": "#1858b8", "P5": "#6b7280"}

Secret = Annotated[str, Field(json_schema_extra={"writeOnly": True})]
"""A field that is sealed at rest and never comes back."""

SecretUrl = Annotated[HttpUrl, Field(json_schema_extra={"writeOnly": True})]
"""An address that is its own key: whoever knows it can send there."""


class Config(BaseModel):
    """What the owner of a channel fills in; the console's form is drawn from its JSON Schema. What is `readOnly` there
    the provider has filled in."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


Reference = dict[str, str]
"""What a provider calls a message of ours, so that it can be changed later, or answered."""


@dataclass(frozen=True)
class Posted:
    """What a channel whose messages can be changed answers when it has sent one."""

    answer: str
    reference: Reference


@dataclass(frozen=True)
class Named:
    """Somebody whom a message in a room is for. `account`: what the provider calls them, if that is known."""

    name: str
    account: str | None = None


@dataclass(frozen=True)
class Message:
    """One message to one recipient, ready to be sent."""

    id: str
    """The same at every try: the idempotency key where a provider takes one."""
    title: str
    text: str
    link: str | None = None
    acknowledge_link: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    """The same for machines: what the webhook channel puts into its JSON."""
    callback_url: str | None = None
    """Below it the provider tells what became of the message, and what was answered; none when it cannot reach us."""
    link_label: str = "Open in Pulsar"
    standing: Standing | None = None
    """Of a message about an alert: how that stands, and what may be done with it."""
    named: tuple[Named, ...] = ()
    """Whom a message in a room is for, where the channel knows how to call them."""
    unsubscribe_link: str | None = None
    """Of a mail to the public: where a POST ends them."""
    thread: Reference | None = None
    """The message about the same alert that stands there already, if messages there can be changed."""

    @property
    def priority(self) -> str | None:
        priority: str | None = self.facts.get("priority")
        return priority

    @property
    def colour(self) -> str:
        """Of a message that is about an alert: by its priority."""
        return COLOURS.get(self.priority or "", COLOURS["P5"])

    @property
    def calls_for_help(self) -> bool:
        """Into an incident, where an answer says that one is coming."""
        return "incident_id" in self.facts

    @property
    def acknowledge_label(self) -> str:
        return "I am coming" if self.calls_for_help else "Acknowledge"

    @property
    def acknowledge_words(self) -> str:
        """What an answer does, after "to"."""
        return "say that you are coming" if self.calls_for_help else "acknowledge"

    @property
    def called(self) -> str | None:
        """What an answer names it by: an alert by its number, an incident with an I before it."""
        number = self.facts.get("number")
        return f"{'I' if self.calls_for_help else ''}{number}" if number else None

    @property
    def line(self) -> str:
        """The title without the line breaks that somebody's alert has in it."""
        return " ".join(self.title.split())

    @property
    def labelled_links(self) -> list[tuple[str, str]]:
        """What to do about it: acknowledge first."""
        links = ((self.acknowledge_label, self.acknowledge_link), (self.link_label, self.link))
        return [(label, link) for label, link in links if link]


@dataclass(frozen=True)
class Device:
    """One that takes web push, and the key by which its push service knows this installation."""

    id: UUID
    name: str
    endpoint: str
    public_key: bytes
    auth: bytes
    sender: ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Recipient:
    """A person, for a personal channel; a room has none."""

    name: str
    email: str
    phone: str | None = None
    """A number that they have shown to be theirs."""
    device: Device | None = None
    """Of several the one that the message is for."""


@dataclass(frozen=True)
class Receipt:
    """What a provider tells of a message after it has taken it."""

    state: Literal["delivered", "failed"]
    answer: str


class Undelivered(Exception):
    """The message did not arrive. `permanent`: trying again cannot help. The text is what the log shows.

    `channel_broken`: nobody else will get theirs either, until somebody mends the channel's settings. Of a room every
    permanent failure means that, unless it says False; a personal channel says so when its credentials are refused, and
    not when a person's address is. `gone`: there is nothing at this device's address any more, and there will not be.
    """

    def __init__(
        self,
        answer: str,
        *,
        permanent: bool = False,
        retry_after_seconds: float | None = None,
        channel_broken: bool | None = None,
        gone: bool = False,
    ) -> None:
        super().__init__(answer)
        self.gone = gone
        self.channel_broken = channel_broken
        self.answer = answer
        self.permanent = permanent
        self.retry_after_seconds = retry_after_seconds


class NotAccepted(Exception):
    """The provider does not take this setting. The text says why; without a field, it could not be asked."""

    def __init__(self, why: str, field: str | None) -> None:
        super().__init__(why)
        self.why, self.field = why, field


@runtime_checkable
class Channel(Protocol):
    """What a module in channels/ offers.

    It may have more: `contact`, what it must know of a person to reach them; and for a provider that calls back,
    `signed(config, url, form, headers)`, whether that was really the provider, `receipt(form)`, what it told of a
    message, and `reads_replies`, when people can answer.

    Where a message can be changed after it was sent, `send` answers Posted, and `edit(message, config, reference)`
    changes it: then there is one message about an alert, which shows how that stands. `accounts` names the provider
    whose accounts people link, so that they can be called, and what they press there is theirs. `check(config)` asks
    the provider before settings are saved, and answers them as they are to be kept, or raises NotAccepted;
    `manifest(url)` is what to paste there to make an app of ours, which tells us at that address what was pressed; it
    ends in `calls_back`. `listen(config, url)` has the provider tell us there, instead, whenever settings are saved;
    `leave(config, url)` has it stop, when the last channel with these credentials is gone. `pace_seconds` is said by a
    provider that takes but one message in so many seconds.
    """

    slug: str
    title: str
    reach: Reach
    help: str
    Config: type[Config]

    async def send(self, message: Message, config: Any, recipient: Recipient | None) -> str | Posted:
        """Returns what the provider answered. Raises Undelivered."""
        ...


@cache
def registry() -> dict[str, Channel]:
    found = (importlib.import_module(f"{channels.__name__}.{m.name}") for m in pkgutil.iter_modules(channels.__path__))
    return {channel.slug: channel for channel in (cast(Channel, module) for module in found)}


def secret_fields(channel: Channel) -> set[str]:
    return {name for name, field in channel.Config.model_fields.items() if _is_secret(field)}


def _is_secret(field: FieldInfo) -> bool:
    extra = field.json_schema_extra
    return isinstance(extra, dict) and bool(extra.get("writeOnly"))


def contact_of(channel: Channel) -> Contact | None:
    """What it must know of a person, beyond their e-mail address, to reach them."""
    needed: Contact | None = getattr(channel, "contact", None)
    return needed


def answered(sent: str | Posted) -> tuple[str, Reference | None]:
    return (sent.answer, sent.reference) if isinstance(sent, Posted) else (sent, None)


def pace_of(channel: Channel) -> float:
    """In how many seconds its provider takes one message to the same place."""
    pace: float = getattr(channel, "pace_seconds", 0.0)
    return pace


def edits(channel: Channel) -> bool:
    return hasattr(channel, "edit")


def accounts_of(channel: Channel) -> str | None:
    """At which provider people have accounts by which this channel can call them."""
    provider: str | None = getattr(channel, "accounts", None)
    return provider


def gives_receipts(channel: Channel) -> bool:
    return hasattr(channel, "receipt")


def reads_replies(channel: Channel) -> bool:
    return bool(getattr(channel, "reads_replies", False))


def in_place(channel: Channel) -> bool:
    """Whether a follow-up silently takes the place of the page that it is about, on every screen that shows it."""
    return bool(getattr(channel, "in_place", False))


def tells_how_it_went(channel: Channel) -> bool:
    """Whether follow-ups go over it unless its owner says otherwise: who acknowledged, that it was closed. Never where
    that would wake somebody; so a personal channel has to say `follow_ups = True` itself."""
    return bool(getattr(channel, "follow_ups", channel.reach == "room"))
