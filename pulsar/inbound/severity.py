"""How urgent is what a monitoring tool calls critical, warning, P2? No I/O, no clock."""

from pulsar.alerts.rules import Priority

LEVELS = {level: priority for priority in Priority for level in (priority.lower(), priority[1])}
WORDS = {
    **dict.fromkeys(("critical", "page", "emergency", "disaster"), Priority.P1),
    **dict.fromkeys(("error", "high", "major"), Priority.P2),
    **dict.fromkeys(("warning", "warn", "medium", "moderate"), Priority.P3),
    **dict.fromkeys(("minor", "low", "notice"), Priority.P4),
    **dict.fromkeys(("info", "informational", "none", "debug"), Priority.P5),
}


def level(text: str) -> Priority | None:
    """Of "P1" to "P5", or of the bare number: what a field named priority holds."""
    return LEVELS.get(text.strip().lower())


def severity(text: str) -> Priority | None:
    """Of a level or of a word that monitoring tools use. None: unknown, so the integration's default holds."""
    return level(text) or WORDS.get(text.strip().lower())
