"""Invitations: who may invite whom, what the mail and the link do, and that a link serves once."""

import asyncio
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, text

from pulsar.base.events import EventRow
from pulsar.base.http import Pulsar
from pulsar.people import throttle
from pulsar.people.throttle import ACCOUNT_LIMIT
from tests.domain.inviting import accept, accept_as, account, address, came_in, invited, look, refusal, secret_of
from tests.ladders import mail_channel, team_of
from tests.world import PASSWORD, Clock, Mailbox, People, Person, person_of


class TestInviting:
    async def test_makes_a_link_for_a_week_in_the_name_of_who_invites(
        self, bo: Person, http: httpx.AsyncClient
    ) -> None:
        team = await team_of(bo)
        email = address("Gil.Ö")
        made = await invited(bo, email.upper(), role="viewer", team_ids=[team["id"]])
        assert (made["email"], made["role"], made["state"]) == (email.lower(), "viewer", "pending")
        assert (made["teams"], made["invited_by"]) == (
            [{"id": team["id"], "name": "Database"}],
            {"id": str(bo.id), "name": "Bo"},
        )
        listed = await bo.has("/invitations")
        assert listed["items"] == [{k: v for k, v in made.items() if k not in {"link", "mail"}}]
        assert secret_of(made) not in str(listed)
        seen = (await look(http, made)).json()
        assert seen == {
            "organization_id": str(bo.org_id),
            "organization_name": "Ana's",
            "email": email.lower(),
            "role": "viewer",
            "invited_by": "Bo",
            "account_exists": False,
        }

    @pytest.mark.parametrize("role", ["viewer", "member"])
    async def test_is_for_admins(self, ana: Person, people: People, role: str) -> None:
        made = await invited(ana)
        other = await people.colleague(ana, "Mo", role)
        for answer in (
            await other.post("/invitations", email=address()),
            await other.post(f"/invitations/{made['id']}/resend"),
            await other.delete(f"/invitations/{made['id']}"),
        ):
            assert answer.status_code == 403

    async def test_of_an_owner_is_for_owners(self, ana: Person, bo: Person) -> None:
        assert refusal(await bo.post("/invitations", email=address(), role="owner")) == (403, "role_not_yours")
        assert (await bo.post("/invitations", email=address(), role="admin")).status_code == 201
        owners = await invited(ana, role="owner")
        assert refusal(await bo.post(f"/invitations/{owners['id']}/resend")) == (403, "role_not_yours")
        assert (await bo.delete(f"/invitations/{owners['id']}")).status_code == 204

    async def test_a_member_again_is_refused(self, ana: Person, bo: Person) -> None:
        answer = await ana.post("/invitations", email=bo.email.upper())
        assert refusal(answer) == (409, "already_member")
        assert [error["field"] for error in answer.json()["errors"]] == ["email"]

    async def test_into_a_team_that_is_not_there_is_refused(self, ana: Person, eve: Person) -> None:
        hers = await team_of(eve)
        answer = await ana.post("/invitations", email=address(), team_ids=[hers["id"]])
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == ["team_ids"]

    @pytest.mark.parametrize(("field", "value"), [("email", "gil"), ("role", "king"), ("team_ids", ["x"])])
    async def test_what_does_not_fit_is_named(self, ana: Person, field: str, value: object) -> None:
        answer = await ana.post("/invitations", **{"email": address(), field: value})
        assert answer.status_code == 422
        assert {error["field"].split(".")[0] for error in answer.json()["errors"]} == {field}

    async def test_again_renews_it_and_the_old_link_is_dead(
        self, ana: Person, bo: Person, http: httpx.AsyncClient
    ) -> None:
        first = await invited(ana, role="viewer")
        second = await invited(bo, first["email"].upper(), role="member")
        assert (second["id"], second["role"], second["invited_by"]["name"]) == (first["id"], "member", "Bo")
        assert (await ana.has("/invitations"))["total"] == 1
        assert refusal(await look(http, first)) == (404, "unknown_invitation")
        assert refusal(await accept(http, first, **account())) == (404, "unknown_invitation")
        assert (await came_in(http, second)).name == "Gil"

    async def test_one_address_five_times_at_once_makes_one_invitation(
        self, ana: Person, http: httpx.AsyncClient
    ) -> None:
        email = address()
        made = await asyncio.gather(*(invited(ana, email) for _ in range(5)))
        assert {one["id"] for one in made} == {made[0]["id"]}
        assert (await ana.has("/invitations"))["total"] == 1
        assert sorted([(await look(http, one)).status_code for one in made]) == [200, 404, 404, 404, 404]

    async def test_two_organizations_may_invite_the_same_person(
        self, ana: Person, eve: Person, http: httpx.AsyncClient
    ) -> None:
        email = address()
        first, second = await invited(ana, email), await invited(eve, email)
        gil = await came_in(http, first)
        assert (await accept(http, second, password=PASSWORD)).status_code == 200
        assert len((await gil.has("/auth/me"))["organizations"]) == 2

    async def test_stands_in_the_events_without_its_secret(self, ana: Person, pulsar: Pulsar) -> None:
        made = await invited(ana, role="viewer")
        await ana.delete(f"/invitations/{made['id']}")
        async with pulsar.db.in_org(ana.org_id) as tx:
            query = select(EventRow).where(EventRow.subject_id == UUID(made["id"])).order_by(EventRow.number)
            events = (await tx.scalars(query)).all()
        assert [(event.type, event.actor_name, event.data) for event in events] == [
            ("member.invited", "Ana", {"email": made["email"], "role": "viewer"}),
            ("member.invitation_revoked", "Ana", {"email": made["email"]}),
        ]


class TestMail:
    async def test_goes_out_over_the_organizations_own_channel(self, ana: Person, mail: Mailbox) -> None:
        await mail_channel(ana, mail)
        made = await invited(ana)
        assert (made["mail"]["sent"], made["mail"]["channel"]) == (True, "E-mail")
        [sent] = mail.mails
        assert (sent.to, sent.subject) == (made["email"], "Ana invites you to Ana's")
        assert f"Accept the invitation: {made['link']}" in sent.text.splitlines()
        assert "as member" in sent.text

    async def test_is_in_the_delivery_log_without_its_link(self, ana: Person, mail: Mailbox, pulsar: Pulsar) -> None:
        await mail_channel(ana, mail)
        made = await invited(ana)
        [entry] = (await ana.has("/notifications/logs"))["items"]
        assert (entry["purpose"], entry["status"], entry["user"]) == ("invitation", "sent", None)
        assert len(entry["attempts"]) == 1
        async with pulsar.db.in_org(ana.org_id) as tx:
            kept = await tx.scalar(text("SELECT string_agg(n::text, '') FROM notifications n"))
        assert made["email"] in kept
        assert secret_of(made) not in kept

    async def test_without_a_channel_there_is_the_link_and_the_reason(
        self, ana: Person, http: httpx.AsyncClient
    ) -> None:
        made = await invited(ana)
        assert (made["mail"]["sent"], made["mail"]["channel"]) == (False, None)
        assert "no enabled e-mail channel" in made["mail"]["answer"]
        assert (await look(http, made)).status_code == 200

    async def test_that_is_refused_is_said_and_the_link_is_good_all_the_same(
        self, ana: Person, mail: Mailbox, http: httpx.AsyncClient
    ) -> None:
        await mail_channel(ana, mail)
        mail.refuse_with = "550 no such person"
        made = await invited(ana)
        assert made["mail"] == {"sent": False, "channel": "E-mail", "answer": "550 no such person"}
        [channel] = (await ana.has("/notifications/channels"))["items"]
        assert channel["last_error"] == "550 no such person"
        assert (await look(http, made)).status_code == 200

    async def test_goes_over_the_next_channel_when_the_first_does_not_take_it(self, ana: Person, mail: Mailbox) -> None:
        dead = mail.channel["config"] | {"port": 1}
        await mail_channel(ana, mail, name="Dead", config=dead)
        await mail_channel(ana, mail, name="Off", enabled=False)
        await mail_channel(ana, mail, name="Alive")
        made = await invited(ana)
        assert (made["mail"]["sent"], made["mail"]["channel"]) == (True, "Alive")
        log = (await ana.has("/notifications/logs"))["items"]
        assert {(one["channel"]["name"], one["status"]) for one in log} == {("Dead", "failed"), ("Alive", "sent")}

    async def test_again_brings_a_new_link_for_another_week(
        self, ana: Person, mail: Mailbox, http: httpx.AsyncClient, clock: Clock
    ) -> None:
        await mail_channel(ana, mail)
        team, gone = await team_of(ana), await team_of(ana, name="Gone")
        first = await invited(ana, team_ids=[team["id"], gone["id"]])
        await ana.delete(f"/teams/{gone['id']}")
        clock.pass_time(timedelta(minutes=10))
        second = (await ana.post(f"/invitations/{first['id']}/resend")).json()
        assert second["expires_at"] > first["expires_at"]
        assert [one["name"] for one in second["teams"]] == ["Database"]
        assert (await look(http, first)).status_code == 404
        assert (await look(http, second)).status_code == 200
        assert len(mail.mails) == 2


class TestAccepting:
    async def test_with_a_new_account_signs_in_there(self, ana: Person, http: httpx.AsyncClient) -> None:
        team = await team_of(ana)
        made = await invited(ana, role="admin", team_ids=[team["id"]])
        gil = await came_in(http, made)
        assert (gil.org_id, gil.email) == (ana.org_id, made["email"])
        me = await gil.has("/auth/me")
        assert [(o["name"], o["role"]) for o in me["organizations"]] == [("Ana's", "admin")]
        assert [m["full_name"] for m in (await gil.has(f"/teams/{team['id']}"))["members"]] == ["Gil"]
        assert (await ana.has("/invitations"))["total"] == 0
        signed_in = await http.post("/api/v1/auth/login", json={"email": made["email"], "password": PASSWORD})
        assert signed_in.json()["organization"]["id"] == str(ana.org_id)

    async def test_can_keep_the_session_in_a_cookie(self, ana: Person, browser: httpx.AsyncClient) -> None:
        answer = await accept(browser, await invited(ana), **account(), session="cookie")
        assert answer.json()["refresh_token"] is None
        assert "path=/api/v1/auth" in answer.headers["set-cookie"].lower()
        renewed = await browser.post("/api/v1/auth/refresh", json={}, headers={"X-Pulsar-Console": "1"})
        assert renewed.json()["organization"]["id"] == str(ana.org_id)

    async def test_with_the_password_of_an_account_that_exists(
        self, ana: Person, eve: Person, http: httpx.AsyncClient
    ) -> None:
        made = await invited(ana, eve.email.upper(), role="viewer")
        assert (await look(http, made)).json()["account_exists"] is True
        assert refusal(await accept(http, made, password="not hers")) == (401, "invalid_credentials")
        needed = await accept(http, made)
        assert needed.status_code == 422
        assert [error["field"] for error in needed.json()["errors"]] == ["password"]
        answer = await accept(http, made, password=PASSWORD)
        assert answer.json()["organization"]["role"] == "viewer"
        assert answer.json()["user"]["id"] == str(eve.id)

    async def test_guesses_of_that_password_count_as_at_the_login(
        self, ana: Person, eve: Person, http: httpx.AsyncClient, pulsar: Pulsar
    ) -> None:
        made = await invited(ana, eve.email)
        for _ in range(ACCOUNT_LIMIT - 1):
            await throttle.count_failure(pulsar.db, eve.email, f"far from {eve.id}")
        assert (await accept(http, made, password="a guess")).status_code == 401
        assert refusal(await accept(http, made, password=PASSWORD)) == (429, "too_many_attempts")

    async def test_with_the_session_of_that_account_takes_no_password(self, ana: Person, eve: Person) -> None:
        made = await invited(ana, eve.email)
        answer = await accept_as(eve, made)
        assert answer.json()["organization"]["id"] == str(ana.org_id)

    async def test_with_somebody_elses_session_is_refused(self, ana: Person, bo: Person, eve: Person) -> None:
        made = await invited(ana, eve.email)
        assert refusal(await accept_as(bo, made)) == (403, "not_your_invitation")
        eve.access_token = "x"
        assert (await accept_as(eve, made)).status_code == 401

    @pytest.mark.parametrize("missing", ["full_name", "username", "password"])
    async def test_a_new_account_needs_all_of_it(self, ana: Person, http: httpx.AsyncClient, missing: str) -> None:
        given = account()
        del given[missing]
        answer = await accept(http, await invited(ana), **given)
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == [missing]

    async def test_a_short_password_and_a_taken_name_are_named_and_the_link_stays_good(
        self, ana: Person, http: httpx.AsyncClient
    ) -> None:
        made = await invited(ana)
        short = await accept(http, made, **account() | {"password": "seven77"})
        assert (short.status_code, short.json()["errors"][0]["field"]) == (422, "password")
        taken = await accept(http, made, **account() | {"username": ana.email.partition("@")[0]})
        assert (taken.status_code, taken.json()["errors"][0]["field"]) == (409, "username")
        assert (await came_in(http, made)).name == "Gil"

    async def test_serves_once(self, ana: Person, http: httpx.AsyncClient) -> None:
        made = await invited(ana)
        await came_in(http, made)
        assert refusal(await look(http, made)) == (410, "invitation_used")
        assert refusal(await accept(http, made, password=PASSWORD)) == (410, "invitation_used")

    async def test_of_five_that_accept_at_once_one_comes_in(self, ana: Person, http: httpx.AsyncClient) -> None:
        made = await invited(ana)
        answers = await asyncio.gather(*(accept(http, made, **account(name)) for name in "ABCDE"))
        assert sorted(answer.status_code for answer in answers) == [200, 410, 410, 410, 410]
        assert (await ana.has("/users"))["total"] == 2

    async def test_of_five_presses_of_one_account_one_comes_in(self, ana: Person, eve: Person) -> None:
        made = await invited(ana, eve.email)
        answers = await asyncio.gather(*(accept_as(eve, made) for _ in range(5)))
        assert sorted(answer.status_code for answer in answers) == [200, 410, 410, 410, 410]

    async def test_ends_with_its_week(self, ana: Person, http: httpx.AsyncClient, clock: Clock) -> None:
        made = await invited(ana)
        clock.pass_time(timedelta(days=6, hours=23))
        assert (await look(http, made)).status_code == 200
        clock.pass_time(timedelta(hours=1, seconds=1))
        assert refusal(await look(http, made)) == (410, "invitation_expired")
        assert refusal(await accept(http, made, **account())) == (410, "invitation_expired")

    async def test_ends_when_it_is_taken_back(self, ana: Person, http: httpx.AsyncClient) -> None:
        made = await invited(ana)
        assert (await ana.delete(f"/invitations/{made['id']}")).status_code == 204
        assert (await ana.delete(f"/invitations/{made['id']}")).status_code == 404
        assert (await ana.post(f"/invitations/{made['id']}/resend")).status_code == 404
        assert refusal(await accept(http, made, **account())) == (410, "invitation_revoked")
        assert (await came_in(http, await invited(ana, made["email"]))).email == made["email"]

    async def test_ends_when_who_invited_may_not_any_more(
        self, ana: Person, bo: Person, http: httpx.AsyncClient
    ) -> None:
        """Or an admin who is shown the door could leave it open for themselves."""
        made = await invited(bo, role="admin")
        await ana.patch(f"/users/{bo.id}", active=False)
        assert refusal(await accept(http, made, **account())) == (410, "invitation_void")
        assert [one["state"] for one in (await ana.has("/invitations"))["items"]] == ["void"]
        renewed = (await ana.post(f"/invitations/{made['id']}/resend")).json()
        assert (await came_in(http, renewed)).name == "Gil"

    async def test_unknown_secrets_look_all_the_same(self, ana: Person, http: httpx.AsyncClient) -> None:
        for secret in ("x", "0" * 64, "é" * 64):
            for path in ("look", "accept"):
                answer = await http.post(f"/api/v1/invitations/{path}", json={"token": secret})
                assert refusal(answer) == (404, "unknown_invitation")

    async def test_brings_back_who_was_deactivated_with_the_new_role(
        self, ana: Person, bo: Person, pulsar: Pulsar
    ) -> None:
        team = await team_of(ana, bo)
        await ana.patch(f"/users/{bo.id}", active=False)
        made = await invited(ana, bo.email, role="viewer", team_ids=[team["id"]])
        answer = await accept(ana.http, made, password=PASSWORD)
        again = person_of(ana.http, answer.json())
        assert (again.id, answer.json()["organization"]["role"]) == (bo.id, "viewer")
        async with pulsar.db.in_org(ana.org_id) as tx:
            query = select(EventRow.type).where(EventRow.subject_id == bo.id, EventRow.type.like("member.%"))
            types = (await tx.scalars(query.order_by(EventRow.number))).all()
        assert types == ["member.joined", "member.deactivated", "member.reactivated", "member.role_changed"]

    async def test_somebody_who_is_a_member_again_meanwhile_is_told_so(self, ana: Person, bo: Person) -> None:
        await ana.patch(f"/users/{bo.id}", active=False)
        made = await invited(ana, bo.email)
        await ana.patch(f"/users/{bo.id}", active=True)
        assert refusal(await accept(ana.http, made, password=PASSWORD)) == (409, "already_member")
