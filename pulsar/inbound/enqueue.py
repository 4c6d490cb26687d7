"""What does a client of PagerDuty's Events API v2 call? POST /v2/enqueue, with our token as the routing key in the
body, and it wants an answer in PagerDuty's form."""

from dataclasses import replace
from typing import Any

from pulsar.base.asgi import answer
from pulsar.base.errors import Problem
from pulsar.inbound.ingest import Ingest, Known, read_body, sender
from pulsar.inbound.problems import MethodNotAllowed, UnknownToken
from pulsar.inbound.reading import parsed
from pulsar.inbound.source import registry

ENQUEUE_PATH = "/v2/enqueue"


class Enqueue:
    """An ASGI callable beside Ingest: another way to say which token, and another answer."""

    def __init__(self, ingest: Ingest) -> None:
        self._ingest = ingest

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        known: Known | None = None
        try:
            if scope["method"] != "POST":
                raise MethodNotAllowed
            body = await read_body(scope, receive)
            known = await self._ingest.known(scope, _routing_key(parsed(body)))
            # Whatever the integration's kind: who calls this address speaks Events v2.
            known = replace(known, source=registry()["pagerduty"])
            (taken,) = await self._ingest.take(known, body, sender(scope))
        except Problem as problem:
            await self._ingest.refuse(known, problem)
            await answer(send, _status(problem), _refusal(problem), more_headers=problem.headers)
            return
        said = {"status": "success", "message": "Event processed", "dedup_key": taken.alias}
        await answer(send, 202, said)


def _routing_key(event: Any) -> str:
    """Raises UnknownToken."""
    key = event.get("routing_key") if isinstance(event, dict) else None
    if not isinstance(key, str):
        raise UnknownToken("routing_key is missing: it is the last part of the integration's address")
    return key.strip()


def _status(problem: Problem) -> int:
    """PagerDuty calls whatever is wrong with an event 400, and its clients know that it is in vain to try again."""
    return 400 if problem.status in (403, 404, 422) else problem.status


def _refusal(problem: Problem) -> dict[str, Any]:
    return {"status": "invalid event", "message": "Event object is invalid", "errors": [problem.detail]}
