"""What does a line of the timeline say in words, and what does a post-mortem begin with? Markdown. No I/O, no clock."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_MARKUP = re.compile(r"([\\`*_\[\]<>|~&])")
_LONGEST_QUOTE = 300


@dataclass(frozen=True)
class Line:
    kind: str
    at: datetime
    who: str
    data: Mapping[str, Any]
    text: str = ""
    """Of a note or a status update: what somebody wrote, which is Markdown already."""


@dataclass(frozen=True)
class Facts:
    """Of an incident, as a post-mortem begins."""

    number: int
    title: str
    severity: str
    priority: str
    started_at: datetime
    acknowledged: str
    mitigated: str
    resolved: str
    people: tuple[str, ...]
    alerts: tuple[str, ...]


def plain(text: str) -> str:
    """What somebody typed elsewhere, in one line, with nothing in it that Markdown would take for more than words."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


_SAID = {
    "created": "{who} declared the incident: {title}, {severity}",
    "responder_added": "{user} was put on it as {role}",
    "responder_joined": "{user} joined",
    "responder_removed": "{user} left",
    "alert_linked": "The alert #{number} was linked: {message}",
    "alert_unlinked": "The alert #{number} was unlinked: {message}",
    "paged": "{who} called {target}",
    "task_added": "{who} added a task: {title}",
    "task_done": "{who} finished a task: {title}",
    "link_added": "{who} added a link: {title}",
    "duplicate_merged": "Incident #{number} turned out to be the same: {title}",
}


def said(line: Line) -> str | None:
    """None for what is no news to whoever looks back."""
    values = {name: plain(str(value)) for name, value in line.data.items()} | {"who": plain(line.who)}
    if line.kind in _SAID:
        try:
            return _SAID[line.kind].format_map(values).replace("incident\\_commander", "incident commander")
        except KeyError:  # an event of another version
            return None
    match line.kind:
        case "note_added" | "note_moved":
            return f"{values['who']} noted: {_quoted(line.text)}" if line.text else None
        case "update_published":
            return f"{values['who']} told stakeholders: {_quoted(line.text)}"
        case "status_changed" | "severity_changed" | "resolved" | "reopened":
            return _changed(line, values["who"])
    return None


def _quoted(text: str) -> str:
    """In one line, for a list; the whole of it stands on the timeline."""
    line = " ".join(text.split())
    return plain(line if len(line) <= _LONGEST_QUOTE else f"{line[: _LONGEST_QUOTE - 1]}…")


def _changed(line: Line, who: str) -> str:
    if line.kind == "resolved":
        return f"{who} resolved the incident"
    what = "severity" if line.kind == "severity_changed" else "status"
    change = (line.data.get("changes") or {}).get(what) or {}
    from_to = f" from {plain(str(change.get('before')))} to {plain(str(change.get('after')))}" if change else ""
    return f"{who} {'reopened the incident' if line.kind == 'reopened' else f'changed the {what}'}{from_to}"


def timeline(lines: Iterable[Line]) -> str:
    """A list, a day's name where a new day begins."""
    found: list[str] = []
    day = ""
    for line in lines:
        words = said(line)
        if not words:
            continue
        if (today := f"{line.at:%d %B %Y}") != day:
            day = today
            found += ["", f"**{day}**", ""] if found else [f"**{day}**", ""]
        found.append(f"- {line.at:%H:%M} {words}.")
    return "\n".join(found) or "Nothing was recorded."


def draft(facts: Facts, lines: Iterable[Line]) -> str:
    """What a post-mortem begins with: what is known, and the questions that people have to answer."""
    rows = [
        ("Severity", facts.severity),
        ("Priority", facts.priority),
        ("Began", f"{facts.started_at:%d %B %Y at %H:%M} UTC"),
        ("Acknowledged", facts.acknowledged),
        ("Mitigated", facts.mitigated),
        ("Resolved", facts.resolved),
        ("People", ", ".join(map(plain, facts.people)) or "nobody"),
        ("Alerts", ", ".join(map(plain, facts.alerts)) or "none"),
    ]
    table = "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])
    questions = (
        ("Summary", "_What happened, in two sentences that somebody from another team understands._"),
        ("Impact", "_Who noticed what, and for how long?_"),
        ("Timeline", f"Times are in UTC.\n\n{timeline(lines)}"),
        ("Causes", "_Why did it happen? Why was that possible?_"),
        ("What went well", "-"),
        ("What went badly", "-"),
        ("Where we were lucky", "-"),
    )
    parts = [f"# Incident #{facts.number}: {plain(facts.title)}", table]
    return "\n\n".join(parts + [f"## {title}\n\n{text}" for title, text in questions]) + "\n"


@dataclass(frozen=True)
class ActionItem:
    title: str
    owner: str | None
    due_at: datetime | None
    done: bool


def exported(text: str, items: Iterable[ActionItem]) -> str:
    """With its action items, as a file."""
    listed = "\n".join(_item(item) for item in items) or "None."
    return f"{text.rstrip()}\n\n## Action items\n\n{listed}\n"


def _item(item: ActionItem) -> str:
    owner = f", {plain(item.owner)}" if item.owner else ""
    due = f", until {item.due_at:%d %B %Y}" if item.due_at else ""
    return f"- [{'x' if item.done else ' '}] {plain(item.title)}{owner}{due}"


def span(seconds: int | None) -> str:
    """In words: 1 h 5 min."""
    if seconds is None:
        return "not yet"
    minutes = seconds // 60
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [f"{days} d" if days else "", f"{hours} h" if hours else "", f"{rest} min" if rest else ""]
    return f"after {' '.join(part for part in parts if part) or 'less than a minute'}"
