"""What the tests of invitations do over and over: invite, look at a link, accept it."""

import secrets
from typing import Any

import httpx

from tests.world import API, PASSWORD, Person, person_of

Json = dict[str, Any]


def address(name: str = "guest") -> str:
    return f"{name}-{secrets.token_hex(4)}@example.org"


async def invited(by: Person, email: str | None = None, **fields: Any) -> Json:
    made: Json = await by.makes("/invitations", email=email or address(), **fields)
    return made


def secret_of(invitation: Json) -> str:
    before, _, secret = str(invitation["link"]).partition("#")
    assert before == "http://pulsar.test/invite"
    return secret


async def look(http: httpx.AsyncClient, invitation: Json) -> httpx.Response:
    return await http.post(f"{API}/invitations/look", json={"token": secret_of(invitation)})


def account(name: str = "Gil") -> Json:
    return {"full_name": name, "username": f"{name.lower()}-{secrets.token_hex(4)}", "password": PASSWORD}


async def accept(http: httpx.AsyncClient, invitation: Json, **given: Any) -> httpx.Response:
    return await http.post(f"{API}/invitations/accept", json={"token": secret_of(invitation), **given})


async def accept_as(person: Person, invitation: Json) -> httpx.Response:
    """With the session that they have."""
    return await person.post("/invitations/accept", token=secret_of(invitation))


async def came_in(http: httpx.AsyncClient, invitation: Json, name: str = "Gil") -> Person:
    """A new colleague, signed in."""
    answer = await accept(http, invitation, **account(name))
    assert answer.status_code == 200, answer.text
    return person_of(http, answer.json())


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]
