"""What every source must hold to, also the one that is added tomorrow."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pulsar.inbound.rules import Reading, Unreadable
from pulsar.inbound.source import Source, registry

HERE = Path(__file__).parent
PAYLOADS = HERE / "payloads"
GUIDES = HERE.parents[1] / "docs" / "integrations"
SOURCES = sorted(registry().values(), key=lambda source: source.slug)
FILES = sorted(PAYLOADS.glob("*/*.json"))
SENT = {file: json.loads(file.read_text()) for file in FILES}

of_every_source = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.slug)
of_every_payload = pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")

texts = st.text(st.characters(), max_size=8)  # halves of surrogate pairs and NUL included
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12
)


@st.composite
def disturbed(draw: st.DrawFn, file: Path) -> Any:
    """A real payload in which one part, anywhere, is replaced by something else."""
    return _replaced(draw, SENT[file])


def _replaced(draw: st.DrawFn, value: Any) -> Any:
    if not value or not isinstance(value, dict | list) or draw(st.integers(0, 3)) == 0:
        return draw(anything)
    place = draw(st.sampled_from(sorted(value) if isinstance(value, dict) else range(len(value))))
    copy: Any = value.copy()
    copy[place] = _replaced(draw, value[place])
    return copy


def holds(reading: Reading) -> None:
    """What the rest of the house relies on."""
    assert reading.action in ("create", "close", "acknowledge")
    assert reading.alias is None or reading.alias
    named = [reading.message, reading.description, reading.source, reading.entity, *reading.tags]
    assert all(isinstance(text, str) for text in [*named, *reading.details, *reading.details.values()])


def reads_or_refuses(source: Source, payload: Any) -> None:
    """Any other exception than Unreadable fails the test."""
    with suppress(Unreadable):
        for reading in source.read(payload):
            holds(reading)


def test_the_four_sources_are_found() -> None:
    assert {"generic", "prometheus", "grafana", "datadog"} <= set(registry())


@of_every_source
def test_a_source_says_what_it_is(source: Source) -> None:
    assert registry()[source.slug] is source
    assert source.slug.isidentifier()
    assert source.slug == source.slug.lower()
    assert source.title.strip()
    assert source.description.strip()
    assert "\n" not in source.description


def test_no_two_sources_share_a_slug() -> None:
    modules = {file.stem for file in (HERE.parents[1] / "pulsar/inbound/sources").glob("*.py")} - {"__init__"}
    assert modules == set(registry())


@of_every_source
def test_a_source_has_a_guide(source: Source) -> None:
    guide = GUIDES / f"{source.slug}.md"
    assert guide.read_text().startswith(f"# {source.title}")


@of_every_source
def test_a_source_has_payloads(source: Source) -> None:
    assert list((PAYLOADS / source.slug).glob("*.json"))


@of_every_payload
def test_a_payload_s_origin_is_told(file: Path) -> None:
    assert f"`{file.parent.name}/{file.name}`" in (PAYLOADS / "README.md").read_text()


@of_every_payload
def test_a_payload_reads(file: Path) -> None:
    for reading in registry()[file.parent.name].read(SENT[file]):
        holds(reading)


@of_every_payload
def test_reading_the_same_twice_says_the_same(file: Path) -> None:
    source = registry()[file.parent.name]
    assert list(source.read(SENT[file])) == list(source.read(SENT[file]))


@of_every_source
@given(payload=anything)
@example(payload={"\ud800": 1})
@example(payload={"message": "m", "title": "t", "details": 10**5000, "alerts": [{"labels": {"a": 10**5000}}]})
@example(payload={"message": "m", "details": {"a": 10**5000}})
@example(payload={"title": 10**5000})
def test_anything_at_all_reads_or_is_unreadable(source: Source, payload: Any) -> None:
    reads_or_refuses(source, payload)


@of_every_payload
@settings(max_examples=40)
@given(data=st.data())
def test_a_payload_with_a_part_replaced_reads_or_is_unreadable(file: Path, data: st.DataObject) -> None:
    reads_or_refuses(registry()[file.parent.name], data.draw(disturbed(file)))


@of_every_source
@pytest.mark.parametrize("payload", [None, True, 7, "alerts"])
def test_a_payload_that_is_no_object_is_refused(source: Source, payload: Any) -> None:
    with pytest.raises(Unreadable, match="must be an object, not"):
        list(source.read(payload))


@of_every_source
def test_what_another_tool_sends_is_read_or_refused_in_a_few_words(source: Source) -> None:
    complaints = {file: _complaint(source, payload) for file, payload in SENT.items()}
    assert {
        file for file, said in complaints.items() if said and not (5 < len(said) < 300 and "\n" not in said)
    } == set()


def _complaint(source: Source, payload: Any) -> str:
    try:
        for reading in source.read(payload):
            holds(reading)
    except Unreadable as error:
        return str(error) or "?"
    return ""
