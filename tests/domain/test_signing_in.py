"""Who comes in, and what is written of it."""

from typing import Any

import httpx
import pytest

from pulsar.base import clock as base_clock
from pulsar.base.http import ACCESS_TOKEN, Pulsar
from pulsar.people import sessions
from pulsar.people.model import SessionRow
from pulsar.people.sessions import Client
from pulsar.settings import Settings
from pulsar.signin import registration
from pulsar.signin.registration import Applicant, RegistrationClosed
from tests.domain.mailing import Post
from tests.world import API, PASSWORD, Person

PHONE = {"user-agent": "A telephone/1.0"}


async def audited(admin: Person, *types: str) -> list[dict[str, Any]]:
    """Newest first."""
    items: list[dict[str, Any]] = (await admin.has("/audit", type=list(types)))["items"]
    return items


async def login(http: httpx.AsyncClient, who: Person, password: str = PASSWORD, **more: Any) -> httpx.Response:
    body = {"email": who.email, "password": password, "organization_id": str(who.org_id)} | more
    return await http.post(f"{API}/auth/login", json=body, headers=PHONE)


class TestTheAuditLog:
    async def test_tells_of_each_sign_in_where_it_was_and_with_what(self, http: httpx.AsyncClient, ana: Person) -> None:
        await login(http, ana)
        found = (await audited(ana, "user.signed_in"))[0]
        assert found["actor"]["id"] == found["subject"]["id"] == str(ana.id)
        assert found["data"] == {"method": "password", "address": "127.0.0.1", "device": "A telephone/1.0"}

    async def test_tells_each_organization_of_a_wrong_password_and_names_nobody_as_who_it_was(
        self, http: httpx.AsyncClient, post: Post, ana: Person, bo: Person, eve: Person
    ) -> None:
        own = await ana.makes("/organizations", name="Second")
        session = await ana.makes("/auth/switch", organization_id=own["id"], refresh_token=ana.refresh_token)
        await login(http, ana, "not her password")
        await post.to(ana.email)
        (here,) = await audited(bo, "user.sign_in_failed")
        assert here["actor"]["type"] == "system"
        assert here["subject"] == {"type": "user", "id": str(ana.id), "name": "Ana"}
        headers = {"Authorization": f"Bearer {session['access_token']}"}
        there = await http.get(f"{API}/audit", params={"type": "user.sign_in_failed"}, headers=headers)
        assert there.json()["total"] == 1
        assert await audited(eve, "user.sign_in_failed") == [], "no business of another organization"

    async def test_costs_an_account_that_exists_no_more_time_than_one_that_does_not(
        self, http: httpx.AsyncClient, post: Post, ana: Person
    ) -> None:
        """S4: what is different is done after the answer, by a job that both have."""
        body = {"email": f"nobody-{ana.email}", "password": "not a password"}
        await http.post(f"{API}/auth/login", json=body)
        await login(http, ana, "not her password")
        assert [(job["kind"], sorted(job)) for job in await post.waiting()] == [
            ("failure", ["address", "at", "device", "email", "kind", "method"])
        ] * 2

    async def test_tells_of_a_logout(self, http: httpx.AsyncClient, ana: Person, bo: Person) -> None:
        await http.post(f"{API}/auth/logout", json={"refresh_token": ana.refresh_token})
        assert (await audited(bo, "user.signed_out"))[0]["actor"]["id"] == str(ana.id)

    async def test_tells_of_a_session_that_ended_because_its_token_was_copied(
        self, http: httpx.AsyncClient, ana: Person, bo: Person
    ) -> None:
        """S3: reuse of a refresh token ends the family, and somebody can read why."""
        for _ in range(3):
            await http.post(f"{API}/auth/refresh", json={"refresh_token": ana.refresh_token})
        (found,) = await audited(bo, "user.sessions_ended")
        assert found["data"] == {"reason": "copied", "count": 1}

    async def test_is_where_admins_read_from_where_somebody_came_and_nobody_else_does(
        self, http: httpx.AsyncClient, ana: Person, vic: Person
    ) -> None:
        """ASVS 8.2.3: field by field, what a viewer may see."""
        await login(http, ana)
        stream = (await vic.has("/events", type="user.signed_in"))["items"]
        assert [event["payload"]["data"] for event in stream][-1] == {"method": "password"}


class TestASession:
    async def test_ends_for_its_access_token_too_the_moment_that_its_user_logs_out(
        self, http: httpx.AsyncClient, ana: Person
    ) -> None:
        """C8: no token outlives the session that it was given in."""
        assert (await ana.get("/alerts")).status_code == 200
        await http.post(f"{API}/auth/logout", json={"refresh_token": ana.refresh_token})
        assert (await ana.get("/alerts")).status_code == 401
        assert (await ana.get("/auth/me")).status_code == 401

    async def test_of_somebody_else_is_none_whatever_the_token_says(
        self, http: httpx.AsyncClient, pulsar: Pulsar, ana: Person, eve: Person
    ) -> None:
        """C16: a session is what the server knows of it."""
        claims = pulsar.keys.verify(ACCESS_TOKEN, ana.access_token, base_clock.now())
        of_eve = pulsar.keys.verify(ACCESS_TOKEN, eve.access_token, base_clock.now())["sid"]
        mixed = {"sub": claims["sub"], "org": claims["org"], "sid": of_eve}
        token = pulsar.keys.sign(ACCESS_TOKEN, mixed, base_clock.now(), sessions.ACCESS_LIFETIME)
        answer = await http.get(f"{API}/alerts", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401

    async def test_comes_to_an_end_however_much_it_is_used(
        self, http: httpx.AsyncClient, pulsar: Pulsar, ana: Person
    ) -> None:
        """ASVS 7.3.2."""
        claims = pulsar.keys.verify(ACCESS_TOKEN, ana.access_token, base_clock.now())
        async with pulsar.db.without_org() as tx:
            row = await tx.get_one(SessionRow, claims["sid"])
            row.ends_at = base_clock.now() + sessions.ACCESS_LIFETIME
        renewed = await http.post(f"{API}/auth/refresh", json={"refresh_token": ana.refresh_token})
        async with pulsar.db.without_org() as tx:
            (await tx.get_one(SessionRow, claims["sid"])).ends_at = base_clock.now()
        spent = {"refresh_token": renewed.json()["refresh_token"]}
        async with pulsar.db.without_org() as tx:
            assert await sessions.living(tx, {row.id}) == set()
        assert (await http.post(f"{API}/auth/refresh", json=spent)).status_code == 401


class TestClosedRegistration:
    async def test_lets_nobody_register_who_is_not_the_first(self, pulsar: Pulsar, ana: Person) -> None:
        """S17. Who is invited comes in by another door."""
        assert Settings(registration="closed").registration == "closed"
        who, client = Applicant("new@example.org", "new-one", "New", "New's"), Client("127.0.0.1", "")
        with pytest.raises(RegistrationClosed):
            await registration.register(pulsar.db, who, PASSWORD, client, is_open=False)
