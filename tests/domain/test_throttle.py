"""How often may a password be guessed? Per account and per address, and no oftener when the guesses come at once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import timedelta

import httpx
import pytest
import pytest_asyncio

from pulsar.app import Edge
from pulsar.base.http import Pulsar
from pulsar.people import throttle
from pulsar.people.throttle import ACCOUNT_LIMIT, ACCOUNT_WINDOW, ADDRESS_LIMIT, ADDRESS_WINDOW
from tests.world import API, PASSWORD, Clock, Person

From = Callable[[str], httpx.AsyncClient]


@pytest_asyncio.fixture
async def at(edge: Edge) -> AsyncIterator[From]:
    """A client at an address."""
    async with AsyncExitStack() as stack:

        def client(address: str) -> httpx.AsyncClient:
            transport = httpx.ASGITransport(edge, client=(address, 1))
            made = httpx.AsyncClient(transport=transport, base_url="http://pulsar.test")
            stack.push_async_callback(made.aclose)
            return made

        yield client


@pytest.fixture
def home(at: From, ana: Person) -> httpx.AsyncClient:
    """Each test's own, or their failures would add up."""
    return at(f"home of {ana.id}")


async def guess(client: httpx.AsyncClient, email: str, password: str = "a guess") -> httpx.Response:
    return await client.post(f"{API}/auth/login", json={"email": email, "password": password})


async def failures(pulsar: Pulsar, email: str, address: str, times: int) -> None:
    """As many wrong passwords, without the effort of hashing them."""
    for _ in range(times):
        await throttle.count_failure(pulsar.db, email, address)


async def test_after_ten_wrong_passwords_even_the_right_one_has_to_wait(
    ana: Person, home: httpx.AsyncClient, at: From, clock: Clock
) -> None:
    assert {(await guess(home, ana.email)).status_code for _ in range(ACCOUNT_LIMIT)} == {401}
    refused = await guess(at(f"elsewhere than {ana.id}"), ana.email, PASSWORD)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_attempts")
    wait = int(refused.headers["retry-after"])
    assert ACCOUNT_WINDOW - timedelta(seconds=30) < timedelta(seconds=wait) <= ACCOUNT_WINDOW + timedelta(seconds=1)
    assert refused.json()["retry_after_seconds"] == wait

    clock.pass_time(timedelta(seconds=wait + 5))
    assert (await guess(home, ana.email, PASSWORD)).status_code == 200


async def test_all_spellings_of_an_account_share_one_count(
    ana: Person, home: httpx.AsyncClient, pulsar: Pulsar
) -> None:
    """CVE-2026-47203: a count for each letter case is as many times the guesses."""
    spellings = (ana.email, ana.email.upper(), ana.email.title(), f" {ana.email}", f"{ana.email}\t")
    for spelling in spellings:
        await failures(pulsar, spelling, f"elsewhere than {ana.id}", ACCOUNT_LIMIT // len(spellings))
    assert {(await guess(home, spelling)).status_code for spelling in spellings} == {429}


async def test_an_account_that_does_not_exist_is_throttled_alike(
    ana: Person, home: httpx.AsyncClient, pulsar: Pulsar
) -> None:
    unknown = f"nobody-{ana.email}"
    await failures(pulsar, unknown, f"elsewhere than {ana.id}", ACCOUNT_LIMIT - 1)
    assert [(await guess(home, unknown)).status_code for _ in range(2)] == [401, 429]


async def test_a_burst_of_guesses_gets_no_more_answers_than_a_row_of_them(ana: Person, home: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(guess(home, ana.email) for _ in range(3 * ACCOUNT_LIMIT)))
    assert sorted(answer.status_code for answer in answers) == [401] * ACCOUNT_LIMIT + [429] * 2 * ACCOUNT_LIMIT


async def test_the_right_password_clears_the_count(ana: Person, home: httpx.AsyncClient, pulsar: Pulsar) -> None:
    for _ in range(2):
        await failures(pulsar, ana.email, f"elsewhere than {ana.id}", ACCOUNT_LIMIT - 1)
        assert (await guess(home, ana.email, PASSWORD)).status_code == 200


async def test_one_account_does_not_lock_out_another(
    ana: Person, bo: Person, home: httpx.AsyncClient, pulsar: Pulsar
) -> None:
    await failures(pulsar, ana.email, f"home of {ana.id}", ACCOUNT_LIMIT)
    assert (await guess(home, ana.email, PASSWORD)).status_code == 429
    assert (await guess(home, bo.email, PASSWORD)).status_code == 200


async def test_an_address_that_tries_one_password_on_many_accounts_is_stopped(
    ana: Person, home: httpx.AsyncClient, at: From, clock: Clock, pulsar: Pulsar
) -> None:
    address = f"home of {ana.id}"
    for i in range(ADDRESS_LIMIT - 1):
        await failures(pulsar, f"{i}-{ana.email}", address, 1)
    assert (await guess(home, f"last-{ana.email}")).status_code == 401
    assert (await guess(home, ana.email, PASSWORD)).status_code == 429
    assert (await guess(at(f"elsewhere than {ana.id}"), ana.email, PASSWORD)).status_code == 200
    clock.pass_time(ADDRESS_WINDOW)
    assert (await guess(home, ana.email, PASSWORD)).status_code == 200
