"""What several tests of signing in need: an installation that sends mail of its own, and what it has sent."""

import json
from dataclasses import dataclass

import httpx
from sqlalchemy import text

from pulsar.base.http import Pulsar
from pulsar.engine.registry import HANDLERS
from pulsar.signin.outbox import NAME
from tests.world import Mail, Mailbox


def with_mail(pulsar: Pulsar, mailbox: Mailbox) -> Pulsar:
    """The same node, by settings that name a mail server."""
    changed = {"mail_url": f"smtp+plain://127.0.0.1:{mailbox.port}", "mail_from": "pulsar@example.org"}
    return Pulsar(pulsar.settings.model_copy(update=changed), pulsar.keys, pulsar.db)


@dataclass
class Post:
    """`http` asks the installation that sends mail."""

    pulsar: Pulsar
    http: httpx.AsyncClient
    mailbox: Mailbox

    async def waiting(self) -> list[dict[str, str]]:
        """The jobs that send mails about accounts, taken out of the queue."""
        async with self.pulsar.db.without_org() as tx:
            query = text("DELETE FROM pgqueuer WHERE entrypoint = :name RETURNING convert_from(payload, 'UTF8')")
            return [json.loads(payload) for payload in await tx.scalars(query, {"name": NAME})]

    async def to(self, email: str) -> list[Mail]:
        """What has come there, when all that waits was sent."""
        for ids in await self.waiting():
            await HANDLERS[NAME](self.pulsar, ids)
        return [mail for mail in self.mailbox.mails if mail.to == email]

    async def token(self, email: str) -> str:
        """Of the link in the last mail."""
        return (await self.to(email))[-1].text.rpartition("#")[2].strip()

    async def does(self, job: dict[str, str]) -> None:
        await HANDLERS[NAME](self.pulsar, job)
