"""Is the table of permissions true? Each route of the API's document is asked as every role, and with a key of every
scope. `PULSAR_WRITE_PERMISSIONS=1` writes the table anew, to be read before it is committed."""

import os

import httpx

from pulsar.orgs.roles import Role
from pulsar.people.permissions import GRANTED_BY, Scope
from tests.architecture.openapi import Operation
from tests.architecture.permissions import answered_to, is_led, least_role, line, lines, scopes_for, write
from tests.architecture.test_routes import BY_INVITATION, BY_OPERATOR, BY_SESSION, PUBLIC
from tests.world import People


async def test_the_table_of_permissions_is_what_the_program_does(
    http: httpx.AsyncClient, routes: list[Operation], people: People
) -> None:
    owner = await people.founder("Owner")
    others = {role: await people.colleague(owner, role.value, role.value) for role in Role if role is not Role.OWNER}
    tokens = {role: person.access_token for role, person in others.items()} | {Role.OWNER: owner.access_token}
    keys = {scope: (await owner.makes("/api-keys", name=scope, scopes=[scope]))["key"] for scope in Scope}
    team = (await owner.makes("/teams", name="Database"))["id"]
    lead = await people.colleague(owner, "Lead", "member")
    await owner.makes(f"/teams/{team}/members", user_id=str(lead.id), role="lead")
    found = []
    for route in routes:
        if str(route) in PUBLIC | BY_INVITATION | BY_SESSION:
            continue
        if str(route) in BY_OPERATOR:
            assert await answered_to(http, route, tokens) == {403}
            found.append(line(route, "operator", False, []))
            continue
        role, scopes = await least_role(http, route, tokens), await scopes_for(http, route, keys)
        assert all(GRANTED_BY[Scope(scope)].includes(Role(role)) for scope in scopes), route
        led = role == Role.ADMIN and await is_led(http, route, lead.access_token, team)
        found.append(line(route, role, led, scopes))
    if os.environ.get("PULSAR_WRITE_PERMISSIONS"):
        write(found)
    assert lines() == found
