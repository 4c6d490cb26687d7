"""When is paging not well? In milliseconds; every reason by itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pulsar.engine.audit import INTERVAL as AUDITS
from pulsar.engine.rules import AUDITED_WITHIN, SWEPT_WITHIN, Picture, troubles
from pulsar.engine.sweep import INTERVAL as SWEEPS

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
WELL = Picture(True, workers=1, swept_at=NOW, audited_at=NOW)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def test_all_is_well_while_workers_look_in_time_and_nothing_is_late() -> None:
    assert troubles(WELL, NOW) == []
    assert troubles(replace(WELL, swept_at=ago(29), audited_at=ago(49), overdue_seconds=29), NOW) == []


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (Picture(False), "database"),
        (replace(WELL, workers=0), "nobody is paged"),
        (replace(WELL, swept_at=ago(31)), "what is late"),
        (replace(WELL, swept_at=None), "what is late"),
        (replace(WELL, audited_at=ago(51)), "what is stuck"),
        (replace(WELL, audited_at=None), "what is stuck"),
        (replace(WELL, overdue_seconds=31), "late by 31 seconds"),
    ],
)
def test_each_reason_is_named(picture: Picture, words: str) -> None:
    (said,) = troubles(picture, NOW)
    assert words in said


def test_a_stalled_part_is_noticed_within_a_minute_and_a_missed_turn_is_no_alarm() -> None:
    """R14."""
    assert SWEEPS * 3 < SWEPT_WITHIN < timedelta(minutes=1)
    assert AUDITS * 1.5 < AUDITED_WITHIN < timedelta(minutes=1)
