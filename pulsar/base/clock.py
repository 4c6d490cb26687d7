"""What time is it? The one place that asks, so that a test can move the hands."""

from collections.abc import Callable
from datetime import UTC, datetime

_source: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731


def now() -> datetime:
    return _source()


def set_source(source: Callable[[], datetime]) -> None:
    """Replaces the clock of this process; for tests, and for an engine that simulates."""
    global _source
    _source = source


def system_time() -> datetime:
    return datetime.now(UTC)


def rfc3339(at: datetime) -> str:
    """With a Z, as the API writes every instant."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
