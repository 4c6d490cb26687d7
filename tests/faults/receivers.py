"""A mail server and a webhook that fail now and then, and count what they took by the message's id."""

import asyncio
import random
from collections import Counter
from email import message_from_bytes
from typing import Any

from aiosmtpd.smtp import SMTP

FAILS = 0.15


class Receivers:
    """Takes 85 of 100, and none while `refusing`; a message that is refused is not counted."""

    def __init__(self, seed: int) -> None:
        self.arrived: Counter[str] = Counter()
        self.refusing = False
        self._chance = random.Random(f"receivers {seed}")

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._mail = await loop.create_server(lambda: SMTP(self, loop=loop), "127.0.0.1", 0)
        self._hook = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def stop(self) -> None:
        for server in (self._mail, self._hook):
            server.close()
            await server.wait_closed()

    @property
    def mail_channel(self) -> dict[str, Any]:
        port = self._mail.sockets[0].getsockname()[1]
        config = {"host": "127.0.0.1", "port": port, "security": "none", "from_address": "pulsar@example.org"}
        return {"name": "E-mail", "channel_type": "email", "config": config}

    @property
    def webhook_channel(self) -> dict[str, Any]:
        port = self._hook.sockets[0].getsockname()[1]
        return {"name": "Room", "channel_type": "webhook", "config": {"url": f"http://127.0.0.1:{port}/hook"}}

    def _fails(self) -> bool:
        return self.refusing or self._chance.random() < FAILS

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:
        if self._fails():
            return "451 try again later"
        message = message_from_bytes(envelope.content)
        self.arrived[str(message["Message-ID"]).strip("<>").partition("@")[0]] += 1
        return "250 taken"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines[1:] if line)}
            await reader.readexactly(int(headers.get("content-length", 0)))
            fails = self._fails()
            if not fails:
                self.arrived[headers["idempotency-key"]] += 1
            status = "503 Service Unavailable" if fails else "200 OK"
            writer.write(f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok".encode())
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the sender was killed
        finally:
            writer.close()
