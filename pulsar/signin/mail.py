"""How does a mail about somebody's account get out? Over the operator's own mail server, and never over a channel.

Whoever runs an organization could read there a link that sets a new password, of people who are in others too: one
tenant would take over the accounts of another (CVE-2026-30956).
"""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from pulsar.base.ids import new_id
from pulsar.notify.channel import Message, Recipient, Undelivered
from pulsar.notify.channels import email
from pulsar.settings import Settings

_SECURITY = {"smtp": ("starttls", 587), "smtps": ("tls", 465), "smtp+plain": ("none", 25)}


@dataclass(frozen=True)
class Letter:
    title: str
    text: str
    link: str | None = None
    label: str = ""


def server_of(settings: Settings) -> email.Config | None:
    """None where the operator has set up none."""
    if not settings.mail_url:
        return None
    url = urlsplit(settings.mail_url)
    security, port = _SECURITY[url.scheme]
    return email.Config.model_validate(
        {
            "host": url.hostname,
            "port": url.port or port,
            "security": security,
            "username": unquote(url.username or ""),
            "password": unquote(url.password or ""),
            "from_address": settings.mail_from,
        }
    )


async def send(settings: Settings, to: str, name: str, letter: Letter) -> None:
    """Raises Undelivered where trying again could help; what is refused for good is let go."""
    config = server_of(settings)
    if not config:
        return
    message = Message(str(new_id()), letter.title, letter.text, letter.link, link_label=letter.label)
    try:
        await email.send(message, config, Recipient(name, to), trusted=True)
    except Undelivered as failure:
        if not failure.permanent:
            raise
