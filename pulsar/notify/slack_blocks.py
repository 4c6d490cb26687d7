"""What does a message of an app look like in Slack? Its text calls people, its blocks say how the alert stands."""

from datetime import timedelta
from typing import Any

from pulsar.notify.channel import Message
from pulsar.notify.rules import Standing
from pulsar.notify.slack import LONGEST_TEXT, LONGEST_TITLE, escaped, section

SPANS = {
    "30 minutes": timedelta(minutes=30),
    "1 hour": timedelta(hours=1),
    "2 hours": timedelta(hours=2),
    "4 hours": timedelta(hours=4),
    "8 hours": timedelta(hours=8),
    "24 hours": timedelta(hours=24),
}
_SETTLED = {"closed": "#2e7d32", "deleted": "#6b7280", "acknowledged": "#6b7280", "snoozed": "#6b7280"}
_ABOUT = "alert:"
_LONGEST_NAME = 100
_MOST_CALLED = 50


def blocks(message: Message) -> dict[str, Any]:
    """The text is what a phone shows in its notification, and the only place from which a mention reaches anybody; the
    attachment has the priority's colour."""
    standing = message.standing
    parts = [section(escaped(message.text, LONGEST_TEXT))] if message.text else []
    # An answer says whom it is for. How the alert stands, and what can be done, is shown by what it answers.
    if standing and not message.thread:
        parts += [section(_state(standing)), *_actions(message, standing)]
    elif links := message.labelled_links:
        parts.append(section(_links(links)))
    colour = _SETTLED.get(standing.status, message.colour) if standing else message.colour
    attachments = [{"color": colour, "fallback": message.line[:LONGEST_TITLE], "blocks": parts}] if parts else []
    return {"text": _heading(message), "attachments": attachments}


def plain(message: Message) -> dict[str, Any]:
    """For when Slack does not take the blocks: a page must arrive."""
    links = _links(message.labelled_links)
    return {"text": "\n".join(part for part in (_heading(message), links) if part), "attachments": []}


def _heading(message: Message) -> str:
    heading = f"*{escaped(message.line, LONGEST_TITLE)}*"
    called = [f"<@{one.account}>" for one in message.named if one.account]
    return f"{heading}\n{' '.join(called[:_MOST_CALLED])}" if called else heading


def _links(links: list[tuple[str, str]]) -> str:
    return "   ".join(f"<{link}|*{label}*>" for label, link in links)


def _state(standing: Standing) -> str:
    by = f" by {escaped(standing.by, _LONGEST_NAME)}" if standing.by else ""
    until = ""
    if standing.until:
        # In the reader's own time zone.
        at = int(standing.until.timestamp())
        until = f" until <!date^{at}^{{date_short_pretty}} {{time}}|{standing.until:%d %B, %H:%M} UTC>"
    reason = f": {escaped(standing.reason, LONGEST_TITLE)}" if standing.reason else ""
    return f"*{standing.status.capitalize()}*{by}{until}{reason}"


def _actions(message: Message, standing: Standing) -> list[dict[str, Any]]:
    """Links, where Slack could not tell us of a press: it marks a button as broken that nobody answers for."""
    if not message.callback_url:
        links = [(label, link) for label, link in message.labelled_links if label != "Acknowledge"]
        shown = message.labelled_links if "acknowledge" in standing.possible else links
        return [section(_links(shown))] if shown else []
    made = {"acknowledge": _acknowledge, "snooze": _snooze, "close": _close}
    elements = [made[verb]() for verb in standing.possible]
    if message.link and standing.status != "deleted":
        elements.append(_button("open", message.link_label) | {"url": message.link})
    about = f"{_ABOUT}{message.facts['alert_id']}"
    return [{"type": "actions", "block_id": about, "elements": elements}] if elements else []


def alert_in(block_id: str) -> str:
    """Whose id it is that `_actions` has put there."""
    return block_id.removeprefix(_ABOUT)


def _button(action: str, label: str) -> dict[str, Any]:
    return {"type": "button", "action_id": action, "text": _text(label)}


def _acknowledge() -> dict[str, Any]:
    return _button("acknowledge", "Acknowledge") | {"style": "primary"}


def _close() -> dict[str, Any]:
    """Asks once more: what is closed is not opened again."""
    confirm = {
        "title": _text("Close this alert?"),
        "text": _text("Nobody is paged for it any more, and it cannot be opened again."),
        "confirm": _text("Close"),
        "deny": _text("Keep it"),
    }
    return _button("close", "Close") | {"confirm": confirm}


def _snooze() -> dict[str, Any]:
    options = [
        {"text": _text(f"For {label}"), "value": str(int(span.total_seconds()))} for label, span in SPANS.items()
    ]
    return {"type": "static_select", "action_id": "snooze", "placeholder": _text("Snooze"), "options": options}


def _text(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}
