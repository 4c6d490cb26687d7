"""E-mail over SMTP, in text and HTML."""

import asyncio
import html
import ssl
from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy, Policy
from email.utils import format_datetime, formataddr, parseaddr
from functools import cache
from typing import Annotated, Any, Literal

import aiosmtplib
from pydantic import EmailStr, Field

from pulsar.base import clock, outbound
from pulsar.base.outbound import ForbiddenAddress
from pulsar.notify.channel import Config as BaseConfig
from pulsar.notify.channel import Message, Reach, Recipient, Secret, Undelivered

slug = "email"
title = "E-mail"
reach: Reach = "personal"
follow_ups = True
help = "Sends to each person's own address through your mail server (SMTP)."  # noqa: A001 - the protocol's word

_TIMEOUT_SECONDS = 20


class Config(BaseConfig):
    host: Annotated[str, Field(title="Server", description="Name of your SMTP server.", min_length=1)]
    port: Annotated[int, Field(title="Port", description="587 for STARTTLS, 465 for TLS.", ge=1, le=65535)] = 587
    security: Annotated[Literal["starttls", "tls", "none"], Field(title="Encryption")] = "starttls"
    username: Annotated[str, Field(title="User name", description="Empty when the server asks for none.")] = ""
    password: Annotated[Secret, Field(title="Password")] = ""
    from_address: Annotated[EmailStr, Field(title="From", description="The address that pages come from.")]


class _WholeLine(UnstructuredHeader):
    """A link that is longer than a line stays one: the library would encode it, and no mail program find it then."""

    def fold(self, *, policy: Policy) -> str:
        return f"List-Unsubscribe: {self}{policy.linesep}"


_headers = HeaderRegistry()
_headers.map_to_type("list-unsubscribe", _WholeLine)  # type: ignore[arg-type]  # mixed into BaseHeader by it
_POLICY = EmailPolicy(header_factory=_headers)


@cache
def _trusted() -> ssl.SSLContext:
    """Read once: to do so takes longer than to send a mail."""
    return ssl.create_default_context()


def options(config: Config) -> dict[str, Any]:
    """What aiosmtplib has to know of the server; for whoever only looks whether it answers, too."""
    return {
        "hostname": config.host,
        "username": config.username or None,
        "password": config.password or None,
        "use_tls": config.security == "tls",
        "start_tls": config.security == "starttls",
        "tls_context": _trusted() if config.security != "none" else None,
    }


async def send(message: Message, config: Config, recipient: Recipient | None, *, trusted: bool = False) -> str:
    """`trusted`: the server is the operator's own, wherever it stands."""
    assert recipient
    try:
        async with asyncio.timeout(_TIMEOUT_SECONDS):
            to_server = await outbound.connected(config.host, config.port, trusted=trusted)
        _, answer = await aiosmtplib.send(
            _mail(message, config, recipient),
            sock=to_server,
            timeout=_TIMEOUT_SECONDS,
            **options(config),
        )
    except aiosmtplib.SMTPRecipientsRefused as error:
        refused = error.recipients[0]
        raise Undelivered(f"{refused.code} {refused.message}", permanent=refused.code >= 500) from error
    except aiosmtplib.SMTPResponseException as error:
        # Also a refused login: somebody may be mending the password right now, so it is worth the retries.
        permanent = isinstance(error, aiosmtplib.SMTPSenderRefused | aiosmtplib.SMTPDataError) and error.code >= 500
        raise Undelivered(f"{error.code} {error.message}", permanent=permanent) from error
    except ForbiddenAddress as error:
        raise Undelivered(str(error), permanent=True, channel_broken=True) from error
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise Undelivered(f"{type(error).__name__}: {error}") from error
    return answer


def _mail(message: Message, config: Config, recipient: Recipient) -> EmailMessage:
    mail = EmailMessage(policy=_POLICY)
    mail["Subject"] = " ".join(message.title.split())[:300]
    mail["From"] = formataddr(("Pulsar", config.from_address))
    # A line break in a header is refused, and whoever has one in the name would never be reached.
    mail["To"] = formataddr((" ".join(recipient.name.split()), recipient.email))
    mail["Date"] = format_datetime(clock.now())
    # The same at every try, so that a mail server or client can drop the second copy.
    mail["Message-ID"] = f"<{message.id}@{parseaddr(config.from_address)[1].rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    if message.facts.get("priority") in {"P1", "P2"}:
        mail["X-Priority"] = "1"
    if message.unsubscribe_link:
        # RFC 2369, and RFC 8058: in one click.
        mail["List-Unsubscribe"] = f"<{message.unsubscribe_link}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(_text(message))
    mail.add_alternative(_html(message), subtype="html")
    return mail


def _text(message: Message) -> str:
    parts = [message.title, message.text]
    if message.acknowledge_link:
        parts.append(f"{message.acknowledge_label}: {message.acknowledge_link}")
    if message.link:
        parts.append(f"{message.link_label}: {message.link}")
    if message.unsubscribe_link:
        parts.append(f"Unsubscribe: {message.unsubscribe_link}")
    return "\n\n".join(part for part in parts if part) + "\n"


def _button(label: str, link: str, background: str) -> str:
    style = (
        f"display:inline-block;padding:14px 22px;margin:0 12px 12px 0;border-radius:8px;"
        f"background:{background};color:#ffffff;text-decoration:none;font-weight:600"
    )
    return f'<a href="{html.escape(link)}" style="{style}">{label}</a>'


def _html(message: Message) -> str:
    buttons = ""
    if message.acknowledge_link:
        buttons += _button(message.acknowledge_label, message.acknowledge_link, "#1858b8")
    if message.link:
        buttons += _button(message.link_label, message.link, "#525b6b")
    if message.unsubscribe_link:
        buttons += f'<br><a href="{html.escape(message.unsubscribe_link)}">Unsubscribe</a>'
    text = html.escape(message.text).replace("\n", "<br>")
    return (
        '<!doctype html><html><body style="font-family:system-ui,sans-serif;font-size:16px;line-height:1.5">'
        f'<h1 style="font-size:20px">{html.escape(message.title)}</h1><p>{text}</p><p>{buttons}</p></body></html>'
    )
