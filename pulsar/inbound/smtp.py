"""How do alerts come in by mail? By SMTP, to TOKEN@domain, and only to that: nothing is passed on to anybody else.

A mail is answered 250 once its alert is committed. What fails on our side is answered 451, so that the sender's server
keeps the mail and comes again; what can never succeed is answered 550. There is no TLS here: a mail server in front
speaks it, and hides this one from the internet.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from pulsar.base.errors import Problem
from pulsar.door.limits import TooManyRequests
from pulsar.inbound import mail
from pulsar.inbound.ingest import Ingest, Known
from pulsar.inbound.problems import UnknownToken
from pulsar.inbound.sources import email

log = structlog.get_logger()
# It writes down every recipient, and a recipient is a token.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)

LARGEST_MAIL = 10 * 1024 * 1024
MOST_CONNECTIONS = 50
MOST_RECIPIENTS = 20
_LONGEST_LINE = 256 * 1024
_IDLE_SECONDS = 60.0
_DATA_SECONDS = 300.0
_COMMIT_SECONDS = 60.0
_GRACE_SECONDS = 2.0
_MOST_COMMANDS = {"*": 20, "MAIL": 500, "RCPT": 1000, "DATA": 500, "RSET": 500, "NOOP": 500}

TAKEN = "250 2.0.0 OK: committed, and on its way to people"
LATER = "451 4.3.0 Pulsar cannot take it at the moment, please try again"
TOO_OFTEN = "451 4.7.1 More mails than are let through, please try again"
UNKNOWN = "550 5.1.1 No integration takes mail at this address"
TOO_MANY = "452 4.5.3 Too many recipients"
FULL = b"421 4.3.2 Too many connections, please try again\r\n"


class _Mail(Envelope):
    def __init__(self) -> None:
        super().__init__()
        self.known: list[Known] = []


class _Connection(SMTP):
    line_length_limit = _LONGEST_LINE  # HTML in one line is against the rules, and common

    def __init__(self, handler: "_Handler", name: str) -> None:
        super().__init__(
            handler,
            data_size_limit=LARGEST_MAIL,
            enable_SMTPUTF8=True,
            hostname=name,
            ident="Pulsar",
            timeout=_IDLE_SECONDS,
            auth_exclude_mechanism=("LOGIN", "PLAIN"),
            command_call_limit=_MOST_COMMANDS,
            loop=asyncio.get_running_loop(),
        )
        self._handler = handler

    def _create_envelope(self) -> Envelope:
        return _Mail()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._handler.connections.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._handler.connections.discard(self)
        super().connection_lost(error)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        self._reset_timeout(_DATA_SECONDS)
        await super().smtp_DATA(arg)


class _Full(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(FULL)
        transport.close()


class _Handler:
    """aiosmtpd calls what is named handle_..., and says to the sender what that returns."""

    def __init__(self, ingest: Ingest, name: str) -> None:
        self._ingest = ingest
        self._name = name
        self.connections: set[_Connection] = set()
        self.working: set[asyncio.Task[str]] = set()

    def connect(self) -> asyncio.Protocol:
        return _Connection(self, self._name) if len(self.connections) < MOST_CONNECTIONS else _Full()

    async def handle_RCPT(self, _: SMTP, session: Session, envelope: _Mail, to: str, options: list[str]) -> str:  # noqa: N802
        if len(envelope.known) >= MOST_RECIPIENTS:
            return TOO_MANY
        scope: dict[str, Any] = {"type": "http", "client": session.peer, "headers": []}
        try:
            known = await self._ingest.known(scope, to.rpartition("@")[0].lower())
            if known.source.slug != email.slug:
                raise UnknownToken
        except TooManyRequests:
            return TOO_OFTEN
        except Problem as problem:
            await self._ingest.refuse(None, problem)
            return UNKNOWN
        except Exception as error:
            log.warning("mail_deferred", error=type(error).__name__)
            return LATER
        envelope.known.append(known)
        envelope.rcpt_tos.append(to)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _: SMTP, session: Session, envelope: _Mail) -> str:  # noqa: N802
        """Whoever hangs up meanwhile sends again; what is being committed is not given up for it."""
        assert isinstance(envelope.content, bytes)
        work = asyncio.create_task(self._take(envelope.known, envelope.content, session.peer))
        self.working.add(work)
        work.add_done_callback(self.working.discard)
        try:
            async with asyncio.timeout(_COMMIT_SECONDS):
                answer = await asyncio.shield(work)
        except TimeoutError:
            answer = LATER
        log.info("mail", recipients=len(envelope.known), size=len(envelope.content), answer=answer[:9])
        return answer

    async def handle_exception(self, error: Exception) -> str:
        log.error("mail_failed", exc_info=error)
        return LATER

    async def _take(self, recipients: Sequence[Known], content: bytes, peer: Any) -> str:
        """One answer for all. If one of them is to come again they all do: for the others it is a repeat."""
        body = msgspec.json.encode(await asyncio.to_thread(mail.said, content))
        sender = str(peer[0]) if isinstance(peer, tuple) else ""
        answers = [await self._take_for(known, body, sender) for known in recipients]
        return LATER if LATER in answers else TAKEN if TAKEN in answers else answers[0]

    async def _take_for(self, known: Known, body: bytes, sender: str) -> str:
        try:
            await self._ingest.take(known, body, sender)
        except Problem as problem:
            await self._ingest.refuse(known, problem)
            return LATER if problem.status >= 500 or problem.status == 429 else f"550 5.7.1 {_said(problem.detail)}"
        except Exception as error:
            log.warning("mail_deferred", error=type(error).__name__)
            return LATER
        return TAKEN


def _said(detail: str) -> str:
    return " ".join(detail.encode("ascii", "replace").decode().split())[:400]


@contextlib.asynccontextmanager
async def listening(ingest: Ingest, sockets: Sequence[socket.socket], name: str) -> AsyncIterator[None]:
    """Takes mails for as long as it is entered; at its end, what is being committed gets a moment."""
    handler, loop = _Handler(ingest, name), asyncio.get_running_loop()
    servers = [await loop.create_server(handler.connect, sock=one) for one in sockets]
    try:
        yield
    finally:
        for server in servers:
            server.close()
        if handler.working:
            await asyncio.wait(handler.working, timeout=_GRACE_SECONDS)
        for connection in list(handler.connections):
            if connection.transport:
                connection.transport.close()
