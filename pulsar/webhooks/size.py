"""How long may a body be? Many receivers refuse more than a few dozen kilobytes, and what they refuse is lost. Pure."""

from typing import Any

LARGEST = 20_000
"""Bytes, about: of text that is not ASCII the sum is of characters."""

_LONGEST_TEXT = 1000
_MOST_ITEMS = 50


def _weight(value: Any) -> int:
    match value:
        case str():
            return len(value) + 2
        case dict():
            return sum(len(str(key)) + 4 + _weight(inner) for key, inner in value.items())
        case list() | tuple():
            return sum(_weight(inner) + 1 for inner in value)
    return 8 if value is None or isinstance(value, bool | int | float) else 40


def _cut(value: Any, longest: int, most: int) -> Any:
    match value:
        case str():
            return value if len(value) <= longest else value[: longest - 1] + "…"
        case dict():
            return {key: _cut(inner, longest, most) for key, inner in list(value.items())[:most]}
        case list() | tuple():
            return [_cut(inner, longest, most) for inner in value[:most]]
    return value


def fitted(message: dict[str, Any]) -> dict[str, Any]:
    """The message, or, when it is too long, the same with its long texts and lists cut, and `truncated` true."""
    longest, most = _LONGEST_TEXT, _MOST_ITEMS
    found = message
    while _weight(found) > LARGEST and longest > 10:
        found = {**_cut(message, longest, most), "truncated": True}
        longest, most = longest // 2, max(most // 2, 20)
    return found
