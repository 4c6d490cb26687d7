"""Of the people of a level, whom does it page, and why these? The lot, and the turn. No I/O, no clock."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

_FIRST = UUID(int=0)


@dataclass(frozen=True)
class Meant:
    """A person, and in words why it is this one: "on call in Database (rotation Primary)"."""

    id: UUID
    name: str
    why: str


@dataclass(frozen=True)
class Choice:
    """Whom a level pages; who might have been in their place, and why it is not them; and which of its targets had
    nobody."""

    people: tuple[Meant, ...] = ()
    passed_over: tuple[Meant, ...] = ()
    missing: tuple[str, ...] = ()

    def named(self) -> list[tuple[UUID, str]]:
        return [(person.id, person.name) for person in self.people]


def drawn(seed: str, ids: Iterable[UUID]) -> UUID:
    """One of them, by lot. The same seed draws the same person, whoever asks and however often, and goes on to do so
    while this one is among them."""
    return min(ids, key=lambda one: sha256(f"{seed}:{one}".encode()).digest())


def next_in_turn(ids: Collection[UUID], last: UUID | None) -> UUID:
    """In the order of their ids, which nobody's coming or going changes."""
    return min((one for one in ids if one > (last or _FIRST)), default=min(ids))


def each_once(people: Iterable[Meant]) -> tuple[Meant, ...]:
    """By name; who is meant for two reasons has both."""
    found: dict[UUID, Meant] = {}
    for one in people:
        known = found.get(one.id)
        if not known:
            found[one.id] = one
        elif one.why not in known.why.split("; "):
            found[one.id] = Meant(one.id, one.name, f"{known.why}; {one.why}")
    return tuple(sorted(found.values(), key=lambda one: (one.name, one.id)))


def in_turn(choice: Choice, turn: UUID) -> Choice:
    """Only the person whose turn it is."""
    theirs = next(one for one in choice.people if one.id == turn)
    others = (
        Meant(one.id, one.name, f"it was the turn of {theirs.name}") for one in choice.people if one is not theirs
    )
    because = Meant(theirs.id, theirs.name, f"{theirs.why}; it was their turn")
    return Choice((because,), (*choice.passed_over, *others), choice.missing)
