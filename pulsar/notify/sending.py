"""How does a channel speak to a provider over HTTP? One request, and what its answer means for the message.

No redirect is followed: the address that was checked is the address that is called (CVE-2024-5526).
"""

import asyncio
import json
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

import httpx

from pulsar import __version__
from pulsar.base import clock, outbound
from pulsar.base.outbound import ForbiddenAddress
from pulsar.notify.channel import Undelivered

USER_AGENT = f"Pulsar/{__version__}"
TIMEOUT_SECONDS = 20
# As much of an answer as is read: more than any provider has to say, and no more than memory bears.
_LONGEST_ANSWER = 64 * 1024
_SHOWN = 500
# Of a name with several: the next when one cannot be connected to.
_MOST_ADDRESSES = 3

# Of the 4xx those that can pass by themselves: a timeout, a reused early connection, a limit on the rate.
_PASSING = {408, 425, 429}
_MEANING = {
    401: "The credentials are not accepted. Enter them again.",
    403: "This is not allowed. Check the credentials and what they may do.",
    404: "There is nothing at this address any more. It may have been deleted at the provider's.",
    410: "What this channel sends to is gone for good. Set it up anew at the provider's.",
}


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: httpx.Headers

    @property
    def shown(self) -> str:
        """For the log."""
        return f"{self.status} {self.text[:_SHOWN]}".strip()

    @property
    def json(self) -> dict[str, Any]:
        """An empty object when it is something else."""
        try:
            body = json.loads(self.text)
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates are believed. To read them all takes longer than to send a message, so it is done once."""
    return httpx.create_ssl_context(trust_env=False)


async def ask(
    url: str,
    *,
    method: str = "POST",
    timeout_seconds: float = TIMEOUT_SECONDS,
    longest: int = _LONGEST_ANSWER,
    **request: Any,
) -> Answer:
    """What was answered, whatever it is. Raises Undelivered when nothing was, which is worth another try, or when the
    address is one that Pulsar may not send to."""
    try:
        async with asyncio.timeout(timeout_seconds):
            return await _ask(httpx.URL(url), method, timeout_seconds, longest, request)
    except ForbiddenAddress as error:
        raise Undelivered(str(error), permanent=True) from error
    except TimeoutError as error:
        raise Undelivered(f"Timeout: no answer within {timeout_seconds:g} seconds") from error
    except OSError as error:
        raise Undelivered(f"Connection failed: {error}") from error
    except httpx.HTTPError as error:
        raise Undelivered(f"{type(error).__name__}: {error}") from error
    except httpx.InvalidURL as error:
        raise Undelivered(f"InvalidURL: {error}", permanent=True) from error


async def _ask(url: httpx.URL, method: str, timeout_seconds: float, longest: int, request: dict[str, Any]) -> Answer:
    """Connects to addresses that were checked. The server, and its certificate, are still asked for by their name."""
    port = url.port or (443 if url.scheme == "https" else 80)
    places = (await outbound.addresses(url.host, port))[:_MOST_ADDRESSES]
    headers = {
        "User-Agent": USER_AGENT,
        **{name: value for name, value in request.pop("headers", {}).items() if name.lower() != "accept-encoding"},
        "Host": url.netloc.decode(),
        # Nothing compressed: who answers decides how large it gets, and it would be large before it is measured.
        "Accept-Encoding": "identity",
    }
    named = {"sni_hostname": url.raw_host.decode()}
    async with httpx.AsyncClient(timeout=timeout_seconds, trust_env=False, verify=_trusted()) as client:
        while True:
            at = url.copy_with(host=places.pop(0))
            try:
                async with client.stream(method, at, headers=headers, extensions=named, **request) as response:
                    return Answer(response.status_code, await _read(response, longest), response.headers)
            except httpx.ConnectError:
                if not places:
                    raise


async def _read(response: httpx.Response, longest: int) -> str:
    """As it came over the wire, so what is compressed unasked for stays as it is."""
    taken = bytearray()
    async for part in response.aiter_raw():
        taken += part
        if len(taken) >= longest:
            break
    return taken[:longest].decode(response.encoding or "utf-8", "replace")


async def post(url: str, **request: Any) -> Answer:
    """A 2xx answer. Raises Undelivered with what any other says, and whether another try can help."""
    answer = await ask(url, **request)
    if not 200 <= answer.status < 300:
        raise refusal(answer)
    return answer


def refusal(answer: Answer, said: str = "", *, retry_after_seconds: float | None = None) -> Undelivered:
    """The failure that an answer means. `said` replaces its body where the provider has words for people in it."""
    parts = [f"{answer.status} {said}".strip() if said else answer.shown, _MEANING.get(answer.status, "")]
    return Undelivered(
        " · ".join(part for part in parts if part),
        permanent=answer.status < 500 and answer.status not in _PASSING,
        # Whoever it was for: nobody gets theirs with these credentials.
        channel_broken=True if answer.status == 401 else None,
        retry_after_seconds=retry_after_seconds or retry_after(answer.headers.get("retry-after", ""), clock.now()),
    )


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds, from either form that RFC 9110 has for it: a number, or a date."""
    if value.isdecimal():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError):
        return None
