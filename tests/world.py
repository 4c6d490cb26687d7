"""What the fixtures are made of: people with a client each, a clock, an engine without a queue manager, a mailbox."""

import asyncio
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import httpx
from aiosmtpd.smtp import SMTP
from sqlalchemy import text

from pulsar.base.http import Pulsar
from pulsar.engine.registry import HANDLERS
from pulsar.engine.sweep import sweep
from pulsar.orgs import actions as orgs
from pulsar.orgs.roles import Role

PASSWORD = "a password for tests"
API = "/api/v1"
NOWHERE = "0193a5b0-0000-7000-8000-000000000000"
"""The id of nothing."""


class Clock:
    """Runs with the real one, from where it was put: rows written one after the other keep their order."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def pass_time(self, span: timedelta) -> None:
        self.offset += span


@dataclass
class Person:
    """A signed-in user: `await ana.post("/alerts", message="...")` answers the response."""

    http: httpx.AsyncClient
    id: UUID
    org_id: UUID
    email: str
    name: str
    access_token: str
    refresh_token: str

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.access_token}"}
        return await self.http.request(method, API + path, headers=headers, **options)

    async def get(self, path: str, **params: Any) -> httpx.Response:
        return await self.request("GET", path, params=params)

    async def post(self, path: str, **body: Any) -> httpx.Response:
        return await self.request("POST", path, json=body)

    async def patch(self, path: str, **body: Any) -> httpx.Response:
        return await self.request("PATCH", path, json=body)

    async def delete(self, path: str) -> httpx.Response:
        return await self.request("DELETE", path)

    async def has(self, path: str, **params: Any) -> Any:
        """The body of a GET that must succeed."""
        return _body(await self.get(path, **params))

    async def makes(self, path: str, **body: Any) -> Any:
        """The body of a POST that must succeed."""
        return _body(await self.post(path, **body))


def _body(response: httpx.Response) -> Any:
    assert response.is_success, f"{response.status_code} {response.text}"
    return response.json()


async def register(http: httpx.AsyncClient, name: str) -> Person:
    login = f"{name.lower()}-{secrets.token_hex(4)}"
    body = {
        "email": f"{login}@example.org",
        "username": login,
        "password": PASSWORD,
        "full_name": name,
        "organization_name": f"{name}'s",
    }
    return person_of(http, _body(await http.post(f"{API}/auth/register", json=body)))


def person_of(http: httpx.AsyncClient, session: dict[str, Any]) -> Person:
    user, organization = session["user"], session["organization"]
    return Person(
        http,
        UUID(user["id"]),
        UUID(organization["id"]),
        user["email"],
        user["full_name"],
        session["access_token"],
        session["refresh_token"],
    )


@dataclass
class People:
    http: httpx.AsyncClient
    pulsar: Pulsar

    async def founder(self, name: str) -> Person:
        """Registers, with a new organization."""
        return await register(self.http, name)

    async def colleague(self, of: Person, name: str, role: str) -> Person:
        """Registers, joins the other's organization, and is signed in there."""
        own = await self.founder(name)
        async with self.pulsar.db.in_org(of.org_id) as tx:
            await orgs.join(tx, own.id, Role(role))
        body = {"organization_id": str(of.org_id), "refresh_token": own.refresh_token}
        return person_of(self.http, _body(await self.http.post(f"{API}/auth/switch", json=body)))


@dataclass
class Engine:
    """The domains' jobs as the worker runs them, of one organization, in the order of their times."""

    pulsar: Pulsar
    clock: Clock
    org_id: UUID

    async def advance(self, **span: float) -> None:
        """Lets this much time pass (`minutes=5`) and does every job when its time comes."""
        left = timedelta(**span)
        await self.settle()
        while (wait := await self._next_within(left)) is not None:
            await self._skip(wait)
            left -= wait
            await self.settle()
        await self._skip(left)

    async def stand_still(self, **span: float) -> None:
        """Lets this much time pass with no worker there to do anything."""
        await self._skip(timedelta(**span))

    async def settle(self) -> None:
        """Does what is due now, and what follows from it at once."""
        while job := await self._take_due():
            name, payload = job
            await HANDLERS[name](self.pulsar, json.loads(payload))

    async def sweep(self) -> None:
        await sweep(self.pulsar.db)

    async def lose_jobs(self) -> int:
        """As if the queue had been emptied by accident: how many jobs are gone."""
        async with self.pulsar.db.without_org() as tx:
            rows = await tx.execute(text(f"DELETE FROM pgqueuer WHERE {_MINE} RETURNING id"), self._me)
            return len(rows.all())

    async def waiting(self) -> list[str]:
        """The names of the jobs that are queued."""
        async with self.pulsar.db.without_org() as tx:
            rows = await tx.execute(text(f"SELECT entrypoint FROM pgqueuer WHERE {_MINE} ORDER BY id"), self._me)
            return [row.entrypoint for row in rows]

    @property
    def _me(self) -> dict[str, str]:
        return {"org": str(self.org_id)}

    async def _next_within(self, left: timedelta) -> timedelta | None:
        async with self.pulsar.db.without_org() as tx:
            query = text(
                f"SELECT greatest(execute_after - now(), '0') FROM pgqueuer WHERE {_MINE}"
                " AND execute_after <= now() + cast(:left AS interval) ORDER BY execute_after LIMIT 1"
            )
            wait: timedelta | None = await tx.scalar(query, {**self._me, "left": left})
            return wait

    async def _skip(self, span: timedelta) -> None:
        """Moves the hands, and every waiting job with them: to the queue it is the database's clock that counts."""
        self.clock.pass_time(span)
        async with self.pulsar.db.without_org() as tx:
            query = text(f"UPDATE pgqueuer SET execute_after = execute_after - cast(:span AS interval) WHERE {_MINE}")
            await tx.execute(query, {**self._me, "span": span})

    async def _take_due(self) -> tuple[str, bytes] | None:
        async with self.pulsar.db.without_org() as tx:
            query = text(
                f"DELETE FROM pgqueuer WHERE id = (SELECT id FROM pgqueuer WHERE {_MINE} AND execute_after <= now()"
                " ORDER BY execute_after, id LIMIT 1) RETURNING entrypoint, payload"
            )
            row = (await tx.execute(query, self._me)).one_or_none()
            return (row.entrypoint, row.payload) if row else None


_MINE = "convert_from(payload, 'UTF8')::jsonb->>'org' = :org"


@dataclass
class Mail:
    to: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        assert part
        return str(part.get_content())

    @property
    def acknowledge_path(self) -> str:
        """The path of the link that acknowledges."""
        labels = ("Acknowledge: ", "I am coming: ")
        line = next(line for line in self.text.splitlines() if line.startswith(labels))
        return "/ack/" + line.rpartition("/ack/")[2]


@dataclass
class Mailbox:
    """A real SMTP server. `refuse_with` makes it answer so ("451 later") instead of taking mail."""

    mails: list[Mail] = field(default_factory=list)
    refuse_with: str | None = None

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: SMTP(self, loop=loop), "127.0.0.1", 0)

    async def stop(self) -> None:
        self._server.close()
        await self._server.wait_closed()

    def empty(self) -> None:
        self.mails.clear()
        self.refuse_with = None

    @property
    def port(self) -> int:
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def channel(self) -> dict[str, Any]:
        """The body that sets up an e-mail channel to this server."""
        config = {
            "host": "127.0.0.1",
            "port": self.port,
            "security": "none",
            "from_address": "pulsar@example.org",
        }
        return {"name": "E-mail", "channel_type": "email", "config": config}

    def to(self, person: Person) -> list[Mail]:
        return [mail for mail in self.mails if mail.to == person.email]

    def recipients(self) -> Iterator[str]:
        return (mail.to for mail in self.mails)

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:
        if self.refuse_with:
            return self.refuse_with
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.extend(Mail(recipient, message) for recipient in envelope.rcpt_tos)
        return "250 taken"
