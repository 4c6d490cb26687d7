"""What comes of a payload by a mapping, and of a mapping that means no good."""

import json
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsar.alerts.rules import Priority
from pulsar.inbound import mapping
from pulsar.inbound.expressions import LONGEST, Failed, Fault, Reader, TooMuch, compiled
from pulsar.inbound.mapping import Faulty, Unmapped
from pulsar.inbound.rules import Reading
from tests.inbound.test_sources import anything, holds

PAGE = Path(__file__).parents[2] / "docs" / "integrations" / "custom.md"
BLOCKS = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE.read_text(), re.DOTALL)]
EXAMPLES = [BLOCKS[i : i + 3] for i in range(0, len(BLOCKS), 3)]


def read(payload: Any, **definition: Any) -> list[Reading]:
    return list(mapping.readings(mapping.compiled(definition), payload))


def one(payload: Any, **definition: Any) -> Reading:
    (reading,) = read(payload, **definition)
    return reading


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_guide_s_examples_come_to_what_it_says(example: list[Any]) -> None:
    payload, definition, expected = example
    found = [
        {name: getattr(reading, name) for name in reading.__match_args__} for reading in read(payload, **definition)
    ]
    assert len(found) == len(expected)
    for reading, told in zip(found, expected, strict=True):
        reading["tags"] = list(reading["tags"])
        assert {name: reading[name] for name in told} == told
        assert {name for name, value in reading.items() if value} == set(told)


def test_a_condition_decides_before_the_word_and_the_word_before_nothing() -> None:
    rules = {
        "message": "m",
        "alias": "m",
        "ignore": "s=='x'",
        "close": "s=='y'",
        "acknowledge": "s=='z'",
        "action": "w",
    }
    said = [read({"m": "m", "s": s, "w": w}, **rules) for s, w in (("x", "resolved"), ("y", "create"), ("z", "close"))]
    assert [[reading.action for reading in readings] for readings in said] == [[], ["close"], ["acknowledge"]]
    words = {"resolved": "close", "ACK": "acknowledge", "firing": "create", None: "create"}
    assert {w: one({"m": "m", "w": w}, **rules).action for w in words} == words
    assert read({"m": "m", "w": "ignore"}, **rules) == []


def test_with_a_condition_for_opening_all_else_is_ignored() -> None:
    payload = [{"m": "a", "bad": True}, {"m": "b", "bad": False}, {"m": "c"}]
    assert [reading.message for reading in read(payload, items="@", message="m", create="bad")] == ["a"]


def test_a_word_for_urgency_is_looked_up_then_understood_and_else_shown() -> None:
    rules = {"message": "m", "priority": "p", "priorities": {"Rot": "P1"}, "default_priority": "P4"}
    told = {word: one({"m": "m", "p": word}, **rules) for word in ("rot", "warning", "lila", 2, None)}
    assert [reading.priority for reading in told.values()] == ["P1", "P3", "P4", "P2", "P4"]
    assert told["lila"].details == {"priority": "lila"}
    assert one({"m": "m"}, message="m").priority is None
    assert one({"m": "m"}, message="m", default_priority="P2").priority is Priority.P2


def test_what_only_adornes_an_alert_does_not_keep_it_out() -> None:
    reading = one(
        {"m": "Disk full", "t": 7}, message="m", tags="join(',', t)", entity="lower(t)", details={"x": "abs(m)"}
    )
    assert (reading.message, reading.tags, reading.entity) == ("Disk full", (), "")
    assert set(reading.details) == {"mapping: tags", "mapping: entity", "mapping: details.x"}


@pytest.mark.parametrize(
    ("definition", "field", "words"),
    [
        ({"message": "nowhere"}, "message", "nothing at this place"),
        ({"message": "{{nowhere}} failed"}, "message", "nothing at this place"),
        ({"message": "lower(n)"}, "message", "needs text"),
        ({"message": "m", "items": "m"}, "items", "no list"),
        ({"message": "m", "alias": "lower(n)"}, "alias", "needs text"),
        ({"message": "m", "close": "n > `1`"}, "alias", "which alert to close"),
        ({"message": "m", "close": "contains(n, 'x')"}, "close", "needs"),
    ],
)
def test_what_must_be_readable_says_which_field_was_not(definition: dict[str, str], field: str, words: str) -> None:
    with pytest.raises(Unmapped) as error:
        read({"m": "m", "n": 5}, **definition)
    assert error.value.field == field
    assert words in error.value.message


FAULTS = [
    ("a..b", 2, "does not belong"),
    ("a.b[", 4, "ends too early"),
    ("a.", 2, "ends too early"),
    ("'text", 0, "Unclosed"),
    ("x || nope(a)", 5, "no function nope()"),
    ("length(a, b)", 0, "takes 1, not 2"),
    ("{{a}} and {{b c}}", 14, "does not belong"),
    ("{{a}} and {{b", 10, "without its }}"),
    ("`text`", 0, "single quotes"),
    ("a" * (LONGEST + 1), LONGEST, "characters at most"),
    ("to_array(&a)", 9, "& stands only before"),
    ("a|" * 200 + "a", 0, "nested too deeply"),
]


@pytest.mark.parametrize(("text", "position", "words"), FAULTS)
def test_a_fault_is_told_with_its_place(text: str, position: int, words: str) -> None:
    with pytest.raises(Faulty) as error:
        mapping.compiled({"message": "m", "details": {"x": text}})
    ((field, fault),) = error.value.faults
    assert (field, fault.position) == ("details.x", position)
    assert words in fault.message


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(Faulty) as error:
        mapping.compiled({"message": "", "alias": "[", "tags": "("})
    assert [field for field, _ in error.value.faults] == ["tags", "alias", "message"]


DOUBLING = "|".join(["[@,@]"] * 40)
WORSE = [
    f"to_string({DOUBLING})",
    f"[{DOUBLING}, 'x'] == [{DOUBLING}, 'y']",
    f"contains([{DOUBLING}], `1`)",
    "many" + ".[@,@][]" * 20,
    "text|" + "|".join(["join('',[@,@])"] * 40),
    "text|" + "|".join(["replace(@,'x','xxxxxxxxxxxxxxxx')"] * 25),
    "join(text, many)",
    "replace(text, 'x', text)",
    "split(text, 'x')",
    "many[].root().many[].root().many[]",
    "many[?contains(root().many, 'y')]",
    "map(&map(&map(&[@,@], root().many), root().many), many)",
    "sort_by(many, &to_string(root().many))",
    "many[?root().many == root().many]",
]


@pytest.mark.parametrize("text", WORSE)
def test_a_mapping_that_goes_on_for_ever_or_fills_the_memory_is_stopped(text: str) -> None:
    payload = {"many": ["x"] * 30_000, "text": "x" * 900_000, "m": "m"}
    began = time.process_time()
    with pytest.raises(Unmapped, match="too much to do"):
        read(payload, message="m", alias=text)
    assert time.process_time() - began < 5


def test_the_purse_is_one_for_all_items() -> None:
    payload = [{"m": "m", "t": ["x"] * 200}] * 1000
    with pytest.raises(Unmapped, match="too much to do"):
        read(payload, items="@", message="join('', t)")
    with pytest.raises(Unmapped, match="1000 are read at most"):
        read([{}] * 1001, items="@", message="m")


def test_a_payload_as_deep_as_it_can_be_is_read_or_refused() -> None:
    deep: Any = "bottom"
    for _ in range(900):
        deep = [deep]
    rules = {"message": "@", "alias": "@ == `[]`", "details": {"x": "[@,@]", "y": "to_string(@)", "z": "@[]|[]|[]"}}
    with suppress(Unmapped):
        read(deep, **rules)


expressions = st.sampled_from(["a", "@", "*", "[*]", "[]", "[0]", "a.b", "[?a]", "'x'", "`1`", "&a", "!a", "root()"])
pieces = st.sampled_from(["|", ".", "||", "&&", "==", "<", ",", "[", "]", "(", ")", "{", "}", "length(", "to_string("])


@settings(max_examples=300)
@given(parts=st.lists(expressions | pieces, max_size=12), payload=anything)
def test_any_expression_over_anything_ends_in_one_of_three_ways(parts: list[str], payload: Any) -> None:
    with suppress(Fault, Failed, TooMuch):
        reader = Reader(payload)
        reader.text(reader.value(compiled("".join(parts)), payload))


@settings(max_examples=200)
@given(payload=anything, text=st.text(max_size=30))
def test_whatever_comes_is_read_as_readings_are_or_refused(payload: Any, text: str) -> None:
    rules = {"message": "{{@}} x", "alias": "@", "tags": "@", "details": {"*": "@", "t": text}, "priority": "@"}
    with suppress(Faulty, Unmapped):
        for reading in read(payload, **rules):
            holds(reading)
