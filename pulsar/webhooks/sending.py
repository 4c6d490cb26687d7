"""What does the receiver say? One request, and everything about it that is worth keeping."""

import time
from dataclasses import dataclass
from uuid import UUID

import structlog

from pulsar.base import clock
from pulsar.base.ids import new_id
from pulsar.notify.channel import Undelivered
from pulsar.notify.sending import Answer, ask, retry_after
from pulsar.webhooks import rules
from pulsar.webhooks.claiming import Request
from pulsar.webhooks.model import Attempt

log = structlog.get_logger()

LONGEST_ANSWER = 64 * 1024
_MOST_HEADERS, _LONGEST_HEADER, _LONGEST_ERROR = 50, 1000, 500


@dataclass(frozen=True)
class Sent:
    """A try that has come to its end."""

    delivery_id: UUID
    endpoint_id: UUID
    tries: int
    attempt: Attempt
    asked_seconds: float | None
    """So long the receiver wants to be left in peace."""
    permanent: bool
    """Another try cannot help."""

    @property
    def arrived(self) -> bool:
        return rules.delivered(self.attempt.status)

    @property
    def why(self) -> str:
        """In a few words, for the list."""
        if self.attempt.error:
            return self.attempt.error
        return f"The receiver answered {self.attempt.status}."


async def send(request: Request) -> Sent:
    """Never raises: whatever goes wrong is what came of the try."""
    began_at, started = clock.now(), time.monotonic()
    answer: Answer | None = None
    error, permanent = None, False
    headers = {}
    try:
        if not request.secrets:
            raise Undelivered("Its secret does not open with this installation's secret key.", permanent=True)
        headers = request.headers(began_at)
        answer = await ask(
            request.url,
            content=request.body,
            headers=headers,
            timeout_seconds=request.timeout_seconds,
            longest=LONGEST_ANSWER,
        )
    except Undelivered as failure:
        error, permanent = failure.answer, failure.permanent
    except Exception as failure:
        log.exception("webhook_not_sent", delivery=str(request.delivery_id))
        error = f"{type(failure).__name__}: {failure}"
    attempt = _attempt(request, headers, answer, error)
    attempt.at, attempt.duration_ms = began_at, int((time.monotonic() - started) * 1000)
    asked = retry_after(answer.headers.get("retry-after", ""), clock.now()) if answer else None
    return Sent(request.delivery_id, request.endpoint_id, request.tries, attempt, asked, permanent)


def _attempt(request: Request, headers: dict[str, str], answer: Answer | None, error: str | None) -> Attempt:
    said = list(answer.headers.items())[:_MOST_HEADERS] if answer else []
    return Attempt(
        id=new_id(),
        delivery_id=request.delivery_id,
        url=request.url,
        request_headers=request.logged(headers),
        status=answer.status if answer else None,
        error=_storable(error)[:_LONGEST_ERROR] if error else None,
        response_headers={_storable(name): _storable(value)[:_LONGEST_HEADER] for name, value in said},
        response_body=_storable(answer.text) if answer else "",
    )


def _storable(text: str) -> str:
    """PostgreSQL stores neither NUL nor half of a surrogate pair, and what cannot be written down would be sent again
    and again."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
