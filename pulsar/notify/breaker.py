"""Is it worth asking this provider? Not for a while, when it has failed several times in a row. No I/O, no clock.

The state stands in the channel's row, so that it holds for all workers. While the breaker is open a try counts as
failed without being made; then one message at a time is let through as a probe, until one arrives.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

OPENS_AFTER = 5
PAUSE = timedelta(seconds=30)


@dataclass(frozen=True)
class Breaker:
    """`failures` in a row; once they have opened it, `retry_at` is when the next probe may go."""

    failures: int = 0
    retry_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.retry_at is not None

    def refuses(self, now: datetime) -> bool:
        return self.retry_at is not None and now < self.retry_at

    def probing(self, now: datetime) -> "Breaker":
        """Others stay out while this one tries; should it hang, the next may try after the same pause."""
        return Breaker(self.failures, now + PAUSE)

    def failed(self, now: datetime) -> "Breaker":
        """What was under way when it opened fails too, and says nothing new."""
        failures = self.failures + 1
        if self.is_open or failures < OPENS_AFTER:
            return Breaker(failures, self.retry_at)
        return Breaker(failures, now + PAUSE)
