"""What does a payload say, by a mapping that somebody wrote for it? Fields by path or template, conditions for what is
to be done, several alerts from one payload. No I/O, no clock.

What says which alert it is and what becomes of it must be readable, or the payload is refused. All else may fail: an
alert without a tag beats no alert, and says what could not be read.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pulsar.alerts.rules import Action, Priority
from pulsar.inbound import expressions
from pulsar.inbound.decode import split_tags
from pulsar.inbound.expressions import Expression, Failed, Fault, Reader, TooMuch
from pulsar.inbound.rules import Reading, Unreadable
from pulsar.inbound.severity import severity
from pulsar.inbound.sources.generic import ACTIONS, STATUSES

MAPPED = ("generic", "custom", "email")
"""The kinds that have no form of their own, and so can have a mapping."""

LONGEST_TEMPLATE = 4000
MOST_ITEMS = 1000
EVERYTHING = "*"
"""As the name of a detail: all fields of the object that the expression gives."""

_CONDITIONS = ("ignore", "close", "acknowledge", "create")
_TEXTS = ("message", "description", "alias", "priority", "source", "entity")
_PLACE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


class Faulty(Exception):
    """A mapping that cannot be used, with what is wrong in which field."""

    def __init__(self, faults: Sequence[tuple[str, Fault]]) -> None:
        super().__init__(", ".join(f"{name}: {fault.message}" for name, fault in faults))
        self.faults = faults


@dataclass(frozen=True)
class Template:
    """Text, and expressions between {{ and }}."""

    parts: tuple[str | Expression, ...]


Field = Expression | Template


@dataclass(frozen=True)
class Compiled:
    items: Field | None
    conditions: dict[str, Field]
    action: Field | None
    texts: dict[str, Field]
    tags: Field | None
    details: dict[str, Field]
    priorities: dict[str, Priority]
    default_priority: Priority | None


@dataclass(frozen=True)
class Item:
    """One of the alerts that a payload is about; without a reading, it is ignored. `notes`: what could not be read."""

    reading: Reading | None
    notes: dict[str, str] = field(default_factory=dict)


class Unmapped(Unreadable):
    """The mapping cannot read this payload. `field`: which part of it."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}" if name else message)
        self.field, self.message = name, message


def compiled(definition: Mapping[str, Any]) -> Compiled:
    """Of what stands in the database and in requests. Raises Faulty, with all that is wrong."""
    faults: list[tuple[str, Fault]] = []

    def of(name: str, text: str) -> Field | None:
        try:
            return _field(text) if text.strip() else None
        except Fault as fault:
            faults.append((name, fault))
            return None

    def several(names: Sequence[str]) -> dict[str, Field]:
        found = {name: of(name, definition.get(name) or "") for name in names}
        return {name: one for name, one in found.items() if one}

    details = {name: of(f"details.{name}", text) for name, text in (definition.get("details") or {}).items()}
    (items, action, tags) = (of(name, definition.get(name) or "") for name in ("items", "action", "tags"))
    conditions, texts = several(_CONDITIONS), several(_TEXTS)
    if "message" not in texts and "message" not in {name for name, _ in faults}:
        faults.append(("message", Fault("say where an alert's message stands")))
    if faults:
        raise Faulty(faults)
    given = definition.get("default_priority")
    return Compiled(
        items=items,
        conditions=conditions,
        action=action,
        texts=texts,
        tags=tags,
        details={name: one for name, one in details.items() if one},
        priorities={
            word.strip().lower(): Priority(priority) for word, priority in (definition.get("priorities") or {}).items()
        },
        default_priority=Priority(given) if given else None,
    )


def _field(text: str) -> Field:
    if "{{" not in text:
        return expressions.compiled(text)
    if len(text) > LONGEST_TEMPLATE:
        raise Fault(f"a template has {LONGEST_TEMPLATE} characters at most", LONGEST_TEMPLATE)
    parts: list[str | Expression] = []
    end = 0
    for place in _PLACE.finditer(text):
        parts.append(text[end : place.start()])
        end = place.end()
        try:
            parts.append(expressions.compiled(place[1]))
        except Fault as fault:
            raise Fault(f"in {{{{{place[1]}}}}}: {fault.message}", place.start(1) + fault.position) from None
    if "{{" in text[end:]:
        raise Fault("{{ without its }}", text.index("{{", end))
    return Template((*parts, text[end:]))


def read(mapping: Compiled, payload: Any) -> list[Item]:
    """Raises Unmapped."""
    reader = Reader(payload)
    try:
        return [_Part(mapping, reader, item).read() for item in _items(mapping, reader, payload)]
    except TooMuch:
        raise Unmapped("", "the mapping has too much to do with this payload, and was stopped") from None


def readings(mapping: Compiled, payload: Any) -> Iterator[Reading]:
    """Raises Unmapped."""
    for item in read(mapping, payload):
        if item.reading and item.notes:
            notes = {f"mapping: {name}": said for name, said in item.notes.items()}
            yield replace(item.reading, details={**notes, **item.reading.details})
        elif item.reading:
            yield item.reading


def _items(mapping: Compiled, reader: Reader, payload: Any) -> list[Any]:
    if not mapping.items:
        return [payload]
    found = _value(reader, "items", mapping.items, payload)
    if not isinstance(found, list):
        raise Unmapped("items", "there is no list there")
    if len(found) > MOST_ITEMS:
        raise Unmapped("items", f"the list has {len(found)} items; {MOST_ITEMS} are read at most")
    return found


def _value(reader: Reader, name: str, what: Field, at: Any) -> Any:
    """Of what must be readable. Raises Unmapped."""
    try:
        return _evaluated(reader, what, at)
    except Failed as error:
        raise Unmapped(name, str(error)) from None


def _evaluated(reader: Reader, what: Field, at: Any) -> Any:
    """Raises Failed."""
    if isinstance(what, Expression):
        return reader.value(what, at)
    written = [part if isinstance(part, str) else reader.text(reader.value(part, at)) for part in what.parts]
    reader.pay(sum(map(len, written)) // 64)
    # All around nothing is nothing: " failed" is no message.
    found = any(text for part, text in zip(what.parts, written, strict=True) if not isinstance(part, str))
    return "".join(written) if found else None


class _Part:
    """One item of the payload, being read."""

    def __init__(self, mapping: Compiled, reader: Reader, at: Any) -> None:
        self._mapping, self._reader, self._at = mapping, reader, at
        self._notes: dict[str, str] = {}

    def read(self) -> Item:
        action = self._action()
        if action is None:
            return Item(None)
        alias = self._needed("alias").strip()
        message = self._needed("message")
        if action == "create" and not message.strip():
            raise Unmapped("message", "there is nothing at this place")
        if action != "create" and not alias:
            raise Unmapped("alias", f"there is nothing at this place, so it is not known which alert to {action}")
        priority, word = self._priority()
        details = self._details()
        if word:
            details.setdefault("priority", word)  # not understood, so the default holds; people still see the word
        reading = Reading(
            action=action,
            alias=alias or None,
            message=message,
            description=self._text("description"),
            priority=priority,
            source=self._text("source"),
            entity=self._text("entity"),
            tags=self._tags(),
            details=details,
        )
        return Item(reading, self._notes)

    def _action(self) -> Action | None:
        """None: to be ignored. The first condition that holds decides; then the word of `action`; else it opens."""
        for name, condition in self._mapping.conditions.items():
            if _holds(_value(self._reader, name, condition, self._at)):
                return None if name == "ignore" else name  # type: ignore[return-value]
        if self._mapping.action:
            return self._said(self._mapping.action)
        return None if "create" in self._mapping.conditions else "create"

    def _said(self, action: Field) -> Action | None:
        word = self._reader.text(_value(self._reader, "action", action, self._at)).strip().lower()
        if word in ("ignore", "ignored"):
            return None
        return ACTIONS.get(word) or STATUSES.get(word, "create")

    def _needed(self, name: str) -> str:
        what = self._mapping.texts.get(name)
        if not what:
            return ""
        try:
            return self._reader.text(_value(self._reader, name, what, self._at))
        except Failed as error:
            raise Unmapped(name, str(error)) from None

    def _optional(self, name: str, what: Field | None) -> Any:
        if not what:
            return None
        try:
            return _evaluated(self._reader, what, self._at)
        except Failed as error:
            self._notes[name] = str(error)
            return None

    def _written(self, name: str, value: Any) -> str:
        try:
            return self._reader.text(value)
        except Failed as error:
            self._notes[name] = str(error)
            return ""

    def _text(self, name: str) -> str:
        return self._written(name, self._optional(name, self._mapping.texts.get(name)))

    def _priority(self) -> tuple[Priority | None, str]:
        """And the word, if it says nothing to us."""
        word = self._text("priority").strip()
        found = self._mapping.priorities.get(word.lower()) or severity(word)
        return found or self._mapping.default_priority, "" if found else word

    def _tags(self) -> tuple[str, ...]:
        found = self._optional("tags", self._mapping.tags)
        if isinstance(found, list):
            return tuple(self._written("tags", tag) for tag in found if tag is not None)
        return split_tags(self._written("tags", found))

    def _details(self) -> dict[str, str]:
        details: dict[str, str] = {}
        for name, what in self._mapping.details.items():
            found = self._optional(f"details.{name}", what)
            if name == EVERYTHING and isinstance(found, dict):
                texts = {key: self._written(f"details.{key}", value) for key, value in found.items()}
                details = {**texts, **details}
            elif found is not None:
                details[name] = self._written(f"details.{name}", found)
        return details


def _holds(value: Any) -> bool:
    """As JMESPath has it: nothing, false, and what is empty do not."""
    return value is not None and value is not False and value not in ("", [], {})
