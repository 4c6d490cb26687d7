"""Whatever is sent, is the answer one that the API's document has? Requests that fit the document, made up by
schemathesis, to every route, as every role, with keys of every scope and as a stranger.

`PULSAR_ANY_REQUESTS=50` makes up fifty for each route and not two.
"""

import asyncio
import os
from itertools import cycle
from typing import Any

import httpx
import pytest
import pytest_asyncio
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from pulsar.base.http import Pulsar
from pulsar.orgs.roles import Role
from pulsar.people.permissions import Scope
from tests.architecture.conftest import Household, household
from tests.world import Mailbox, People

EACH = int(os.environ.get("PULSAR_ANY_REQUESTS", "2"))
PATIENCE_SECONDS = 30


def made_up(document: dict[str, Any]) -> list[Any]:
    """The same at every run, so that what fails once fails again."""
    found: list[Any] = []
    results: Any = schemathesis.openapi.from_dict(document).get_all_operations()
    for result in results:

        @settings(
            max_examples=EACH,
            phases=[Phase.generate],
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(result.ok().as_strategy())
        def collect(case: Any) -> None:
            found.append(case)

        collect()
    return found


@pytest_asyncio.fixture(scope="module")
async def zoes(http: httpx.AsyncClient, pulsar: Pulsar, smtp: Mailbox) -> Household:
    """One that may be taken apart."""
    return await household(People(http, pulsar), "Zoe", smtp)


async def _credentials(people: People, zoes: Household) -> list[dict[str, str]]:
    roles = [await people.colleague(zoes.owner, role.value, role.value) for role in Role]
    keys = [(await zoes.owner.makes("/api-keys", name=scope, scopes=[scope]))["key"] for scope in Scope]
    persons = [{"Authorization": f"Bearer {person.access_token}"} for person in roles]
    # The owner more often: who may do it gets furthest.
    return [*persons, *({"X-API-Key": key} for key in keys), {}, *persons[-1:] * 4]


def _fault(case: Any, answer: httpx.Response) -> str | None:
    documented = case.operation.definition.raw["responses"]
    if answer.status_code >= 500:
        return f"{answer.status_code} {answer.text[:300]}"
    if answer.status_code < 400:
        return None if str(answer.status_code) in documented else f"{answer.status_code} is not in the document"
    if case.operation.path.endswith("/enqueue") or answer.request.method == "HEAD":
        return None
    if answer.headers.get("content-type") != "application/problem+json":
        return f"{answer.status_code} as {answer.headers.get('content-type')}"
    return None if answer.json()["status"] == answer.status_code else f"{answer.status_code} {answer.text}"


@pytest.mark.filterwarnings("ignore")
async def test_whatever_is_sent_the_answer_is_one_that_the_document_has(
    http: httpx.AsyncClient, document: dict[str, Any], people: People, zoes: Household
) -> None:
    cases = await asyncio.to_thread(made_up, document)
    assert len(cases) >= 500
    wrong = {}
    everybody = cycle(await _credentials(people, zoes))
    for number, (case, credentials) in enumerate(zip(cases, everybody, strict=False)):
        if number % 3:  # of three, one leads nowhere
            case.path_parameters |= {name: zoes.ids[name] for name in case.path_parameters if name in zoes.ids}
        request = case.as_transport_kwargs(base_url="http://pulsar.test")
        request["headers"] = dict(request["headers"]) | credentials
        async with asyncio.timeout(PATIENCE_SECONDS):
            answer = await http.request(**request)
        if fault := _fault(case, answer):
            wrong[f"{case.operation.label} #{number}"] = f"{fault} for {str(request)[:500]}"
    assert wrong == {}
