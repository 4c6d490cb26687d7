"""Whom does an event of a calendar file mean? Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from pulsar.oncall.ical_reading import Entry, UnreadableCalendar

# As our own feeds put it: "Ana on call: Database".
_ON_CALL = " on call:"


@dataclass(frozen=True)
class Named:
    """A member, and all that a file may call them by."""

    id: UUID
    email: str
    username: str
    full_name: str


def person_meant(entry: Entry, people: Sequence[Named]) -> UUID:
    """Who is invited, or else who the summary names, by address, user name or full name, and nothing but that. Several
    that are invited leave it to the summary. Nobody is guessed: raises UnreadableCalendar, which names the event."""
    invited = _who(people, entry.attendees)
    named = _who(people, {entry.summary, _before(entry.summary)})
    meant = (named & invited or invited) if invited else named
    if len(meant) == 1:
        return meant.pop()
    said = ", ".join((*entry.attendees, *([f"“{entry.summary[:100]}”"] if entry.summary else [])))
    what = "fits several members" if meant else "is no active member's address, user name or full name"
    raise UnreadableCalendar(
        f"Event {entry.number + 1}: {said or 'no SUMMARY'} {what}.", field=f"events.{entry.number}"
    )


def _who(people: Sequence[Named], names: Iterable[str]) -> set[UUID]:
    wanted = {_plain(name) for name in names} - {""}
    return {one.id for one in people if wanted & {_plain(one.email), _plain(one.username), _plain(one.full_name)}}


def _before(summary: str) -> str:
    name, found, _ = summary.partition(_ON_CALL)
    return name if found else ""


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
