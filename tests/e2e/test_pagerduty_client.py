"""PagerDuty's own client library sends to us as it sends there."""

import asyncio
import contextlib
from collections.abc import Iterator

import pagerduty
import pytest

from tests.e2e.processes import Running
from tests.ladders import integration, read
from tests.world import Person


@contextlib.contextmanager
def client_of(routing_key: str, server: Running) -> Iterator[pagerduty.EventsApiV2Client]:
    """It takes no address but one with TLS, and before the server of these tests stands none."""
    with pagerduty.EventsApiV2Client(routing_key, base_url="https://pulsar.test") as client:
        client._url = server.url
        yield client


async def test_pagerduty_s_own_client_triggers_acknowledges_and_resolves(ana: Person, server: Running) -> None:
    token = (await integration(ana, integration_type="pagerduty")).token
    with client_of(token, server) as client:
        key = await asyncio.to_thread(client.trigger, "The disk of db-1 is full", "db-1", severity="warning")
        (alert,) = (await read(ana, "/alerts"))["items"]
        assert (alert["alias"], alert["message"]) == (key, "The disk of db-1 is full")
        assert (alert["priority"], alert["entity"], alert["status"]) == ("P3", "db-1", "open")

        assert await asyncio.to_thread(client.acknowledge, key) == key
        assert (await read(ana, f"/alerts/{alert['id']}"))["status"] == "acknowledged"
        assert await asyncio.to_thread(client.resolve, key) == key
        assert (await read(ana, f"/alerts/{alert['id']}"))["status"] == "closed"


async def test_a_wrong_routing_key_is_what_that_client_calls_an_error(server: Running) -> None:
    with client_of("0" * 64, server) as client, pytest.raises(pagerduty.HttpError, match="400"):
        await asyncio.to_thread(client.trigger, "The disk of db-1 is full", "db-1")
