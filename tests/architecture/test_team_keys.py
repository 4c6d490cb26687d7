"""What does an API key open that is bound to a team? Every route is asked, with the team's things and with others'."""

from typing import Any

import httpx
import pytest_asyncio

from pulsar.people import team_keys
from tests.architecture.conftest import Household
from tests.architecture.openapi import API, Operation
from tests.world import Person

SCOPES = ["read", "alerts", "on-call", "configuration"]


async def key_of(owner: Person, team_id: str) -> str:
    key: str = (await owner.makes("/api-keys", name="Team", scopes=SCOPES, team_id=team_id))["key"]
    return key


@pytest_asyncio.fixture(scope="module")
async def others(anas: Household) -> str:
    """Another team of the same organization, to which nothing belongs."""
    team: dict[str, Any] = await anas.owner.makes("/teams", name="Others")
    return str(team["id"])


@pytest_asyncio.fixture(scope="module")
async def of_others(anas: Household, others: str) -> str:
    """A key that is bound to it."""
    return await key_of(anas.owner, others)


def about_objects(routes: list[Operation]) -> list[Operation]:
    """But for addresses that have a secret in them, which no key opens."""
    return [route for route in routes if route.parameters and "token" not in route.parameters]


def opened(route: Operation, ids: dict[str, str]) -> bool:
    return team_keys.is_open(route.method, route.at(ids).removeprefix("/"))


async def asked(http: httpx.AsyncClient, route: Operation, path: str, key: str, **options: Any) -> httpx.Response:
    headers = {"X-API-Key": key}
    return await http.request(route.method, API + path, json=route.body, headers=headers, **options)


async def test_what_belongs_to_another_team_is_not_there_and_nothing_else_is_open(
    http: httpx.AsyncClient, routes: list[Operation], anas: Household, of_others: str
) -> None:
    """Ana's things are another team's, or nobody's. Nothing succeeds but what needs no rights at all."""
    wrong, tried = {}, 0
    for route in about_objects(routes):
        path = route.at(anas.ids)
        answer = await asked(http, route, path, of_others)
        expected = {404} if opened(route, anas.ids) else {401, 403}
        tried += opened(route, anas.ids)
        if answer.status_code not in expected:
            wrong[str(route)] = answer.status_code
    assert wrong == {}
    assert tried > 40, "the names of what is open fit no route any more"


async def test_every_route_that_is_named_as_open_is_there(routes: list[Operation], anas: Household) -> None:
    there = {
        f"{route.method} {team_keys.shape(route.at(anas.ids).removeprefix('/'))}"
        for route in about_objects(routes)
        if opened(route, anas.ids)
    }
    named = {
        f"{method} {area}/{{id}}{'/' if part else ''}{part}"
        for area, some in team_keys.ABOUT.items()
        for method, _, part in (one.partition(" ") for one in some)
    }
    assert named <= there, named - there


async def test_a_route_about_no_object_is_open_only_for_the_teams_part(
    http: httpx.AsyncClient, routes: list[Operation], anas: Household, of_others: str, others: str
) -> None:
    theirs = anas.ids["team_id"]
    wrong = {}
    for route in (route for route in routes if not route.parameters):
        area = route.path.removeprefix("/")
        answers = [await asked(http, route, route.path, of_others)]
        parameter = team_keys.LISTED.get(area) if route.method == "GET" else None
        if parameter:
            for team_ids in ([theirs], [others, theirs], [theirs, others]):
                answers += [await asked(http, route, route.path, of_others, params={parameter: team_ids})]
        # The API's own description, and what needs no token at all.
        public = route.path == "/meta" or route.path.startswith(("/auth/", "/invitations/"))
        if not public and any(answer.status_code != 403 for answer in answers):
            wrong[str(route)] = [answer.status_code for answer in answers]
    assert wrong == {}


async def test_lists_of_the_team_have_nothing_of_others_in_them(
    http: httpx.AsyncClient, anas: Household, of_others: str, others: str
) -> None:
    for area, parameter in team_keys.LISTED.items():
        headers, params = {"X-API-Key": of_others}, {parameter: others, "search": "Disk"}
        answer = await http.get(f"{API}/{area}", params=params, headers=headers)
        assert answer.status_code == 200, (area, answer.text)
        assert not any(id_ in answer.text for id_ in anas.ids.values()), area
