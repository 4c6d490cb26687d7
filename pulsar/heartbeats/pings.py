"""How are thousands of pings a second written down? In groups, of whatever organization, by one statement each: those
that come while the last group is at work are the next.
"""

import asyncio
from collections import deque
from typing import Any

from sqlalchemy import text

from pulsar.base import clock
from pulsar.base.asgi import answer, refuse
from pulsar.base.crypto import token_hash
from pulsar.base.db import Database
from pulsar.base.errors import NotFound, Problem
from pulsar.base.http import API

PUBLIC_PATH = f"{API}/heartbeat/"
_TOKEN_LENGTH = 64
_MOST_AT_ONCE = 500
_METHODS = {"GET", "POST", "HEAD", "PUT"}


class NoSuchHeartbeat(NotFound):
    """There is no heartbeat with this address."""


class NotAPing(Problem, status=405):
    """Ping a heartbeat with GET or POST."""


class Pings:
    """An ASGI callable. `scope["path"]` begins with PUBLIC_PATH."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: deque[tuple[bytes, asyncio.Future[bool]]] = deque()
        self._writing: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            if scope["method"] not in _METHODS:
                raise NotAPing
            await self.take(scope["path"][len(PUBLIC_PATH) :])
        except Problem as problem:
            await refuse(send, problem, scope.get("request_id", ""))
        else:
            await answer(send, 200, {"ok": True})

    async def take(self, token: str) -> None:
        """Returns once it is written. Raises NoSuchHeartbeat."""
        if len(token) != _TOKEN_LENGTH:
            raise NoSuchHeartbeat
        found: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((token_hash(token), found))
        if not self._writing or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        if not await found:
            raise NoSuchHeartbeat

    async def _write(self) -> None:
        while self._waiting:
            group = [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST_AT_ONCE))]
            try:
                known = await self._beat({of_token for of_token, _ in group})
            except Exception as error:
                for _, found in group:
                    if not found.cancelled():
                        found.set_exception(error)
            else:
                for of_token, found in group:
                    if not found.cancelled():
                        found.set_result(of_token in known)

    async def _beat(self, hashes: set[bytes]) -> set[bytes]:
        async with self._db.without_org() as tx:
            query = text("SELECT beat(:hashes, :at)")
            return set(await tx.scalars(query, {"hashes": sorted(hashes), "at": clock.now()}))


DOCUMENTED: dict[str, Any] = {
    method: {
        "tags": ["Heartbeats"],
        "operationId": f"{method}_ping",
        "summary": "Ping",
        "description": "A sign of life. By whatever can send a request: the address is the secret.",
        "security": [],
        "parameters": [
            {"name": "token", "in": "path", "required": True, "schema": {"type": "string", "minLength": 64}}
        ],
        "responses": {"200": {"description": "Written down."}, "404": {"description": "no_such_heartbeat"}},
    }
    for method in ("get", "post")
}
