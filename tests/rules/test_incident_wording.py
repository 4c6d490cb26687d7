"""What a post-mortem begins with: the timeline in words, in which nothing that somebody typed becomes markup."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pulsar.incidents.wording import ActionItem, Facts, Line, draft, exported, plain, said, span, timeline

AT = datetime(2026, 11, 24, 22, 10, tzinfo=UTC)


def line(kind: str, minutes: int = 0, text: str = "", **data: Any) -> Line:
    return Line(kind, AT + timedelta(minutes=minutes), "Ana", data, text)


def facts(**fields: Any) -> Facts:
    common = {"number": 3, "title": "Checkout is down", "severity": "high", "priority": "P1", "started_at": AT}
    spans = {"acknowledged": "after 2 min", "mitigated": "not yet", "resolved": "not yet", "people": (), "alerts": ()}
    return Facts(**{**common, **spans, **fields})


def test_each_line_says_who_did_what() -> None:
    assert said(line("created", title="Checkout is down", severity="high")) == (
        "Ana declared the incident: Checkout is down, high"
    )
    assert (
        said(line("responder_added", user="Bo", role="incident_commander")) == "Bo was put on it as incident commander"
    )
    changes = {"severity": {"before": "low", "after": "high"}}
    assert said(line("severity_changed", changes=changes)) == "Ana changed the severity from low to high"
    reopened = {"status": {"before": "resolved", "after": "monitoring"}}
    assert said(line("reopened", changes=reopened)) == "Ana reopened the incident from resolved to monitoring"
    assert said(line("resolved", changes={})) == "Ana resolved the incident"
    assert said(line("note_added", text="It is\nDNS")) == "Ana noted: It is DNS"
    assert said(line("note_added", text="")) is None, "the note was taken back"
    assert said(line("paged", target="Database")) == "Ana called Database"
    assert said(line("escalation.level_fired")) is None
    assert said(line("something_new")) is None
    assert said(line("paged")) is None, "an event of another version does not break it"


def test_a_new_day_has_its_name() -> None:
    lines = [line("resolved"), line("reopened", 5), line("resolved", 24 * 60)]
    assert timeline(lines) == (
        "**24 November 2026**\n\n- 22:10 Ana resolved the incident.\n- 22:15 Ana reopened the incident.\n"
        "\n**25 November 2026**\n\n- 22:10 Ana resolved the incident."
    )
    assert timeline([]) == "Nothing was recorded."


def test_a_draft_has_what_is_known_and_asks_what_is_not() -> None:
    text = draft(facts(people=("Bo", "Ana"), alerts=("#1 Disk full",)), [line("resolved")])
    assert text.startswith("# Incident #3: Checkout is down\n")
    assert "| Acknowledged | after 2 min |" in text
    assert "| People | Bo, Ana |" in text
    headings = re.findall("^## (.+)$", text, re.MULTILINE)
    assert headings[:4] == ["Summary", "Impact", "Timeline", "Causes"]
    assert "- 22:10 Ana resolved the incident." in text


@given(st.text())
def test_nothing_that_somebody_typed_becomes_markup(typed: str) -> None:
    shown = plain(typed)
    assert "\n" not in shown
    bare = re.sub(r"\\[\\`*_\[\]<>|~&]", "", shown)
    assert not set(bare) & set("\\`*_[]<>|~&")
    assert " ".join(typed.split()) == re.sub(r"\\(.)", r"\1", shown)


@given(st.text(), st.text())
def test_the_draft_has_the_same_headings_whatever_somebody_typed(title: str, note: str) -> None:
    text = draft(facts(title=title, people=(title,), alerts=(note,)), [line("note_added", text=note)])
    assert len(re.findall("^## ", text, re.MULTILINE)) == 7
    assert len(re.findall("^# ", text, re.MULTILINE)) == 1
    assert not re.search(r"(?<!\\)<", text)


def test_a_file_has_its_action_items_with_boxes() -> None:
    items = [ActionItem("Watch the disk", "Bo", AT, False), ActionItem("Buy a disk", None, None, True)]
    assert exported("# It\n\n", items) == (
        "# It\n\n## Action items\n\n- [ ] Watch the disk, Bo, until 24 November 2026\n- [x] Buy a disk\n"
    )
    assert exported("# It", []).endswith("## Action items\n\nNone.\n")


def test_spans_are_said_as_people_say_them() -> None:
    assert [span(seconds) for seconds in (None, 30, 60, 3900, 90_000)] == [
        "not yet",
        "after less than a minute",
        "after 1 min",
        "after 1 h 5 min",
        "after 1 d 1 h",
    ]
