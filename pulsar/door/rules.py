"""May one more come now? A bucket that fills by itself, kept as one number: the instant at which it is full again.

That is the generic cell rate algorithm, and a leaky bucket. Pure: `now` is in seconds, on any clock that runs evenly.
"""

from dataclasses import dataclass

WINDOW_SECONDS = 60


@dataclass(frozen=True)
class Limit:
    """So many in a minute: all at once if they were saved up, and then one after the other."""

    name: str
    per_minute: int
    """0: no limit."""

    @property
    def seconds_each(self) -> float:
        return WINDOW_SECONDS / self.per_minute

    def take(self, full_at: float, now: float, times: int = 1) -> float | None:
        """When the bucket is full again after these, or None where there are not so many in it."""
        becomes = max(full_at, now) + times * self.seconds_each
        return becomes if becomes - now <= WINDOW_SECONDS + self.seconds_each * 1e-6 else None

    def left(self, full_at: float, now: float) -> int:
        """0 and not less, though other nodes may have let more through before they knew."""
        return max(0, int(self.per_minute - max(0.0, full_at - now) / self.seconds_each + 1e-6))

    def wait(self, full_at: float, now: float) -> float:
        """Seconds until there is one more."""
        return max(0.0, full_at + self.seconds_each - now - WINDOW_SECONDS)

    def spent(self, full_at: float, now: float) -> int:
        return round(max(0.0, full_at - now) / self.seconds_each)


@dataclass(frozen=True)
class Standing:
    """Where a caller stands with the limit that is closest to its end."""

    limit: Limit
    left: int
    full_in: float

    @property
    def share(self) -> float:
        return self.left / self.limit.per_minute
