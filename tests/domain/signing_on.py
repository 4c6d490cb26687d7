"""What tests of single sign-on share: a browser that keeps cookies, and what it does."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.world import API, Person, person_of

ROOT = "http://pulsar.test"


@dataclass
class Visitor:
    """Somebody with a browser of their own, who is not signed in yet."""

    http: httpx.AsyncClient
    cookies: dict[str, str] = field(default_factory=dict)

    async def visit(self, url: str, **headers: str) -> httpx.Response:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = await self.http.get(url, headers={"cookie": cookie, **headers})
        self.http.cookies.clear()
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        return answer

    async def begin(self, slug: str, then: str = "/") -> str:
        """The address at the provider that the browser is sent to."""
        found = await self.http.post(f"{API}/auth/sso/find", json={"organization": slug})
        assert found.status_code == 200, found.text
        answer = await self.visit(f"{found.json()['url']}?next={then}")
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    async def come_back(self, url: str) -> str:
        """Where in the console one ends."""
        answer = await self.visit(url)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"]).removeprefix(ROOT)

    async def person(self) -> Person:
        """Signed in by the cookie, as the console does at its start."""
        answer = await self.refresh()
        assert answer.status_code == 200, answer.text
        self.cookies["pulsar_refresh"] = _cookie(answer, "pulsar_refresh")
        return person_of(self.http, answer.json() | {"refresh_token": self.cookies["pulsar_refresh"]})

    async def refresh(self) -> httpx.Response:
        headers = {"cookie": f"pulsar_refresh={self.cookies['pulsar_refresh']}", "x-pulsar-console": "1"}
        answer = await self.http.post(f"{API}/auth/refresh", json={}, headers=headers)
        self.http.cookies.clear()
        return answer


def _cookie(answer: httpx.Response, wanted: str) -> str:
    lines = answer.headers.get_list("set-cookie")
    return next(line.partition(";")[0].partition("=")[2] for line in lines if line.startswith(f"{wanted}="))


def reason(place: str) -> str:
    """That the console's page is given, of somebody who did not come in."""
    assert place.startswith("/login/sso?"), place
    return parse_qs(urlsplit(place).query)["reason"][0]


async def slug_of(person: Person) -> str:
    slug: str = (await person.has("/sso"))["slug"]
    return slug


async def configured(owner: Person, settings: dict[str, Any]) -> dict[str, Any]:
    answer = await owner.request("PUT", "/sso", json=settings)
    assert answer.status_code == 200, answer.text
    connection: dict[str, Any] = answer.json()["connection"]
    return connection
