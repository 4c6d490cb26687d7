"""What have the other nodes let through? Each says so once a second, and at once when it is much: over a connection of
its own, by NOTIFY, so that no request waits for the database. While that is away each node counts for itself.
"""

import asyncio
import contextlib
import json
import secrets
from contextlib import AbstractAsyncContextManager
from typing import Any

import asyncpg

from pulsar.base.line import PATIENCE_SECONDS, Line
from pulsar.door.limits import Bucket, Limits

CHANNEL = "pulsar_limits"
EVERY_SECONDS = 1.0
_PAUSE_SECONDS = 0.02
# A node that was not heard for so long is gone, and one that is alone says only that it is there.
_GONE_SECONDS = 5.0
# 8000 bytes is the limit of a notification. An entry takes 60 at most.
_IN_ONE = 120
_SEND = f"SELECT pg_notify('{CHANNEL}', said) FROM unnest($1::text[]) AS said"  # noqa: S608 - a constant of ours


class Sharing:
    def __init__(self, url: str, limits: Limits) -> None:
        self._limits = limits
        self._me = secrets.token_hex(4)
        self._others: dict[str, float] = {}
        self._greeting = False
        self._rung = asyncio.Event()
        limits.urgent = self._rung.set
        hearing = CHANNEL, self._heard
        self._line = Line(url, "pulsar limits", self._speak, lost="limits_not_shared", hearing=hearing)

    @property
    def known_others(self) -> int:
        return len(self._others)

    def _heard(self, _connection: Any, _pid: Any, _channel: Any, payload: object) -> None:
        said = json.loads(str(payload))
        if said["from"] == self._me:
            return
        if said["from"] not in self._others:
            # It does not know yet what was let through before it came.
            self._greeting = True
            self._rung.set()
        self._others[said["from"]] = asyncio.get_running_loop().time()
        self._limits.heard(((kind, whose), times) for kind, whose, times in said.get("more", ()))
        self._limits.learned(((kind, whose), times) for kind, whose, times in said.get("all", ()))

    def _to_say(self) -> list[dict[str, Any]]:
        now = asyncio.get_running_loop().time()
        self._others = {node: at for node, at in self._others.items() if now - at < _GONE_SECONDS}
        told = _parts("more", self._limits.tell())
        if not self._others:
            return [{}]
        if self._greeting:
            self._greeting = False
            told += _parts("all", self._limits.spent())
        return told or [{}]

    async def _speak(self, connection: asyncpg.Connection) -> None:
        with contextlib.suppress(TimeoutError):
            # Not wait_for, which loses a cancellation that comes together with the ring.
            async with asyncio.timeout(EVERY_SECONDS):
                await self._rung.wait()
        self._rung.clear()
        said = [json.dumps({"from": self._me, **part}, separators=(",", ":")) for part in self._to_say()]
        await connection.execute(_SEND, said, timeout=PATIENCE_SECONDS)
        await asyncio.sleep(_PAUSE_SECONDS)

    def running(self) -> AbstractAsyncContextManager[None]:
        return self._line.kept()


def _parts(sort: str, counted: dict[Bucket, int]) -> list[dict[str, Any]]:
    lines = [(kind, whose, times) for (kind, whose), times in counted.items()]
    return [{sort: lines[at : at + _IN_ONE]} for at in range(0, len(lines), _IN_ONE)]
