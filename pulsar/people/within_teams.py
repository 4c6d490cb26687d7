"""What may a member change where the organization asks its members to keep to their teams? What belongs to a team of
theirs, what belongs to no team, and what they were called to: whoever is paged may answer, in whatever team they are.

Reading, asking another team for help by a new alert or incident, and cover requests, which are about one's own shifts,
stay open. Admins and owners are not concerned; what a lead may besides says team_roles.py.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from pulsar.base.db import Transaction
from pulsar.people.team_keys import Asked, fields_of
from pulsar.people.team_roles import OfAnotherTeam

# A message to a room names its people; one to a person is theirs, also when it was held back.
_NAMED = "(n.user_id = :user OR jsonb_exists(n.content -> 'user_ids', :user_text))"
_PAGED = f"EXISTS (SELECT FROM notifications n WHERE n.subject_id = o.id AND {_NAMED})"
_CALLED_IN = f"""(
    EXISTS (SELECT FROM incident_responders r WHERE r.incident_id = o.id AND r.user_id = :user)
    OR EXISTS (SELECT FROM incident_pages p JOIN notifications n ON n.subject_id = p.id
               WHERE p.incident_id = o.id AND {_NAMED})
)"""  # noqa: S608 - a constant of ours

OWNED = {
    "alerts": ("alerts", "assigned_to_team_id", _PAGED),
    "incidents": ("incidents", "team_id", _CALLED_IN),
    "schedules": ("schedules", "team_id", "false"),
    "heartbeats": ("heartbeats", "team_id", "false"),
    "webhooks/incoming": ("incoming_tokens", "team_id", "false"),
}
"""By the beginning of a path: the table, what says whose a row is, and whether it has called the person."""


async def check(tx: Transaction, user_id: UUID, asked: Asked) -> None:
    """Raises OfAnotherTeam, with the team's name. What there is not, or cannot be read, the route refuses by itself."""
    for area in OWNED:
        if asked.path.startswith(f"{area}/"):
            object_id = asked.path[len(area) + 1 :].partition("/")[0]
            await check_objects(tx, user_id, area, _ids(object_id, fields_of(asked.body)))


def _ids(object_id: str, said: Mapping[str, Any]) -> list[UUID]:
    """Of the path; or of a change of many; and of what an incident is merged into."""
    many = said.get("ids")
    found = []
    for one in [object_id, said.get("into_id"), *(many if isinstance(many, list) else ())]:
        try:
            found.append(UUID(str(one)))
        except ValueError:
            continue
    return found


async def check_objects(tx: Transaction, user_id: UUID, area: str, ids: Sequence[UUID]) -> None:
    table, owner, called = OWNED[area]
    query = text(
        f"SELECT t.name FROM {table} o JOIN teams t ON t.id = o.{owner}"  # noqa: S608 - names of ours
        " WHERE o.id = ANY(:ids)"
        " AND NOT EXISTS (SELECT FROM team_members m WHERE m.team_id = t.id AND m.user_id = :user)"
        f" AND NOT {called} LIMIT 1"
    )
    values = {"ids": list(ids), "user": user_id, "user_text": str(user_id)}
    if team := await tx.scalar(query, values):
        raise OfAnotherTeam(f"This belongs to the team {team}, and here members change what belongs to their own.")
