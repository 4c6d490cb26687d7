import pytest

from pulsar.alerts.rules import Priority
from pulsar.inbound.severity import level, severity

MEANT = {
    Priority.P1: ["critical", "page", "emergency", "disaster", "P1", "p1", "1", " Critical "],
    Priority.P2: ["error", "high", "major", "P2", "2", "HIGH"],
    Priority.P3: ["warning", "warn", "medium", "moderate", "P3", "3"],
    Priority.P4: ["minor", "low", "notice", "P4", "4"],
    Priority.P5: ["info", "informational", "none", "debug", "P5", "5"],
    None: ["", " ", "p0", "P6", "0", "6", "p", "rather bad", "critical!"],
}


@pytest.mark.parametrize(("text", "priority"), [(text, meant) for meant, texts in MEANT.items() for text in texts])
def test_a_word_means_its_priority(text: str, priority: Priority | None) -> None:
    assert severity(text) == priority


@pytest.mark.parametrize(
    ("text", "priority"), [("P1", Priority.P1), ("5", Priority.P5), ("critical", None), ("", None)]
)
def test_a_level_is_a_number_and_no_word(text: str, priority: Priority | None) -> None:
    assert level(text) == priority
