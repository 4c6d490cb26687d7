"""Who is in it? An owner, and colleagues who were invited; each with the API in hand."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from pulsar.base import clock
from pulsar.base.crypto import Keys
from pulsar.base.http import ACCESS_TOKEN, API

Json = dict[str, Any]
AGE = timedelta(days=7)
# The story takes a week of its own time, and an access token lasts minutes.
_LIFETIME = timedelta(days=30)


def stand(ago: timedelta) -> None:
    """Puts the clock back, from where it goes on."""
    clock.set_source(lambda: datetime.now(UTC) - ago)


@dataclass
class Person:
    http: httpx.AsyncClient
    keys: Keys
    id: str
    email: str
    password: str
    token: str

    async def _asks(self, method: str, path: str, body: Json | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = await self.http.request(method, API + path, json=body, headers=headers)
        if not answer.is_success:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    async def makes(self, path: str, **body: Any) -> Any:
        return await self._asks("POST", path, body)

    async def changes(self, path: str, **body: Any) -> Any:
        return await self._asks("PATCH", path, body)


async def founded(http: httpx.AsyncClient, keys: Keys) -> Person:
    """A new account that owns a new organization, so many days ago."""
    stand(AGE)
    who = _named("Mara Lindqvist")
    answer = await http.post(f"{API}/auth/register", json={**who, "organization_name": "Northwind"})
    return _person(http, keys, who, answer)


async def colleague(owner: Person, name: str, role: str) -> Person:
    who = _named(name)
    made = await owner.makes("/invitations", email=who["email"], role=role)
    token = made["link"].partition("#")[2]
    account = {key: value for key, value in who.items() if key != "email"}
    answer = await owner.http.post(f"{API}/invitations/accept", json={"token": token, **account})
    return _person(owner.http, owner.keys, who, answer)


def _named(name: str) -> Json:
    # A second demo beside the first needs other addresses; .example is nobody's (RFC 2606).
    login = f"{name.partition(' ')[0].lower()}-{secrets.token_hex(2)}"
    email = f"{login}@northwind.example"
    return {"email": email, "username": login, "password": secrets.token_urlsafe(12), "full_name": name}


def _person(http: httpx.AsyncClient, keys: Keys, who: Json, answer: httpx.Response) -> Person:
    if not answer.is_success:
        raise RuntimeError(f"{who['email']}: {answer.status_code} {answer.text}")
    session = answer.json()
    now = clock.now()
    known = keys.verify(ACCESS_TOKEN, session["access_token"], now)
    claims = {name: known[name] for name in ("sub", "org", "sid")}
    token = keys.sign(ACCESS_TOKEN, claims, now, _LIFETIME)
    return Person(http, keys, session["user"]["id"], who["email"], who["password"], token)
