"""Which mail address does an integration have?"""

from urllib.parse import urlsplit

from pulsar.inbound.sources import email
from pulsar.settings import Settings


def domain(settings: Settings) -> str:
    """What stands behind the @ of integrations' addresses."""
    return settings.smtp_domain or urlsplit(settings.base_url).hostname or "localhost"


def address(settings: Settings, kind: str, token: str) -> str | None:
    """None for those that take no mail, and where no mail is taken."""
    return f"{token}@{domain(settings)}" if settings.smtp_listen and kind == email.slug else None
