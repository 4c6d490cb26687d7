"""Who may call what, asked of the program itself, route by route: every role, and a key with each scope."""

from collections.abc import Sequence
from pathlib import Path

import httpx

from pulsar.orgs.roles import Role
from pulsar.people.permissions import Scope
from tests.architecture.openapi import API, Operation

PAGE = Path(__file__).parents[2] / "docs/permissions.md"

_NOTHING = "0193a5b0-0000-7000-8000-00000000abcd"
_HEAD = """# Who may do what

A **role** may do all that those before it may: viewer, member, admin, owner. An **API key** has scopes instead; any one
of those that are named opens the route. Where none is, the route is about the person who asks, and a key is none.
A member who **leads a team** may, with what belongs to the team, what an admin may with everything, where the table
says so; what is made has to name the team, and nothing goes to a team of others: [why](decisions/0019-team-roles.md).
Where an owner has [members keep to their teams](members.md#members-within-their-teams), a member changes only what
belongs to a team of theirs or to none, and what they were called to; the table says what they may at all.
Who is an [operator](operating.md#operators) of the installation is no matter of a role.

This table is made by asking the program, and a test asks it again at every change:
`python -m pytest tests/architecture/test_permissions.py`.

| route | role | a lead, of what is their team's | a key's scopes |
|---|---|---|---|
"""


async def least_role(http: httpx.AsyncClient, route: Operation, tokens: dict[Role, str]) -> str:
    for role in Role:
        answer = await _asked(http, route, {"Authorization": f"Bearer {tokens[role]}"})
        if answer.status_code != 403:
            return role.value
    raise AssertionError(f"not even an owner may {route}")


async def answered_to(http: httpx.AsyncClient, route: Operation, tokens: dict[Role, str]) -> set[int]:
    return {(await _asked(http, route, {"Authorization": f"Bearer {token}"})).status_code for token in tokens.values()}


async def scopes_for(http: httpx.AsyncClient, route: Operation, keys: dict[Scope, str]) -> list[str]:
    found = []
    for scope in Scope:
        answer = await _asked(http, route, {"X-API-Key": keys[scope]})
        assert answer.status_code != 401, route
        if answer.status_code != 403:
            found.append(scope.value)
    return found


async def is_led(http: httpx.AsyncClient, route: Operation, token: str, team_id: str) -> bool:
    """Whether it is open to who leads a team, of what is the team's: one that makes something asks for its name."""
    headers = {"Authorization": f"Bearer {token}"}
    answer = await _asked(http, route, headers)
    if any(error["field"] == "team_id" for error in answer.json().get("errors", ())):
        answer = await _asked(http, route, headers, team_id=team_id)
    return answer.status_code != 403


async def _asked(http: httpx.AsyncClient, route: Operation, headers: dict[str, str], **more: str) -> httpx.Response:
    """With ids of nothing, so that where it is allowed nothing comes of it."""
    path = route.at(dict.fromkeys(route.parameters, _NOTHING))
    body = {**(route.body or {}), **more} if more else route.body
    return await http.request(route.method, API + path, json=body, headers=headers)


def line(route: Operation, role: str, led: bool, scopes: Sequence[str]) -> str:
    return f"| `{route}` | {role} | {'yes' if led else ''} | {', '.join(scopes)} |"


def lines() -> list[str]:
    return [line for line in PAGE.read_text().splitlines() if line.startswith("| `")]


def write(found: Sequence[str]) -> None:
    PAGE.write_text(_HEAD + "\n".join(found) + "\n")
