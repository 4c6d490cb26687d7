"""How is a span of time put into words, for a mail? On the clock of the zone that the reader lives in. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo


def span_in_words(start: datetime, end: datetime | None, zone: str) -> str:
    """Tue 24 Nov 2026 09:00 to Wed 25 Nov 2026 09:00 (Europe/Berlin)."""
    if end is None:
        return f"{instant_in_words(start, zone)} ({zone})"
    same_day = start.astimezone(ZoneInfo(zone)).date() == end.astimezone(ZoneInfo(zone)).date()
    until = f"{end.astimezone(ZoneInfo(zone)):%H:%M}" if same_day else instant_in_words(end, zone)
    return f"{instant_in_words(start, zone)} to {until} ({zone})"


def instant_in_words(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    # Not %a and %b: they follow the machine's locale.
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[local.weekday()]
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[local.month - 1]
    return f"{day} {local.day} {month} {local.year} {local:%H:%M}"
