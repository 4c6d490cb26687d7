"""Routes of what somebody has sent now: a test, one delivery once more, or those of a range of time."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, Field

from pulsar.base.errors import Invalid
from pulsar.base.http import Body, PulsarNode, View
from pulsar.orgs.roles import Role
from pulsar.people.access import AnyCaller, AsAdmin, entered
from pulsar.webhooks import actions, redelivery, trial
from pulsar.webhooks.deliveries_api import DeliveryView, view
from pulsar.webhooks.redelivery import Span, Which
from pulsar.webhooks.sending import send

router = APIRouter(prefix="/webhooks", tags=["Webhooks"])


class TestView(View):
    """What came of a test."""

    delivered: bool
    status: int | None
    answer: str
    """The receiver's own words, or why there are none."""
    duration_ms: int
    delivery_id: UUID


class RedeliverBody(Body):
    since: AwareDatetime
    until: AwareDatetime
    which: Annotated[
        Which,
        Field(
            description="`failed`: what was given up. `all`: what has arrived, too. `missed`: what the endpoint was not"
            " told, because it was paused or had not asked for it."
        ),
    ] = "failed"


class AgainView(View):
    count: int
    more: bool
    """There is more in the range than is sent again at once: ask again."""


@router.post("/endpoints/{endpoint_id}/test")
async def test_webhook_endpoint(endpoint_id: UUID, caller: AnyCaller, pulsar: PulsarNode) -> TestView:
    """Sends a `webhook.test` now and waits for the answer. No transaction is open meanwhile."""
    async with entered(pulsar, caller, Role.ADMIN) as tx:
        endpoint = await actions.get(tx, endpoint_id)
        request = trial.request(tx, endpoint)
    sent = await send(request)
    async with entered(pulsar, caller, Role.ADMIN) as tx:
        await trial.log(tx, endpoint.name, sent, request.body.decode())
    return TestView(
        delivered=sent.arrived,
        status=sent.attempt.status,
        answer=sent.attempt.error or sent.attempt.response_body,
        duration_ms=sent.attempt.duration_ms,
        delivery_id=sent.delivery_id,
    )


@router.post("/endpoints/{endpoint_id}/redeliver")
async def redeliver_webhooks(endpoint_id: UUID, body: RedeliverBody, tx: AsAdmin, pulsar: PulsarNode) -> AgainView:
    """What was to be told in a range of time, in the order of each object."""
    endpoint = await actions.get(tx, endpoint_id, to_change=True)
    if body.until <= body.since:
        raise Invalid("The end must come after the beginning.", field="until")
    span = Span(body.since, body.until, body.which)
    again = await redelivery.redeliver_range(tx, endpoint, span, pulsar.settings.base_url)
    return AgainView(count=again.count, more=again.more)


@router.post("/deliveries/{delivery_id}/redeliver")
async def redeliver_webhook(delivery_id: UUID, tx: AsAdmin) -> DeliveryView:
    """Once more, at once, under the same id."""
    return await view(tx, await redelivery.redeliver(tx, delivery_id))
