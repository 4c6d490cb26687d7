"""A real HTTP server on loopback, for webhook channels: keeps what it gets and answers as the test says."""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Received:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """`answers` are given one after the other: status line, headers and, after an empty line, a body. Then always 200,
    or what the `vendor` says for whom this server stands; what that finds wrong is kept among the complaints."""

    received: list[Received] = field(default_factory=list)
    answers: deque[str] = field(default_factory=deque)
    vendor: Callable[[Received], str] | None = None
    complaints: list[str] = field(default_factory=list)
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    answering: asyncio.Event = field(default_factory=asyncio.Event)
    """While it is cleared, requests get no answer."""
    _serving: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self) -> None:
        self.answering.set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def stop(self) -> None:
        self.answering.set()
        self._server.close()
        await self._server.wait_closed()
        await asyncio.gather(*self._serving)

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    @property
    def url(self) -> str:
        return f"{self.root}/hook"

    def channel(self, name: str = "Webhook", **config: Any) -> dict[str, Any]:
        """The body that sets up a webhook channel to this server."""
        return {"name": name, "channel_type": "webhook", "config": {"url": self.url} | config}

    def _answer(self, received: Received) -> str:
        if self.answers:
            return self.answers.popleft()
        try:
            return self.vendor(received) if self.vendor else "200 OK"
        except Exception as error:
            self.complaints.append(f"{type(error).__name__}: {error}")
            return f"400 Bad Request\r\n\r\n{type(error).__name__}: {error}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if task := asyncio.current_task():
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
        try:
            lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, path, _ = lines[0].split(" ")
            headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines[1:] if line)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.received.append(Received(method, path, headers, body))
            self.reached.set()
            await self.answering.wait()
            head, _, text = self._answer(self.received[-1]).partition("\r\n\r\n")
            content = (text or "ok").encode()
            writer.write(
                f"HTTP/1.1 {head}\r\nConnection: close\r\nContent-Length: {len(content)}\r\n\r\n".encode("latin-1")
            )
            writer.write(content)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
