"""Accounts and sessions: who may come in, for how long, and what ends it."""

import asyncio
import secrets
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from pulsar.base import clock as base_clock
from pulsar.base.crypto import Keys
from pulsar.base.http import ACCESS_TOKEN, Pulsar
from pulsar.orgs.model import Membership
from tests.world import API, PASSWORD, Clock, People, Person


def registration(**changed: str) -> dict[str, str]:
    login = f"ana-{secrets.token_hex(4)}"
    return {
        "email": f"{login}@example.org",
        "username": login,
        "password": PASSWORD,
        "full_name": "Ana",
        "organization_name": "Ana's",
    } | changed


async def login(http: httpx.AsyncClient, email: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    return await http.post(f"{API}/auth/login", json={"email": email, "password": password, **more})


async def refresh(http: httpx.AsyncClient, token: str) -> httpx.Response:
    return await http.post(f"{API}/auth/refresh", json={"refresh_token": token})


async def me(http: httpx.AsyncClient, access_token: str) -> httpx.Response:
    return await http.get(f"{API}/auth/me", headers={"Authorization": f"Bearer {access_token}"})


async def remove(pulsar: Pulsar, person: Person) -> None:
    async with pulsar.db.in_org(person.org_id) as tx:
        await tx.execute(update(Membership).where(Membership.user_id == person.id).values(active=False))


async def counts(owner: AsyncConnection) -> tuple[int, ...]:
    """Of users, organizations, members and refresh tokens."""
    await owner.rollback()
    tables = ("users", "organizations", "memberships", "refresh_tokens")
    return tuple([await owner.scalar(text(f"SELECT count(*) FROM {table}")) or 0 for table in tables])


class TestRegistration:
    async def test_makes_a_user_and_an_organization_that_is_hers(self, http: httpx.AsyncClient) -> None:
        body = registration(full_name="  Ana Ruiz ")
        answer = await http.post(f"{API}/auth/register", json=body)
        assert answer.status_code == 201
        assert answer.headers["cache-control"] == "no-store"
        session = answer.json()
        assert session["user"]["full_name"] == "Ana Ruiz"
        assert session["organization"]["role"] == "owner"
        assert (session["token_type"], session["expires_in"]) == ("bearer", 900)
        who = (await me(http, session["access_token"])).json()
        assert who["user"] == session["user"]
        assert who["organizations"] == [who["organization"]] == [session["organization"]]

    @pytest.mark.parametrize("field", ["email", "username"])
    async def test_an_account_that_exists_is_named_however_it_is_written_and_nothing_is_left(
        self, field: str, http: httpx.AsyncClient, owner: AsyncConnection, ana: Person
    ) -> None:
        first = registration()
        assert (await http.post(f"{API}/auth/register", json=first)).status_code == 201
        before = await counts(owner)
        answer = await http.post(f"{API}/auth/register", json=registration(**{field: first[field].upper()}))
        assert answer.status_code == 409
        assert [error["field"] for error in answer.json()["errors"]] == [field]
        assert answer.json()["code"] == "account_taken"
        assert await counts(owner) == before

    async def test_a_failure_halfway_leaves_neither_user_nor_organization(
        self, http: httpx.AsyncClient, owner: AsyncConnection
    ) -> None:
        before = await counts(owner)
        body = registration(organization_name="cannot be \0 stored")
        assert (await http.post(f"{API}/auth/register", json=body)).status_code == 422
        assert await counts(owner) == before
        assert (await http.post(f"{API}/auth/register", json=body | {"organization_name": "can"})).status_code == 201

    async def test_of_five_that_ask_for_one_address_at_once_one_gets_it(
        self, http: httpx.AsyncClient, owner: AsyncConnection
    ) -> None:
        email, before = registration()["email"], await counts(owner)
        bodies = [registration(email=email) for _ in range(5)]
        answers = await asyncio.gather(*(http.post(f"{API}/auth/register", json=body) for body in bodies))
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
        assert await counts(owner) == tuple(count + 1 for count in before)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("email", "ana"),
            ("email", "ana@"),
            ("username", "a"),
            ("username", "ana banana"),
            ("username", "-ana"),
            ("password", "seven77"),
            ("password", "x" * 1025),
            ("full_name", "   "),
            ("full_name", "x" * 201),
            ("organization_name", ""),
            ("session", "forever"),
            ("role", "owner"),
        ],
    )
    async def test_what_does_not_fit_is_named(self, field: str, value: str, http: httpx.AsyncClient) -> None:
        answer = await http.post(f"{API}/auth/register", json=registration(**{field: value}))
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == [field]
        assert field != "password" or value not in answer.text

    async def test_a_password_is_taken_as_it_is(self, http: httpx.AsyncClient) -> None:
        """Spaces count, and so does every character of a long one (ASVS 6.2)."""
        long = "  " + "ä" * 500 + " "
        body = registration(password=long)
        assert (await http.post(f"{API}/auth/register", json=body)).status_code == 201
        assert (await login(http, body["email"], long)).status_code == 200
        assert (await login(http, body["email"], long.strip())).status_code == 401
        assert (await login(http, body["email"], long[:-2] + " ")).status_code == 401

    @pytest.mark.parametrize("password", ["password123", "PASSW0RD", "iloveyou"])
    async def test_a_password_that_everybody_tries_first_is_refused_to_people(
        self, password: str, http: httpx.AsyncClient, ana: Person
    ) -> None:
        """S5. What a script registers with is its author's affair."""
        body = registration(password=password)
        refused = await http.post(f"{API}/auth/register", json=body | {"session": "cookie"})
        assert (refused.status_code, refused.json()["code"]) == (422, "stolen_password")
        assert [error["field"] for error in refused.json()["errors"]] == ["password"]
        change = {"current_password": PASSWORD, "new_password": password}
        refused = await ana.request("PUT", "/auth/password", json=change)
        assert [error["field"] for error in refused.json()["errors"]] == ["new_password"]
        reset = await http.post(f"{API}/auth/password/reset", json={"token": "x", "password": password})
        assert reset.json()["code"] == "stolen_password"
        assert (await http.post(f"{API}/auth/register", json=body)).status_code == 201


class TestLogin:
    async def test_takes_the_address_however_it_is_written(self, http: httpx.AsyncClient) -> None:
        body = registration()
        body["email"] = f"Ännchen.{body['email']}"
        assert (await http.post(f"{API}/auth/register", json=body)).status_code == 201
        for email in (body["email"], body["email"].upper(), f" {body['email'].lower()} "):
            assert (await login(http, email)).status_code == 200

    async def test_a_wrong_password_and_an_unknown_account_look_the_same(
        self, http: httpx.AsyncClient, ana: Person
    ) -> None:
        wrong = await login(http, ana.email, "not her password")
        unknown = await login(http, f"nobody-{ana.email}", "not her password")
        empty = await login(http, ana.email, "")
        said = [{**answer.json(), "request_id": ""} for answer in (wrong, unknown, empty)]
        assert wrong.status_code == 401
        assert said[0]["code"] == "invalid_credentials"
        assert said[0] == said[1] == said[2]

    async def test_chooses_the_organization_that_is_named(
        self, http: httpx.AsyncClient, people: People, ana: Person, bo: Person
    ) -> None:
        first = (await login(http, bo.email)).json()["organization"]
        assert first["id"] != str(ana.org_id)
        chosen = (await login(http, bo.email, organization_id=str(ana.org_id))).json()["organization"]
        assert (chosen["id"], chosen["role"]) == (str(ana.org_id), "admin")

    async def test_an_organization_one_is_not_in_does_not_exist(
        self, http: httpx.AsyncClient, ana: Person, eve: Person
    ) -> None:
        assert (await login(http, ana.email, organization_id=str(eve.org_id))).status_code == 404


class TestAccessToken:
    async def test_lasts_fifteen_minutes(self, http: httpx.AsyncClient, clock: Clock, ana: Person) -> None:
        token = (await login(http, ana.email)).json()["access_token"]
        clock.pass_time(timedelta(minutes=14, seconds=50))
        assert (await me(http, token)).status_code == 200
        clock.pass_time(timedelta(seconds=10))
        assert (await me(http, token)).status_code == 401

    async def test_of_a_member_who_is_removed_is_dead_at_once(
        self, http: httpx.AsyncClient, pulsar: Pulsar, bo: Person
    ) -> None:
        await remove(pulsar, bo)
        assert (await me(http, bo.access_token)).status_code == 401
        answer = await refresh(http, bo.refresh_token)
        assert (answer.status_code, answer.json()["code"]) == (401, "session_ended")

    async def test_follows_the_role_as_it_is_now(
        self, http: httpx.AsyncClient, pulsar: Pulsar, ana: Person, bo: Person
    ) -> None:
        assert (await bo.post("/teams", name="Before")).status_code == 201
        async with pulsar.db.in_org(ana.org_id) as tx:
            await tx.execute(update(Membership).where(Membership.user_id == bo.id).values(role="viewer"))
        assert (await bo.post("/teams", name="After")).status_code == 403

    @pytest.mark.parametrize("kind", ["nonsense", "unsigned", "of another key", "for another purpose", "of nobody"])
    async def test_that_we_did_not_make_for_this_is_refused(
        self, kind: str, http: httpx.AsyncClient, pulsar: Pulsar, ana: Person
    ) -> None:
        sid = pulsar.keys.verify(ACCESS_TOKEN, ana.access_token, base_clock.now())["sid"]
        claims = {"sub": str(ana.id), "org": str(ana.org_id), "sid": sid}

        def signed(keys: Keys, purpose: str = ACCESS_TOKEN, **changed: str) -> str:
            return keys.sign(purpose, claims | changed, base_clock.now(), timedelta(minutes=5))

        good = signed(pulsar.keys)
        forged = {
            "nonsense": "nonsense",
            "unsigned": "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0." + good.split(".")[1] + ".",
            "of another key": signed(Keys("another secret key, also long enough")),
            "for another purpose": signed(pulsar.keys, "acknowledge"),
            "of nobody": signed(pulsar.keys, sub=str(ana.org_id)),
        }
        assert (await me(http, good)).status_code == 200
        answer = await me(http, forged[kind])
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize("scheme", ["Basic", "Token", ""])
    async def test_is_a_bearer_token(self, scheme: str, http: httpx.AsyncClient, ana: Person) -> None:
        headers = {"Authorization": f"{scheme} {ana.access_token}".strip()}
        assert (await http.get(f"{API}/auth/me", headers=headers)).status_code == 401


class TestRefresh:
    async def test_gives_a_new_pair_each_time(self, http: httpx.AsyncClient, ana: Person) -> None:
        tokens = [ana.refresh_token]
        for _ in range(3):
            session = (await refresh(http, tokens[-1])).json()
            assert (await me(http, session["access_token"])).status_code == 200
            tokens.append(session["refresh_token"])
        assert len(set(tokens)) == 4

    async def test_a_token_that_comes_a_second_time_ends_the_whole_session(
        self, http: httpx.AsyncClient, ana: Person
    ) -> None:
        """Somebody has copied it, and it cannot be told who (RFC 9700, 4.14.2)."""
        other = (await login(http, ana.email)).json()["refresh_token"]
        second = (await refresh(http, ana.refresh_token)).json()["refresh_token"]
        third = (await refresh(http, second)).json()["refresh_token"]
        again = await refresh(http, ana.refresh_token)
        assert (again.status_code, again.json()["code"]) == (401, "session_ended")
        assert (await refresh(http, third)).status_code == 401
        assert (await refresh(http, other)).status_code == 200, "another session of hers goes on"

    async def test_of_many_at_once_one_wins_and_the_session_stands(self, http: httpx.AsyncClient, ana: Person) -> None:
        """Two tabs that wake up together are no theft."""
        answers = await asyncio.gather(*(refresh(http, ana.refresh_token) for _ in range(64)))
        won = [answer for answer in answers if answer.status_code == 200]
        lost = [answer for answer in answers if answer.status_code == 409]
        assert (len(won), len(lost)) == (1, 63)
        assert {answer.json()["code"] for answer in lost} == {"already_refreshed"}
        assert (await refresh(http, won[0].json()["refresh_token"])).status_code == 200

    async def test_lasts_seven_days(self, http: httpx.AsyncClient, clock: Clock, ana: Person) -> None:
        clock.pass_time(timedelta(days=6, hours=23))
        renewed = (await refresh(http, ana.refresh_token)).json()["refresh_token"]
        clock.pass_time(timedelta(days=7, seconds=1))
        assert (await refresh(http, renewed)).status_code == 401

    @pytest.mark.parametrize("token", ["", "x", "é" * 64, "0" * 64])
    async def test_an_unknown_token_is_a_session_that_has_ended(self, token: str, http: httpx.AsyncClient) -> None:
        answer = await refresh(http, token)
        assert (answer.status_code, answer.json()["code"]) == (401, "session_ended")

    async def test_logging_out_ends_the_session_and_no_other(self, http: httpx.AsyncClient, ana: Person) -> None:
        other = (await login(http, ana.email)).json()["refresh_token"]
        answer = await http.post(f"{API}/auth/logout", json={"refresh_token": ana.refresh_token})
        assert answer.status_code == 204
        assert (await refresh(http, ana.refresh_token)).status_code == 401
        assert (await refresh(http, other)).status_code == 200
        unknown = await http.post(f"{API}/auth/logout", json={"refresh_token": "0" * 64})
        assert unknown.status_code == 204, "there is nothing left to end"


class TestOrganizations:
    async def test_a_session_can_go_on_in_another_organization(self, ana: Person, http: httpx.AsyncClient) -> None:
        second = await ana.makes("/organizations", name="Second")
        assert second["role"] == "owner"
        session = await ana.makes("/auth/switch", organization_id=second["id"], refresh_token=ana.refresh_token)
        assert session["organization"]["id"] == second["id"]
        assert [o["id"] for o in (await ana.has("/auth/me"))["organizations"]] == [str(ana.org_id), second["id"]]
        renewed = (await refresh(http, session["refresh_token"])).json()
        assert renewed["organization"]["id"] == second["id"]

    async def test_a_session_does_not_go_on_where_its_user_is_not_a_member(
        self, ana: Person, eve: Person, http: httpx.AsyncClient
    ) -> None:
        answer = await ana.post("/auth/switch", organization_id=str(eve.org_id), refresh_token=ana.refresh_token)
        assert answer.status_code == 404
        assert (await refresh(http, ana.refresh_token)).status_code == 200, "a mistake does not end it"

    async def test_a_name_may_be_used_twice(self, ana: Person) -> None:
        made = [await ana.makes("/organizations", name="Same Name!") for _ in range(2)]
        assert all(organization["slug"].startswith("same-name-") for organization in made)
        assert made[0]["slug"] != made[1]["slug"]

    async def test_users_are_those_of_the_organization_and_can_be_searched(
        self, ana: Person, bo: Person, eve: Person
    ) -> None:
        found = await ana.has("/users")
        assert [(user["full_name"], user["role"]) for user in found["items"]] == [("Ana", "owner"), ("Bo", "admin")]
        assert [user["full_name"] for user in (await ana.has("/users", search="bo-"))["items"]] == ["Bo"]
        assert (await ana.has("/users", search="%"))["total"] == 0
        assert (await ana.has("/users", search=eve.email))["total"] == 0


class TestCookie:
    async def started(self, browser: httpx.AsyncClient) -> dict[str, Any]:
        answer = await browser.post(f"{API}/auth/register", json=registration(session="cookie"))
        assert answer.status_code == 201
        self.set_cookie = answer.headers["set-cookie"]
        session: dict[str, Any] = answer.json()
        return session

    async def test_keeps_the_refresh_token_out_of_reach_of_scripts(self, browser: httpx.AsyncClient) -> None:
        session = await self.started(browser)
        assert session["refresh_token"] is None
        flags = {flag.strip().lower() for flag in self.set_cookie.split(";")[1:]}
        assert flags == {"httponly", "secure", "samesite=strict", "path=/api/v1/auth", "max-age=604800"}

    async def test_is_not_marked_secure_where_there_is_no_tls(self, browser: httpx.AsyncClient) -> None:
        """Or a first look at a new installation could not stay signed in."""
        answer = await browser.post(f"http://pulsar.test{API}/auth/register", json=registration(session="cookie"))
        assert "secure" not in answer.headers["set-cookie"].lower()

    async def test_serves_only_with_the_consoles_header(self, browser: httpx.AsyncClient) -> None:
        """A page elsewhere can make a browser send the cookie, but not the header (CSRF)."""
        session = await self.started(browser)
        console = {"X-Pulsar-Console": "1"}
        switch = {"organization_id": session["organization"]["id"]}
        for path, body in (("refresh", {}), ("switch", switch), ("logout", {})):
            bare = await browser.post(f"{API}/auth/{path}", json=body)
            assert bare.status_code == 403
            answer = await browser.post(f"{API}/auth/{path}", json=body, headers=console)
            assert answer.is_success
        assert (await browser.post(f"{API}/auth/refresh", json={}, headers=console)).status_code == 401

    async def test_is_renewed_with_the_token(self, browser: httpx.AsyncClient) -> None:
        await self.started(browser)
        before = browser.cookies["pulsar_refresh"]
        answer = await browser.post(f"{API}/auth/refresh", json={}, headers={"X-Pulsar-Console": "1"})
        assert answer.json()["refresh_token"] is None
        assert browser.cookies["pulsar_refresh"] != before
        assert (await refresh(browser, before)).status_code == 401

    async def test_is_gone_after_logging_out(self, browser: httpx.AsyncClient) -> None:
        await self.started(browser)
        await browser.post(f"{API}/auth/logout", json={}, headers={"X-Pulsar-Console": "1"})
        assert "pulsar_refresh" not in browser.cookies

    async def test_does_not_serve_in_place_of_an_access_token(self, browser: httpx.AsyncClient) -> None:
        await self.started(browser)
        cookie = f"pulsar_refresh={browser.cookies['pulsar_refresh']}"
        answer = await browser.get(f"{API}/alerts", headers={"X-Pulsar-Console": "1", "Cookie": cookie})
        assert answer.status_code == 401
