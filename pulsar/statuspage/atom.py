"""What does a feed reader read of the status page? Atom (RFC 4287), one entry for each notice. No I/O."""

import re
from datetime import datetime
from html import escape
from uuid import UUID

from pulsar.statuspage.reading import Shown
from pulsar.statuspage.rules import Notice, Told

# What XML 1.0 has no way to write.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def feed(shown: Shown, base_url: str) -> str:
    """Ids do not change with the address, so that a reader knows again what it has read."""
    page = f"{base_url}/status/{shown.slug}"
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>{UUID(str(shown.page_id)).urn}</id><title>{_text(shown.title)}</title>"
        f"<updated>{_at(shown.changed_at)}</updated><author><name>{_text(shown.title)}</name></author>"
        f'<link rel="self" type="application/atom+xml" href="{escape(page)}/feed.atom"/>'
        f'<link rel="alternate" type="text/html" href="{escape(page)}"/>'
        f"{''.join(_entry(one, page) for one in shown.notices)}</feed>\n"
    )


def _entry(one: Notice, page: str) -> str:
    told = "".join(map(_update, one.updates))
    return (
        f"<entry><id>{UUID(one.id).urn}</id><title>{_text(f'{one.status.capitalize()}: {one.title}')}</title>"
        f"<published>{_at(one.began_at)}</published><updated>{_at(one.changed_at)}</updated>"
        f'<link rel="alternate" type="text/html" href="{escape(page)}#{one.id}"/>'
        f'<content type="html">{_text(told)}</content></entry>'
    )


def _update(one: Told) -> str:
    text = escape(one.text).replace("\n", "<br>")
    return f"<p><strong>{one.status.capitalize()}</strong> {one.at:%d %B %Y, %H:%M} UTC<br>{text}</p>"


def _text(text: str) -> str:
    return escape(_UNWRITABLE.sub("", text))


def _at(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
