"""Does a payload have the shape that a source expects? If not: where, in the words of its sender? No I/O."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from pulsar.inbound.rules import Unreadable

Shape = TypeVar("Shape")

KINDS = {
    "object": "an object",
    "array": "an array",
    "str": "a string",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
}
_COMPLAINT = re.compile(r"(?P<fault>.*?)(?: - at (?:`key` in )?`\$\.?(?P<place>.*)`)?", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.*)`")
_MISMATCH = re.compile(r"Expected `(.*)`, got `(.*)`")


def decoded(payload: Any, shape: type[Shape]) -> Shape:
    """The payload as `shape`. What a vendor adds that the shape does not name is passed over."""
    try:
        return msgspec.convert(payload, shape, strict=False)
    except msgspec.ValidationError as error:
        raise Unreadable(_complaint(str(error))) from None
    except UnicodeEncodeError:
        raise Unreadable("a field's name is not valid Unicode") from None


def as_text(value: Any) -> str:
    """Text as it is, anything else as JSON."""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False)
    except (ValueError, RecursionError):  # a number of thousands of digits; thousands of brackets
        raise Unreadable("a value is too large to be written as text") from None


def as_texts(values: Mapping[str, Any] | None) -> dict[str, str]:
    """Without what is null: there, that means not set."""
    return {name: as_text(value) for name, value in (values or {}).items() if value is not None}


def first(values: Mapping[str, str], names: Iterable[str]) -> str:
    """The first of the names that has something to say."""
    return next((values[name] for name in names if values.get(name, "").strip()), "")


def split_tags(text: str) -> tuple[str, ...]:
    return tuple(tag.strip() for tag in text.split(",") if tag.strip())


def _complaint(text: str) -> str:
    """ "alerts[3].labels must be an object, not an array", of what msgspec says."""
    found = _COMPLAINT.fullmatch(text)
    assert found
    fault, place = found["fault"], found["place"] or ""
    if missing := _MISSING.fullmatch(fault):
        return f"{place}{'.' * bool(place)}{missing[1]} is missing"
    where = place or "the payload"
    if mismatch := _MISMATCH.fullmatch(fault):
        expected = [KINDS[kind] for kind in mismatch[1].split(" | ") if kind in KINDS]
        return f"{where} must be {' or '.join(expected)}, not {KINDS.get(mismatch[2], mismatch[2])}"
    return f"{where}: {fault}"
