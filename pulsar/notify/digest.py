"""What does a digest say? Each alert once, the most urgent first, with its links."""

from collections.abc import Sequence

from pulsar.base.db import Transaction
from pulsar.base.http import Pulsar
from pulsar.notify.callbacks import callback_url
from pulsar.notify.channel import Message
from pulsar.notify.message import compose
from pulsar.notify.model import Notification

# As far as a person reads; the inbox has the rest.
_LISTED = 50
_NAMED = 3


def compose_digest(pulsar: Pulsar, tx: Transaction, digest: Notification, carried: Sequence[Notification]) -> Message:
    # Of several messages about one alert the last one is what holds.
    latest = {row.subject_id: row for row in carried}
    rows = sorted(
        latest.values(), key=lambda row: (row.content["subject"]["priority"], row.content["subject"]["number"])
    )
    messages = [compose(pulsar, tx, row) for row in rows]
    priority = rows[0].content["subject"]["priority"]
    entries = [_entry(message) for message in messages[:_LISTED]]
    if len(messages) > _LISTED:
        entries.append(f"And {len(messages) - _LISTED} more.")
    return Message(
        id=str(digest.id),
        title=f"[{priority}] {_title(rows)}",
        text="\n\n".join(entries),
        link=f"{pulsar.settings.base_url}/alerts",
        acknowledge_link=None,
        callback_url=callback_url(pulsar.settings.base_url, digest),
        facts={"kind": "digest", "priority": priority, "alerts": [message.facts for message in messages]},
    )


def _title(rows: Sequence[Notification]) -> str:
    """24 alerts: #2, #3, #4 and 21 more."""
    what = "alert" if rows[0].purpose == "page" else "update"
    numbers = [f"#{row.content['subject']['number']}" for row in rows]
    rest = len(numbers) - _NAMED
    named = ", ".join(numbers[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")
    return f"{len(rows)} {what}{'s' if len(rows) > 1 else ''}: {named}"


def _entry(message: Message) -> str:
    links = (("Acknowledge", message.acknowledge_link), ("Open", message.link))
    return "\n".join([message.title, *(f"  {label}: {link}" for label, link in links if link)])
