"""A real OpenID Connect provider as a process (see provider.mjs), and somebody who signs in there without a browser."""

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.e2e.processes import free_port

_SCRIPT = Path(__file__).with_suffix(".mjs")
_FORM = re.compile(r'<form[^>]* action="([^"]+)"')
_FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@dataclass
class Oidc:
    """The running provider."""

    process: asyncio.subprocess.Process
    issuer: str

    async def client(self, redirect_uri: str) -> dict[str, str]:
        """A client that is registered with it, as the fields of our settings."""
        async with httpx.AsyncClient() as http:
            answer = await http.post(f"{self.issuer}/reg", json={"redirect_uris": [redirect_uri]})
        said = answer.json()
        return {"issuer": self.issuer, "client_id": said["client_id"], "client_secret": said["client_secret"]}

    async def sign_in(self, url: str, who: str) -> str:
        """Through its own forms, as a person would: the address that it sends the browser back to."""
        async with httpx.AsyncClient(follow_redirects=False) as browser:
            answer = await browser.get(url)
            while True:
                if answer.is_redirect:
                    to = str(answer.headers["location"])
                    if urlsplit(to).scheme and not to.startswith(self.issuer):
                        return to
                    answer = await browser.get(httpx.URL(self.issuer).join(to))
                    continue
                assert answer.status_code == 200, answer.text
                form = _FORM.search(answer.text)
                assert form, answer.text
                fields: dict[str, Any] = dict(_FIELD.findall(answer.text))
                if 'name="login"' in answer.text:
                    fields |= {"login": who, "password": "x"}
                answer = await browser.post(httpx.URL(self.issuer).join(form[1]), data=fields)

    async def stop(self) -> None:
        self.process.kill()
        await self.process.wait()


async def start() -> Oidc:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        "node", str(_SCRIPT), str(port), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert process.stdout
    line = await asyncio.wait_for(process.stdout.readline(), 60)
    assert line == b"ready\n", "the provider did not start: is web/node_modules installed?"
    return Oidc(process, f"http://127.0.0.1:{port}")
