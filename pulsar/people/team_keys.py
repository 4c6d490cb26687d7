"""What may a script ask whose API key is bound to a team? What belongs to the team, and nothing else.

All routes are closed to it but those that are named here, so one that is new stays closed until somebody has thought of
it. A route about an object is open when the object is the team's; a list, when it is asked for the team's part; what is
made has to be the team's own, and nothing of others may be drawn into it.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from pulsar.base.db import Transaction
from pulsar.base.errors import Forbidden, NotFound

_OWNED = {
    "alerts": ("alerts", "assigned_to_team_id"),
    "incidents": ("incidents", "team_id"),
    "schedules": ("schedules", "team_id"),
    "heartbeats": ("heartbeats", "team_id"),
    "teams": ("teams", "id"),
}
"""By the beginning of a path: the table, and the column that says whose a row is."""

LISTED = {"alerts": "assigned_to_team_id", "incidents": "team_id", "schedules": "team_id", "oncall": "team_id"}
"""Which parameter a list takes for the team's part."""

_MADE = {"alerts": "assigned_to_team_id", "incidents": "team_id", "schedules": "team_id", "heartbeats": "team_id"}
"""Which field says whose something new is."""

_OF_OTHERS = frozenset(
    {"escalation_policy_id", "alert_ids", "template_id", "assigned_to_user_id", "close_alerts", "team_ids"}
)
"""Fields that would page people, or touch objects, that are not the team's."""

_ID = "{id}"
ABOUT = {
    "teams": ("GET", "GET members"),
    "alerts": (
        *("GET", "PATCH", "GET notes", "GET activity", "GET escalation", "GET explain", "POST notes"),
        *(f"POST {verb}" for verb in ("acknowledge", "unacknowledge", "close", "snooze", "escalate")),
    ),
    "incidents": (
        *("GET", "PATCH", "GET responders", "GET timeline", "GET updates", "GET tasks", "GET links", "GET postmortem"),
        *("POST notes", "PATCH notes/{id}", "DELETE notes/{id}"),
        *("POST tasks", "PATCH tasks/{id}", "DELETE tasks/{id}", "POST links", "DELETE links/{id}"),
        *("POST updates", "POST postmortem", "PATCH postmortem"),
    ),
    "schedules": (
        *("GET", "PATCH", "GET oncall", "GET shifts", "GET gaps", "POST preview"),
        *("GET rotations", "POST rotations", "GET rotations/{id}", "PATCH rotations/{id}"),
        *(f"{method} rotations/{{id}}/participants" for method in ("GET", "POST", "PUT")),
        "DELETE rotations/{id}/participants/{id}",
        *("GET overrides", "POST overrides", "PATCH overrides/{id}", "DELETE overrides/{id}"),
    ),
    "heartbeats": ("GET", "PATCH", "POST ping"),
}
"""What is open about an object, by what follows its id."""


class OfOthers(Forbidden):
    """This API key is bound to a team, and this concerns more than that team."""


@dataclass(frozen=True)
class Asked:
    """A request, as far as it says whose things it is about. `path`: below /api/v1/."""

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    body: bytes


def shape(path: str) -> str:
    return "/".join(_ID if re.fullmatch(r"[0-9a-fA-F-]{32,36}", part) else part for part in path.split("/"))


def is_open(method: str, path: str) -> bool:
    """Whether a team's key may ask this at all."""
    area, _, rest = path.partition("/")
    if not rest:
        return (method == "GET" and area in LISTED) or (method == "POST" and area in _MADE)
    of_object, _, part = rest.partition("/")
    return shape(of_object) == _ID and f"{method} {shape(part)}".strip() in ABOUT.get(area, ())


async def check(tx: Transaction, team_id: UUID, asked: Asked) -> None:
    """Raises OfOthers; NotFound for what belongs to others, as for what there is not."""
    if not is_open(asked.method, asked.path):
        raise OfOthers
    area, _, rest = asked.path.partition("/")
    said = fields_of(asked.body)
    if rest:
        await _owns(tx, team_id, area, rest.partition("/")[0])
        _check_fields(said, team_id, wanted=None)
    elif asked.method == "GET":
        _check_list(asked.query, LISTED[area], team_id)
    else:
        _check_fields(said, team_id, wanted=_MADE[area])
        await _check_alias(tx, team_id, said.get("alias"))


def fields_of(body: bytes) -> Mapping[str, Any]:
    """What cannot be read, the route refuses by itself."""
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


async def _owns(tx: Transaction, team_id: UUID, area: str, object_id: str) -> None:
    table, column = _OWNED[area]
    query = text(f"SELECT true FROM {table} WHERE id = :id AND {column} = :team")  # noqa: S608 - names of ours
    try:
        found = await tx.scalar(query, {"id": UUID(object_id), "team": team_id})
    except ValueError:
        found = None
    if not found:
        raise NotFound


def _check_list(query: Sequence[tuple[str, str]], parameter: str, team_id: UUID) -> None:
    given = [value for name, value in query if name == parameter]
    if not given or any(not _is(value, team_id) for value in given):
        raise OfOthers(f"This API key is bound to a team: ask with {parameter}={team_id}.", field=parameter)


def _check_fields(said: Mapping[str, Any], team_id: UUID, wanted: str | None) -> None:
    for field in sorted(_OF_OTHERS & said.keys()):
        if said[field]:
            raise OfOthers(field=field)
    for field in ("team_id", "assigned_to_team_id"):
        if (field in said or field == wanted) and not _is(said.get(field), team_id):
            raise OfOthers(f"This API key is bound to a team: {field} is {team_id}.", field=field)


async def _check_alias(tx: Transaction, team_id: UUID, alias: Any) -> None:
    """The same alias is the same alert, whosever it is."""
    query = text(
        "SELECT true FROM alerts WHERE alias = :alias AND status <> 'closed'"
        " AND assigned_to_team_id IS DISTINCT FROM :team"
    )
    if isinstance(alias, str) and await tx.scalar(query, {"alias": alias.strip(), "team": team_id}):
        raise OfOthers("An open alert that is not the team's has this alias.", field="alias")


def _is(value: Any, team_id: UUID) -> bool:
    try:
        return UUID(str(value)) == team_id
    except ValueError:
        return False
