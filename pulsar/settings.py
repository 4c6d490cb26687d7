"""What can an operator set? Every environment variable of Pulsar, typed, described and checked at start."""

import os
import re
import sys
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


class BadSettings(Exception):
    """A PULSAR_* environment variable has a value that Pulsar cannot work with."""


def default_data_dir() -> Path:
    """The system directory for root, because the embedded database then runs as another user
    who cannot look into root's home; XDG's place for anybody else."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/pulsar")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "pulsar"


class Settings(BaseSettings):
    """Read once at start; the table in docs/settings.md is made from these descriptions."""

    model_config = SettingsConfigDict(env_prefix="PULSAR_", frozen=True)

    host: str = Field("127.0.0.1", description="Address to listen on; `0.0.0.0` for every interface.")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on.")
    public_url: str = Field(
        "",
        description="Where people reach Pulsar, for the links in pages. Default: `http://localhost:<port>`.",
    )
    data_dir: Path = Field(
        default_factory=default_data_dir,
        description="The embedded database with its log, and the generated secret. "
        "Default: `~/.local/share/pulsar`, for root `/var/lib/pulsar`.",
    )
    database_url: str = Field(
        "",
        description="`postgresql://user:password@host:port/database` of a PostgreSQL 15 or newer. "
        "Without it Pulsar runs its own.",
    )
    secret_key: Annotated[str, Field(repr=False)] = Field(
        "",
        description="At least 32 characters; signs sessions and links and encrypts stored secrets. "
        "Generated into the data directory at the first start if none is given; "
        "nodes that share a database need the same one.",
    )
    secret_key_previous: Annotated[str, Field(repr=False)] = Field(
        "",
        description="While the secret key is changed: the one before, which is still good for what it signed and "
        "sealed. See `pulsar rotate-key`.",
    )
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")
    log_format: str = Field("auto", description="`json`, `text`, or `auto`: text on a terminal, JSON elsewhere.")
    worker_concurrency: int = Field(100, ge=20, le=1000, description="Jobs that one worker does at once, 20 to 1000.")

    deadman_url: Annotated[str, Field(repr=False)] = Field(
        "",
        description="An address outside of your network that is asked (GET) for as long as paging works; "
        "whoever answers there raises an alarm when it stays silent.",
    )
    deadman_seconds: int = Field(60, ge=1, le=3600, description="How often that address is asked.")

    keep_delivery_log_days: int = Field(
        0, ge=0, le=36500, description="How long the delivery log is kept, in days. 0: for good."
    )
    keep_webhook_log_days: int = Field(
        30, ge=0, le=36500, description="How long deliveries of webhooks are kept, in days. 0: for good."
    )
    keep_closed_alerts_days: int = Field(
        0,
        ge=0,
        le=36500,
        description="How long closed alerts are kept after their close, with their notes, escalation and activity, "
        "in days. 0: for good.",
    )

    mail_url: Annotated[str, Field(repr=False)] = Field(
        "",
        description="The mail server for links that set a new password or verify an address: "
        "`smtp://user:password@mail.example.org:587` with STARTTLS, `smtps://` with TLS, `smtp+plain://` with "
        "neither. Pages go over the channels of each organization. Without it nobody can reset a password by mail.",
    )
    mail_from: str = Field("", description="The address that these mails come from. Needed with PULSAR_MAIL_URL.")

    smtp_listen: str = Field(
        "",
        description="Where mails are taken that become alerts, such as `127.0.0.1:2525`. Without it none are "
        "([E-mail](integrations/email.md)).",
    )
    smtp_domain: str = Field(
        "",
        description="What stands behind the `@` of integrations' addresses. Default: the host of PULSAR_PUBLIC_URL.",
    )

    @field_validator("smtp_listen")
    @classmethod
    def _place(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if value and not (host and port.isdecimal() and 0 < int(port) < 65536):
            raise ValueError("must be an address and a port, such as 127.0.0.1:2525")
        return value

    @field_validator("smtp_domain")
    @classmethod
    def _domain(cls, value: str) -> str:
        if value and not re.fullmatch(r"[A-Za-z0-9.-]{1,253}", value):
            raise ValueError("must be the name of a host, such as alerts.example.org")
        return value.lower()

    @field_validator("mail_url")
    @classmethod
    def _mail_server(cls, value: str) -> str:
        url = urlsplit(value)
        try:
            wrong = value and (url.scheme not in {"smtp", "smtps", "smtp+plain"} or not url.hostname or url.port == 0)
        except ValueError:
            wrong = True
        if wrong:
            raise ValueError("must be an address such as smtp://user:password@mail.example.org:587")
        return value

    @model_validator(mode="after")
    def _sender(self) -> Self:
        if self.mail_url and not self.mail_from:
            raise ValueError("PULSAR_MAIL_URL needs PULSAR_MAIL_FROM as well")
        return self

    registration: Literal["open", "closed"] = Field(
        "open",
        description="`open`: whoever reaches Pulsar can register and found an organization. `closed`: once there is an "
        "account, only who is invited comes in. As long as neither is set, `pulsar check` and the console remind "
        "those who run Pulsar that it is open.",
    )

    @property
    def registration_left_open(self) -> bool:
        """Open, and nobody has said that it should be."""
        return "registration" not in self.model_fields_set and self.registration == "open"

    outbound_allow: str = Field(
        "",
        description="Networks inside of yours that channels and webhooks may send to, separated by commas: "
        "`10.20.0.0/16,192.168.1.5`. Without it Pulsar sends to the public internet only, and, as long as "
        "PULSAR_PUBLIC_URL does not begin with `https://`, to the machine that it runs on.",
    )

    limit_per_caller: int = Field(
        6000, ge=0, description="Requests a minute by one API key, and by one person who is signed in. 0: no limit."
    )
    limit_per_organization: int = Field(
        60_000, ge=0, description="Requests a minute by all keys and people of one organization. 0: no limit."
    )
    limit_per_address: int = Field(
        3000,
        ge=0,
        description="Requests a minute from one address (of IPv6, one /64) that need no credentials, such as those to "
        "sign in. 0: no limit.",
    )
    limit_per_integration: int = Field(120_000, ge=0, description="Requests a minute to one integration. 0: no limit.")
    limit_signals_per_organization: int = Field(
        240_000, ge=0, description="Requests a minute to all integrations of one organization. 0: no limit."
    )

    @field_validator("outbound_allow")
    @classmethod
    def _networks(cls, value: str) -> str:
        for part in filter(None, map(str.strip, value.split(","))):
            try:
                ip_network(part)
            except ValueError as error:
                raise ValueError(f"must be networks such as 10.20.0.0/16, separated by commas: {error}") from None
        return value

    @field_validator("deadman_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if value and not value.startswith(("https://", "http://")):
            raise ValueError("must begin with https:// or http://")
        return value

    push_services: str = Field(
        "",
        description="Web push services of your own, separated by commas (`https://push.example.org`). Those of Google, "
        "Mozilla, Apple and Microsoft are known; a device of any other is refused.",
    )

    @field_validator("push_services")
    @classmethod
    def _origins(cls, value: str) -> str:
        origins = [origin.strip().rstrip("/") for origin in value.split(",") if origin.strip()]
        if not all(re.fullmatch(r"https?://[^/\s?#@]+", origin) for origin in origins):
            raise ValueError("must be addresses such as https://push.example.org, without a path")
        return ",".join(origins)

    keep_activity_days: int = Field(
        0,
        ge=0,
        le=36500,
        description="How long events of alerts, escalations and notifications are kept, which are alerts' activity, "
        "in days. 0: for good.",
    )
    keep_audit_days: int = Field(
        0,
        ge=0,
        le=36500,
        description="How long all other events are kept, which are the audit log, in days. 0: for good.",
    )

    @field_validator("secret_key", "secret_key_previous")
    @classmethod
    def _long_enough(cls, value: str) -> str:
        if value and (len(value) < 32 or len(set(value)) < 8):
            raise ValueError("must have at least 32 characters, and not be a guessable repetition")
        return value

    @field_validator("database_url")
    @classmethod
    def _postgresql(cls, value: str) -> str:
        if value and not value.startswith(("postgresql://", "postgres://")):
            raise ValueError("must begin with postgresql://")
        return value.replace("postgres://", "postgresql://", 1) if value.startswith("postgres://") else value

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @field_validator("log_format")
    @classmethod
    def _known_format(cls, value: str) -> str:
        if value not in {"auto", "json", "text"}:
            raise ValueError("must be auto, json or text")
        return value

    @cached_property
    def smtp_place(self) -> tuple[str, int] | None:
        """Host and port; [::1]:2525 has brackets."""
        host, _, port = self.smtp_listen.rpartition(":")
        return (host.strip("[]"), int(port)) if host else None

    @cached_property
    def base_url(self) -> str:
        """The address for links, without a slash at its end."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")

    @cached_property
    def outbound_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """As long as there is no TLS in front, Pulsar is being tried, and with it a mail server beside it."""
        given = tuple(ip_network(part.strip()) for part in self.outbound_allow.split(",") if part.strip())
        return given if self.base_url.startswith("https://") else (*given, *_LOOPBACK)

    @cached_property
    def logs_as_json(self) -> bool:
        return self.log_format == "json" or (self.log_format == "auto" and not sys.stderr.isatty())


def load() -> Settings:
    """Raises BadSettings naming each variable and what is wrong with it, never its value."""
    try:
        return Settings()
    except ValidationError as error:
        lines = (f"PULSAR_{e['loc'][0]!s:}".upper() + f": {e['msg']}" if e["loc"] else e["msg"] for e in error.errors())
        raise BadSettings("\n".join(lines)) from None


_PAGE = """# Settings

Every setting is an environment variable. `pulsar` reads them once, at its start, and does not start with one that
it cannot work with. `pulsar check` says what it found.

This page is made from the code: `python -m pulsar.settings > docs/settings.md`.

| variable | default | what it sets |
|---|---|---|
"""


def page() -> str:
    """The text of docs/settings.md. Where a default depends on something else, the description says it."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = f"`{field.default}`" if field.default and not field.default_factory else ""
        rows.append(f"| `PULSAR_{name.upper()}` | {default} | {field.description} |\n")
    return _PAGE + "".join(rows)


if __name__ == "__main__":
    sys.stdout.write(page())
