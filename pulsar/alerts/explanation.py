"""Why was somebody paged, and why was somebody else not? What happened, told in plain words. No I/O, no clock.

Instants come in the time zone of whoever asks, and so stand in the sentences.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

Kind = Literal["alert", "policy", "level", "message", "end"]


@dataclass(frozen=True)
class Fact:
    """One line of the stream of events."""

    at: datetime
    type: str
    actor_type: str
    actor: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """A message as the log has it, and what was answered at its last try. To a room, when there is no user."""

    at: datetime
    user_id: UUID | None
    name: str
    names: tuple[str, ...]
    """Whom a message to a room names."""
    user_ids: tuple[UUID, ...]
    """The same by their ids: two may have one name, and one may have had another. Old rows have none."""
    channel: str
    purpose: str
    level: int | None
    status: str
    reason: str | None
    tries: int
    due_at: datetime | None
    answer: str | None


@dataclass(frozen=True)
class Line:
    at: datetime
    kind: Kind
    text: str


@dataclass(frozen=True)
class Person:
    """Of whom it is asked, and where the ladder of the alert leads to them as things stand now."""

    id: UUID
    name: str
    active: bool
    levels: tuple[int, ...] = ()
    schedules: tuple[tuple[int, str], ...] = ()
    """Levels that page whoever is on call in a schedule in which this person takes turns, and its name."""


@dataclass(frozen=True)
class Standing:
    policy: str | None
    status: str
    reason: str | None
    levels_ahead: dict[int, datetime] = field(default_factory=dict)


_ORIGINS = {
    "alert": "which the alert itself names",
    "integration": "which the integration that it came through names",
    "team": "which is that of the team it is assigned to",
    "default": "the default: neither the alert nor its integration nor its team names one",
}


def clock_time(at: datetime) -> str:
    return f"{at:%H:%M:%S %Z}"


def listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def story(facts: Iterable[Fact], messages: Iterable[Sent], person: Person | None) -> list[Line]:
    """In the order of time; of the messages those that went to this person, if one is asked for."""
    lines = [line for fact in facts for line in _told(fact)]
    wanted = [sent for sent in messages if not person or concerns(sent, person)]
    lines += [
        Line(sent.at, "message", message_words(sent)) for sent in wanted if sent.purpose not in {"digest", "update"}
    ]
    # Sorted by time alone: what was at one instant stays in the order of its causes.
    return sorted(lines, key=lambda line: line.at)


def concerns(sent: Sent, person: Person) -> bool:
    if sent.user_id:
        return sent.user_id == person.id
    return person.id in sent.user_ids if sent.user_ids else person.name in sent.names


def _told(fact: Fact) -> Iterator[Line]:
    match fact.type.split("."):
        case ["alert", verb]:
            if text := _alert_words(verb, fact):
                yield Line(fact.at, "alert", text)
            if verb == "created":
                yield Line(fact.at, "policy", _policy_words(fact.data.get("policy"), fact.data.get("policy_from")))
        case ["escalation", "started"]:
            yield Line(fact.at, "policy", _begun_anew(fact))
        case ["escalation", "stopped" | "completed" as verb]:
            yield Line(fact.at, "end", _end_words(verb, fact.data))
        case ["escalation", verb]:
            yield Line(fact.at, "level", _level_words(verb, fact))


def _alert_words(verb: str, fact: Fact) -> str:
    data, who = fact.data, fact.actor
    because = f": {data['reason']}" if data.get("reason") else ""
    source = f"The integration {who}" if fact.actor_type == "integration" else who
    words = {
        "created": f"{source} reported it, with the priority {data.get('priority')}: “{data.get('message')}”.",
        "repeated": f"The same alarm came again, {data.get('count')} times in all by then. That pages nobody anew.",
        "acknowledged": f"{who} acknowledged it.",
        "unacknowledged": f"{who} took the acknowledgement back.",
        "closed": f"{who} closed it{because}.",
        "snoozed": f"{who} snoozed it: nobody is paged until it is over.",
        "reopened": f"It opened again{because}.",
        "assigned": f"{who} assigned it to {data.get('assignee') or 'nobody'}.",
    }
    if verb == "updated" and "priority" in data.get("changes", {}):
        change = data["changes"]["priority"]
        return f"Its priority was changed from {change['before']} to {change['after']}."
    return words.get(verb, "")


def _policy_words(policy: str | None, origin: str | None) -> str:
    if not policy:
        return "No escalation policy was found: the alert names none, nor its integration, its team or a default."
    why = _ORIGINS.get(origin or "")
    return f"Paging follows the policy {policy}{', ' + why if why else ''}."


def _begun_anew(fact: Fact) -> str:
    policy, origin = fact.data.get("policy"), fact.data.get("policy_from")
    reason = _as_clause(fact.data.get("reason") or "somebody asked for it")
    if origin == "hand":
        return f"{fact.actor} handed it to the policy {policy}. Paging began at its first level."
    return f"Paging began at the first level, because {reason}. {_policy_words(policy, origin)}"


def _as_clause(reason: str) -> str:
    return f"it was {reason}" if reason.split(" ")[0].endswith("ed") else reason


def _level_words(verb: str, fact: Fact) -> str:
    data, level = fact.data, f"Level {fact.data.get('level', 0) + 1}"
    again = f", in round {data['cycle'] + 1}," if data.get("cycle") else ""
    missing = "".join(f" Also, {one}." for one in _why(data)["missing"])
    if verb == "escalated":
        return f"{fact.actor} did not wait and went on to {level.lower()}."
    if verb == "level_skipped":
        return f"{level}{again} paged nobody: {'; '.join(_why(data)['missing']) or data['reason']}."
    if verb == "fallback":
        whom = "the alert's team" if data.get("to") == "team" else "the owners and admins"
        return f"The levels had reached nobody, so {whom} were paged: {listed(data['people']) or 'nobody'}."
    reasons = {one["name"]: one["why"] for one in _why(data)["people"]}
    people = [f"{name} ({reasons[name]})" if name in reasons else name for name in data["people"]]
    words = f"{level}{again} paged {listed(people)}."
    if not data.get("messages"):
        words = f"{level}{again} meant {listed(people)}, but there was no channel to tell them over."
    if data.get("held_back"):
        words += f" It meant {listed(data['held_back'])} too, but was told to leave them alone or could not reach them."
    return words + missing


def _why(data: dict[str, Any]) -> dict[str, Any]:
    none = {"people": [], "passed_over": [], "missing": [], "more": {"people": 0, "passed_over": 0}}
    return none | (data.get("why") or {})


def _end_words(verb: str, data: dict[str, Any]) -> str:
    if verb == "stopped":
        return f"Paging stopped: it was {data['reason']}."
    rounds = data.get("rounds", 1)
    return f"Every level has had its turn{f', in {rounds} rounds' if rounds > 1 else ''}: nobody is left to page."


def message_words(sent: Sent) -> str:
    to = sent.name if sent.user_id else f"the room, for {listed(sent.names)}" if sent.names else "the room"
    what = {"follow_up": "How it went on was told", "page": "A message went"}.get(sent.purpose, "A message went")
    tries = "at the first try" if sent.tries <= 1 else f"at try {sent.tries}"
    said = f" The answer was: {sent.answer}" if sent.answer else ""
    because = (sent.reason or "no reason is known").rstrip(".")
    match sent.status:
        case "sent":
            return f"{what} to {to} over {sent.channel}, {tries}.{said}"
        case "delivered":
            return f"{what} to {to} over {sent.channel}, {tries}, and arrived.{said}"
        case "failed":
            return f"A message to {to} over {sent.channel} failed after {sent.tries} tries: {because}."
        case "suppressed":
            return f"Nothing went to {to} over {sent.channel}: {because}."
        case "cancelled":
            return f"A message to {to} over {sent.channel} was withdrawn before it went out: it was {because}."
        case "sending":
            return f"A message to {to} over {sent.channel} is being sent at this moment."
        case _:
            when = f", and goes out at {clock_time(sent.due_at)}" if sent.due_at else ""
            return f"A message to {to} over {sent.channel} waits{when}."


def answer(person: Person, facts: Sequence[Fact], messages: Sequence[Sent], standing: Standing) -> tuple[bool, str]:
    """Whether this person was paged; and if not, the first reason that held."""
    own = [sent for sent in messages if sent.purpose == "page" and concerns(sent, person)]
    told = [sent for sent in own if sent.status in {"sent", "delivered"}]
    if told:
        first = min(told, key=lambda sent: sent.at)
        often = "once" if len(told) == 1 else f"{len(told)} times"
        return True, f"Yes. {person.name} was paged {often}, first at {clock_time(first.at)} over {first.channel}."
    reasons = (_unsent(own), _passed_over(person, facts), _meant(person, facts), _inactive(person))
    reason = next((found for found in (*reasons, _not_reached(person, facts, standing)) if found), None)
    reason = reason or _not_on_call(person, facts) or _no_level(person, standing)
    return False, f"No. {reason}"


def _unsent(own: Sequence[Sent]) -> str | None:
    """The message that came farthest."""
    order = ("sending", "pending", "failed", "cancelled", "suppressed")
    ranked = sorted((sent for sent in own if sent.status in order), key=lambda sent: order.index(sent.status))
    return message_words(ranked[0]) if ranked else None


def _fired(facts: Sequence[Fact]) -> Iterator[Fact]:
    return (fact for fact in facts if fact.type in {"escalation.level_fired", "escalation.level_skipped"})


def _passed_over(person: Person, facts: Sequence[Fact]) -> str | None:
    for fact in _fired(facts):
        for one in _why(fact.data)["passed_over"]:
            if one["id"] == str(person.id):
                return f"Level {fact.data['level'] + 1} could have paged {person.name}, but {one['why']}."
    return next((found for fact in _fired(facts) if (found := _one_of_many(person, fact))), None)


def _one_of_many(person: Person, fact: Fact) -> str | None:
    """Of more people than are written down, who led there and was not paged was passed over as the others were."""
    why, level = _why(fact.data), fact.data["level"]
    if not why["more"]["passed_over"] or level not in person.levels:
        return None
    reasons = {one["why"] for one in why["passed_over"]}
    because = reasons.pop() if len(reasons) == 1 else f"it paged {listed([one['name'] for one in why['people']])}"
    return f"Level {level + 1} could have paged {person.name}, but {because}."


def _meant(person: Person, facts: Sequence[Fact]) -> str | None:
    for fact in _fired(facts):
        if any(one["id"] == str(person.id) for one in _why(fact.data)["people"]):
            level = fact.data["level"] + 1
            return f"Level {level} meant {person.name}, but there was no channel to tell {person.name} over."
    return None


def _inactive(person: Person) -> str | None:
    return None if person.active else f"{person.name} is deactivated, and whoever is deactivated is paged for nothing."


def _not_reached(person: Person, facts: Sequence[Fact], standing: Standing) -> str | None:
    """A level of theirs that has not come."""
    fired = {fact.data["level"] for fact in _fired(facts)}
    missed = [level for level in person.levels if level not in fired]
    for level in person.levels:
        if at := standing.levels_ahead.get(level):
            return (
                f"Not yet: level {level + 1} of {standing.policy} pages {person.name} at {clock_time(at)},"
                " unless somebody acknowledges."
            )
    if missed and standing.status == "stopped" and standing.reason:
        level = missed[0] + 1
        return (
            f"Level {level} of {standing.policy} would have paged {person.name}, but before, it was {standing.reason}."
        )
    return None


def _not_on_call(person: Person, facts: Sequence[Fact]) -> str | None:
    for level, schedule in person.schedules:
        fact = next((fact for fact in _fired(facts) if fact.data["level"] == level), None)
        if fact:
            people = [f"{one['name']} ({one['why']})" for one in _why(fact.data)["people"]]
            instead = f"That was {listed(people)}" if people else "Nobody was"
            return (
                f"Level {level + 1} pages whoever is on call in {schedule}. {instead} when it fired,"
                f" at {clock_time(fact.at)}, and not {person.name}."
            )
    return None


def _no_level(person: Person, standing: Standing) -> str:
    if not standing.policy:
        return f"The alert has no policy, and {person.name} is not one of those whom it went to without one."
    if person.levels:
        level = person.levels[0] + 1
        return f"Level {level} of {standing.policy} leads to {person.name} now, but did not when it fired."
    return f"No level of the policy {standing.policy} leads to {person.name}."
