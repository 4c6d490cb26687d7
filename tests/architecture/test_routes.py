"""Who may call what? Asked of every route in the API's document, so that a new one is examined the day it is born."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from pulsar.base import clock
from pulsar.base.crypto import Keys
from pulsar.base.http import ACCESS_TOKEN, Pulsar
from tests.architecture.conftest import Household
from tests.architecture.openapi import API, Operation
from tests.world import Person

PUBLIC = {
    "POST /auth/register",
    "POST /auth/login",
    "GET /auth/options",
    "POST /auth/password/forgotten",
    "POST /auth/password/reset",
    "POST /auth/email/verify",
    "POST /auth/second-factor",
    "POST /auth/second-factor/passkey",
    "POST /auth/passkey/options",
    "POST /auth/passkey",
    "POST /webhook/{token}",
    "GET /heartbeat/{token}",
    "POST /heartbeat/{token}",
    "GET /meta",
    "GET /calendar/{token}.ics",
    "POST /auth/sso/find",
}
# With the secret of an invitation in the body.
BY_INVITATION = {"POST /invitations/look", "POST /invitations/accept"}
# With a refresh token in place of an access token.
BY_SESSION = {"POST /auth/refresh", "POST /auth/logout", "POST /auth/switch"}
# A viewer may ask for a ticket to the live feed, found an organization of its own, and say how it is to be reached.
FOR_VIEWERS = {
    "POST /ws/ticket",
    "POST /organizations",
    "PATCH /auth/me",
    "POST /auth/confirm",
    "POST /auth/confirm/passkey",
    "POST /auth/totp",
    "DELETE /auth/totp",
    "POST /auth/totp/confirm",
    "POST /auth/recovery-codes",
    "POST /auth/passkeys",
    "POST /auth/passkeys/options",
    "POST /auth/sessions/end-others",
    "PUT /auth/password",
    "PUT /auth/email",
    "POST /auth/email/verification",
    "POST /notifications/preferences",
    "POST /notifications/preferences/test",
}
# And read who is on call in a calendar of their own, and be told of shifts.
FOR_VIEWERS |= {"POST /schedules/{schedule_id}/feeds", "POST /users/me/feeds", "PATCH /users/me/shift-notices"}
# And say under which number they are reached, and on which device.
FOR_VIEWERS |= {"POST /users/me/contacts", "POST /users/me/devices"}
# And which account at Slack or Telegram is theirs.
FOR_VIEWERS |= {"POST /users/me/accounts", "POST /users/me/accounts/look"}
# And look whom a policy would page, which pages nobody.
FOR_VIEWERS |= {"POST /escalation-policies/simulate", "POST /escalation-policies/{policy_id}/simulate"}
# Who did what is for those who answer for it.
FOR_ADMINS = {"GET /audit", "GET /audit/export", "GET /api-keys", "GET /api-keys/{key_id}", "GET /status-page/readers"}
# Who operates the installation is no matter of a role in an organization.
BY_OPERATOR = {"GET /system"}
FOR_ADMINS |= BY_OPERATOR
FOR_ADMINS |= {"GET /organizations/current/sign-in"}
FOR_ADMINS |= {"GET /sso", "GET /sso/identities"}
# One person's own: to whom it does not belong it is not there, in the same organization either.
OWN = (
    "/auth/passkeys/{passkey_id}",
    "/auth/sessions/{session_id}",
    "/users/me/accounts/{account_id}",
    "/users/me/contacts/{contact_id}",
    "/users/me/contacts/{contact_id}/code",
    "/users/me/contacts/{contact_id}/verify",
    "/users/me/devices/{device_id}",
    "/users/me/devices/{device_id}/test",
    "/notifications/preferences/{preference_id}",
    "/schedules/{schedule_id}/feeds/{feed_id}",
    "/users/me/feeds/{feed_id}",
)

NOBODY = "0193a5b0-0000-7000-8000-00000000abcd"


async def status_of(
    http: httpx.AsyncClient, token: str | None, operation: Operation, path: str, **options: Any
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    headers |= options.pop("headers", {})
    return await http.request(operation.method, API + path, json=operation.body, headers=headers, **options)


def guarded(routes: list[Operation]) -> list[Operation]:
    return [route for route in routes if str(route) not in PUBLIC | BY_INVITATION]


def with_ids(routes: list[Operation]) -> list[Operation]:
    return [route for route in guarded(routes) if route.parameters]


def test_the_routes_that_need_no_token_are_the_few_that_are_meant_to(routes: list[Operation]) -> None:
    assert {str(route) for route in routes} >= PUBLIC | BY_INVITATION | BY_SESSION | FOR_VIEWERS


def signed(keys: Keys, person: Person, age: timedelta, **changed: str) -> str:
    claims = {"sub": str(person.id), "org": str(person.org_id), "sid": NOBODY} | changed
    return keys.sign(ACCESS_TOKEN, claims, clock.now() - age, timedelta(minutes=15))


async def test_every_route_wants_a_token_that_is_good(
    http: httpx.AsyncClient, pulsar: Pulsar, routes: list[Operation], anas: Household, eves: Household
) -> None:
    tokens = {
        "none": None,
        "expired": signed(pulsar.keys, anas.owner, timedelta(minutes=15)),
        "of a member who was removed": anas.removed.access_token,
        "for an organization she is not in": signed(
            pulsar.keys, anas.owner, timedelta(minutes=1), org=str(eves.owner.org_id)
        ),
    }
    wrong = {}
    for route in guarded(routes):
        for kind, token in tokens.items():
            answer = await status_of(http, token, route, route.at(anas.ids))
            if answer.status_code != 401 or answer.json()["status"] != 401:
                wrong[f"{route}, {kind}"] = answer.status_code
    assert wrong == {}


async def test_a_strangers_id_is_answered_as_one_that_does_not_exist(
    http: httpx.AsyncClient, routes: list[Operation], anas: Household, eves: Household
) -> None:
    """404 for all methods, with the words for an id that never was, so that it cannot even be guessed."""
    wrong = {}
    for route in with_ids(routes):
        for eve in (eves.owner, eves.viewer) if route.reads and str(route) not in FOR_ADMINS else (eves.owner,):
            of_ana = await status_of(http, eve.access_token, route, route.at(anas.ids))
            of_nobody = await status_of(http, eve.access_token, route, route.at(dict.fromkeys(anas.ids, NOBODY)))
            said = [{**answer.json(), "request_id": ""} for answer in (of_ana, of_nobody)]
            if of_ana.status_code != 404 or said[0] != said[1]:
                wrong[str(route)] = of_ana.status_code, said
    assert wrong == {}


async def test_a_strangers_id_below_an_object_of_ones_own_is_not_found_either(
    http: httpx.AsyncClient, routes: list[Operation], anas: Household, eves: Household
) -> None:
    wrong = {}
    for route in with_ids(routes):
        for foreign in route.parameters[1:]:
            answer = await status_of(
                http, eves.owner.access_token, route, route.at(eves.ids | {foreign: anas.ids[foreign]})
            )
            if answer.status_code != 404:
                wrong[f"{route} with {foreign}"] = answer.status_code
    assert wrong == {}


async def test_an_id_that_is_none_is_a_field_that_does_not_fit(
    http: httpx.AsyncClient, routes: list[Operation], anas: Household
) -> None:
    wrong = {}
    for route in with_ids(routes):
        answer = await status_of(http, anas.owner.access_token, route, route.at(dict.fromkeys(anas.ids, "x")))
        if answer.status_code != 422 or {e["field"] for e in answer.json()["errors"]} != set(route.parameters):
            wrong[str(route)] = answer.text
    assert wrong == {}


async def test_a_viewer_sees_everything_and_changes_nothing(
    http: httpx.AsyncClient, routes: list[Operation], anas: Household
) -> None:
    wrong = {}
    for route in guarded(routes):
        if str(route) in BY_SESSION:
            continue
        answer = await status_of(http, anas.viewer.access_token, route, route.at(anas.ids))
        if route.path in OWN:
            fits = answer.status_code == 404
        elif str(route) in FOR_ADMINS:
            fits = answer.status_code == 403
        elif route.reads:
            fits = answer.is_success
        else:
            # What a viewer may do can still be refused because of what it says.
            fits = (answer.status_code != 403) if str(route) in FOR_VIEWERS else answer.status_code == 403
        if not fits:
            wrong[str(route)] = answer.status_code
    assert wrong == {}


SMUGGLED = ("X-Org-Id", "X-Organization-Id", "X-Tenant-Id", "X-Pulsar-Org", "Is-Multi-Tenant-Query", "X-User-Id")


async def test_only_the_token_says_whose_data_it_is(
    http: httpx.AsyncClient, routes: list[Operation], anas: Household, eves: Household, standing_clock: datetime
) -> None:
    """No header, parameter or field switches organizations (CVE-2026-30956). Some answers say when they are of, so the
    clock stands."""
    org = str(anas.owner.org_id)
    smuggled: dict[str, Any] = {
        "headers": dict.fromkeys(SMUGGLED, org) | {"X-User-Id": str(anas.owner.id)},
        "params": dict.fromkeys(("org", "org_id", "organization_id", "tenant_id", "pulsar.org"), org),
    }
    token = eves.owner.access_token
    wrong: dict[str, Any] = {}
    for route in guarded(routes):
        if not route.reads or str(route) in BY_OPERATOR:
            continue
        foreign = await status_of(http, token, route, route.at(anas.ids), **smuggled)
        plain = await status_of(http, token, route, route.at(eves.ids))
        same = await status_of(http, token, route, route.at(eves.ids), **smuggled)
        if plain.json() != same.json() or (route.parameters and foreign.status_code != 404):
            wrong[str(route)] = foreign.status_code, same.text
        if any(anas.ids[name] in same.text for name in anas.ids):
            wrong[str(route)] = same.text
    assert wrong == {}


async def test_a_body_cannot_name_an_organization(
    http: httpx.AsyncClient, routes: list[Operation], eves: Household, anas_org: UUID
) -> None:
    """What a request does not name it may not send: no mass assignment."""
    wrong = {}
    for route in routes:
        if route.body is None or str(route) == "POST /webhook/{token}":
            continue
        smuggled = Operation(route.method, route.path, route.body | {"org_id": str(anas_org), "id": NOBODY})
        answer = await status_of(http, eves.owner.access_token, smuggled, smuggled.at(eves.ids))
        refused = {error["field"] for error in answer.json().get("errors", [])}
        if answer.status_code != 422 or not refused >= {"org_id", "id"}:
            wrong[str(route)] = answer.text
    assert wrong == {}


@pytest.fixture
def standing_clock() -> Iterator[datetime]:
    now = clock.now()
    clock.set_source(lambda: now)
    yield now
    clock.set_source(clock.system_time)


@pytest.fixture
def anas_org(anas: Household) -> UUID:
    return anas.owner.org_id
