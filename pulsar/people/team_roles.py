"""What may a person do who leads a team, and is no admin? With what belongs to the team, what an admin may with
everything.

Only the routes that are named here open so; one that is new stays with the admins until somebody has thought of it. A
route about an object opens when the object belongs to a team that the person leads; what is made has to name such a
team, and nothing is given away to a team of others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from pulsar.base.db import Transaction
from pulsar.base.errors import Forbidden, NotFound
from pulsar.people.team_keys import Asked, fields_of, shape

_OWNED = {
    "teams": ("teams", "id"),
    "schedules": ("schedules", "team_id"),
    "heartbeats": ("heartbeats", "team_id"),
    "webhooks/incoming": ("incoming_tokens", "team_id"),
    # The default is the organization's, whose else it may be.
    "escalation-policies": ("escalation_policies", "team_id AND NOT o.is_default"),
}
"""By the beginning of a path: the table, and what says whose a row is."""

_MADE = frozenset(_OWNED) - {"teams"}
"""What a lead makes, by naming the team in `team_id`."""

LED = {
    "teams": ("PATCH", "POST members", "PATCH members/{id}", "DELETE members/{id}"),
    "schedules": (
        *("PATCH", "DELETE", "POST rotations", "PATCH rotations/{id}", "DELETE rotations/{id}"),
        *("POST rotations/{id}/participants", "PUT rotations/{id}/participants"),
        "DELETE rotations/{id}/participants/{id}",
    ),
    "heartbeats": ("PATCH", "DELETE", "POST renew"),
    "escalation-policies": (
        *("PATCH", "DELETE", "POST copy", "PUT rules/order", "POST rules", "PATCH rules/{id}", "DELETE rules/{id}"),
        *("POST rules/{id}/targets", "DELETE rules/{id}/targets/{id}"),
    ),
    "webhooks/incoming": ("PATCH", "DELETE", "PUT mapping", "POST mapping/preview"),
}
"""What is open about an object of the team, by what follows its id."""


class OfAnotherTeam(Forbidden):
    """This belongs to a team that you do not lead."""


@dataclass(frozen=True)
class Place:
    """What a path is about: an object, or with no id what is to be made."""

    area: str
    object_id: str
    part: str


def place(path: str) -> Place | None:
    for area in _OWNED:
        if path == area or path.startswith(f"{area}/"):
            object_id, _, part = path[len(area) + 1 :].partition("/")
            return Place(area, object_id, part)
    return None


def is_led(method: str, path: str) -> bool:
    """Whether a lead may ask this at all."""
    found = place(path)
    if not found:
        return False
    if not found.object_id:
        return method == "POST" and found.area in _MADE
    return f"{method} {shape(found.part)}".strip() in LED[found.area]


async def leads(tx: Transaction, user_id: UUID, asked: Asked) -> bool:
    """Whether they may, as the lead of a team. Raises OfAnotherTeam, with the team's name, and for a lead NotFound:
    who leads nothing is told by the caller what role it takes."""
    found = place(asked.path) if is_led(asked.method, asked.path) else None
    if not found or not await _led(tx, user_id):
        return False
    said = fields_of(asked.body)
    if found.area == "escalation-policies" and said.get("is_default"):
        raise Forbidden("Only an admin says which policy is the default.", field="is_default")
    if found.object_id and not await _leads_owner(tx, user_id, found):
        return False
    if not found.object_id or "team_id" in said:
        await _check_team(tx, user_id, said)
    return True


async def _led(tx: Transaction, user_id: UUID) -> bool:
    query = text("SELECT true FROM team_members WHERE user_id = :user AND role = 'lead' LIMIT 1")
    return bool(await tx.scalar(query, {"user": user_id}))


async def _leads_owner(tx: Transaction, user_id: UUID, found: Place) -> bool:
    """False for what belongs to no team."""
    table, owner = _OWNED[found.area]
    query = text(
        f"SELECT t.name, m.role FROM {table} o LEFT JOIN teams t ON t.id = o.{owner}"  # noqa: S608 - names of ours
        " LEFT JOIN team_members m ON m.team_id = t.id AND m.user_id = :user WHERE o.id = :id"
    )
    try:
        row = (await tx.execute(query, {"user": user_id, "id": UUID(found.object_id)})).one_or_none()
    except ValueError:
        row = None
    if not row:
        raise NotFound
    if row.name and row.role != "lead":
        raise OfAnotherTeam(f"This belongs to the team {row.name}, which you do not lead.")
    return bool(row.name)


async def _check_team(tx: Transaction, user_id: UUID, said: Mapping[str, Any]) -> None:
    query = text(
        "SELECT t.name, m.role FROM teams t LEFT JOIN team_members m ON m.team_id = t.id AND m.user_id = :user"
        " WHERE t.id = :id"
    )
    try:
        row = (await tx.execute(query, {"user": user_id, "id": UUID(str(said.get("team_id")))})).one_or_none()
    except ValueError:
        row = None
    if row and row.role == "lead":
        return
    whose = f"You do not lead the team {row.name}" if row else "You are no admin"
    raise OfAnotherTeam(f"{whose}: name a team that you lead.", field="team_id")
