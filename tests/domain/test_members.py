"""Members: roles, deactivation, and that access ends with it at once."""

import asyncio
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from pulsar.base.errors import NotSignedIn
from pulsar.base.events import EventRow
from pulsar.base.http import Pulsar
from pulsar.live import tickets
from pulsar.orgs.roles import Role
from pulsar.people.access import entered
from tests.domain.inviting import refusal
from tests.ladders import ladder, level, mail_channel
from tests.world import API, PASSWORD, Engine, Mailbox, People, Person


async def roles(of: Person) -> dict[str, tuple[str, bool]]:
    found = await of.has("/users", include_inactive=True)
    return {user["full_name"]: (user["role"], user["active"]) for user in found["items"]}


async def test_deactivated_members_are_listed_when_they_are_asked_for(ana: Person, bo: Person) -> None:
    changed = (await ana.patch(f"/users/{bo.id}", active=False)).json()
    assert (changed["id"], changed["active"], changed["role"]) == (str(bo.id), False, "admin")
    assert [user["full_name"] for user in (await ana.has("/users"))["items"]] == ["Ana"]
    assert await roles(ana) == {"Ana": ("owner", True), "Bo": ("admin", False)}
    assert (await ana.has("/users", include_inactive=True, search="bo-"))["total"] == 1


async def test_what_is_done_to_a_member_stands_in_the_events(ana: Person, bo: Person, pulsar: Pulsar) -> None:
    await ana.patch(f"/users/{bo.id}", role="member")
    await ana.patch(f"/users/{bo.id}", role="member", active=True)
    await ana.patch(f"/users/{bo.id}", active=False)
    await ana.patch(f"/users/{bo.id}", active=True, role="viewer")
    async with pulsar.db.in_org(ana.org_id) as tx:
        query = select(EventRow).where(EventRow.subject_id == bo.id).order_by(EventRow.number)
        events = (await tx.scalars(query)).all()
    assert [(event.type, event.actor_name, event.data) for event in events][1:] == [
        ("member.role_changed", "Ana", {"name": "Bo", "changes": {"role": {"before": "admin", "after": "member"}}}),
        ("member.deactivated", "Ana", {"name": "Bo", "role": "member"}),
        ("member.reactivated", "Ana", {"name": "Bo", "role": "viewer"}),
        ("member.role_changed", "Ana", {"name": "Bo", "changes": {"role": {"before": "member", "after": "viewer"}}}),
    ]


async def test_an_admin_manages_everybody_but_owners(ana: Person, bo: Person, vic: Person, people: People) -> None:
    cy = await people.colleague(ana, "Cy", "admin")
    assert (await bo.patch(f"/users/{vic.id}", role="admin")).status_code == 200
    assert (await bo.patch(f"/users/{vic.id}", role="member", active=False)).status_code == 200
    assert (await bo.patch(f"/users/{cy.id}", role="viewer")).status_code == 200
    for change in ({"role": "admin"}, {"active": False}):
        assert refusal(await bo.patch(f"/users/{ana.id}", **change)) in {(403, "owners_only"), (409, "last_owner")}
    assert refusal(await bo.patch(f"/users/{cy.id}", role="owner")) == (403, "owners_only")
    oz = await people.colleague(ana, "Oz", "owner")
    for change in ({"role": "admin"}, {"active": False}):
        assert refusal(await bo.patch(f"/users/{oz.id}", **change)) == (403, "owners_only")
    await ana.patch(f"/users/{oz.id}", active=False)
    assert refusal(await bo.patch(f"/users/{oz.id}", active=True)) == (403, "owners_only")


async def test_only_admins_manage(ana: Person, bo: Person, people: People) -> None:
    mo = await people.colleague(ana, "Mo", "member")
    assert (await mo.patch(f"/users/{bo.id}", role="viewer")).status_code == 403
    assert (await mo.patch(f"/users/{mo.id}", role="admin")).status_code == 403


async def test_nobody_changes_their_own_standing(ana: Person, bo: Person) -> None:
    for change in ({"role": "owner"}, {"role": "viewer"}, {"active": False}):
        assert refusal(await bo.patch(f"/users/{bo.id}", **change)) == (403, "own_membership")
    assert (await bo.patch(f"/users/{bo.id}", role="admin", active=True)).status_code == 200, "that changes nothing"


async def test_an_owner_may_step_down_while_another_stands(ana: Person, bo: Person) -> None:
    for change in ({"role": "admin"}, {"active": False}):
        assert refusal(await ana.patch(f"/users/{ana.id}", **change)) == (409, "last_owner")
    await ana.patch(f"/users/{bo.id}", role="owner")
    assert refusal(await ana.patch(f"/users/{ana.id}", active=False)) == (403, "own_membership")
    assert (await ana.patch(f"/users/{ana.id}", role="admin")).json()["role"] == "admin"
    assert refusal(await ana.patch(f"/users/{bo.id}", role="admin")) == (409, "last_owner")


async def test_two_owners_who_demote_each_other_at_once_leave_one(ana: Person, people: People) -> None:
    oz = await people.colleague(ana, "Oz", "owner")
    answers = await asyncio.gather(
        ana.patch(f"/users/{oz.id}", role="viewer"), oz.patch(f"/users/{ana.id}", role="viewer")
    )
    assert sorted(answer.status_code for answer in answers) in ([200, 409], [200, 403])
    standing = await roles(ana)
    assert [name for name, (role, _) in standing.items() if role == "owner"] in (["Ana"], ["Oz"])


@pytest.mark.parametrize("change", [{"role": "viewer"}, {"active": False}])
async def test_all_owners_who_go_at_once_leave_one(ana: Person, people: People, change: dict[str, object]) -> None:
    owners = [ana, *[await people.colleague(ana, name, "owner") for name in ("Ob", "Oc", "Od")]]
    await asyncio.gather(
        *(a.patch(f"/users/{b.id}", **change) for a, b in zip(owners, [*owners[1:], owners[0]], strict=True))
    )
    found = [await owner.get("/users", include_inactive=True) for owner in owners]
    users = next(answer.json()["items"] for answer in found if answer.status_code == 200)
    assert [user for user in users if user["role"] == "owner" and user["active"]]


@pytest.mark.parametrize("body", [{"role": "king"}, {"active": "perhaps"}, {"email": "x@example.org"}])
async def test_what_does_not_fit_is_named(ana: Person, bo: Person, body: dict[str, str]) -> None:
    answer = await ana.patch(f"/users/{bo.id}", **body)
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == set(body)


class TestDeactivation:
    async def test_ends_every_session_there_for_good(self, ana: Person, bo: Person, http: httpx.AsyncClient) -> None:
        """Who comes back signs in anew: the reason may have been a laptop that was stolen."""
        await ana.patch(f"/users/{bo.id}", active=False)
        refresh = {"refresh_token": bo.refresh_token}
        assert (await bo.get("/alerts")).status_code == 401
        assert refusal(await http.post(f"{API}/auth/refresh", json=refresh)) == (401, "session_ended")
        await ana.patch(f"/users/{bo.id}", active=True)
        assert refusal(await http.post(f"{API}/auth/refresh", json=refresh)) == (401, "session_ended")
        login = {"email": bo.email, "password": PASSWORD, "organization_id": str(ana.org_id)}
        assert (await http.post(f"{API}/auth/login", json=login)).status_code == 200

    async def test_leaves_other_organizations_alone(self, ana: Person, bo: Person, http: httpx.AsyncClient) -> None:
        own = (await http.post(f"{API}/auth/login", json={"email": bo.email, "password": PASSWORD})).json()
        await ana.patch(f"/users/{bo.id}", active=False)
        renewed = await http.post(f"{API}/auth/refresh", json={"refresh_token": own["refresh_token"]})
        assert renewed.status_code == 200
        back = {"refresh_token": renewed.json()["refresh_token"], "organization_id": str(ana.org_id)}
        assert (await http.post(f"{API}/auth/switch", json=back)).status_code == 404

    async def test_takes_the_live_feed_from_a_ticket_that_was_given_before(
        self, ana: Person, bo: Person, pulsar: Pulsar
    ) -> None:
        ticket = (await bo.makes("/ws/ticket"))["ticket"]
        await ana.patch(f"/users/{bo.id}", active=False)
        async with pulsar.db.without_org() as tx:
            caller = await tickets.redeem(tx, ticket)
        assert caller
        with pytest.raises(NotSignedIn):
            async with entered(pulsar, caller, Role.VIEWER):
                pass
        assert (await bo.post("/ws/ticket")).status_code == 401

    async def test_kills_the_links_in_pages_that_were_sent(
        self, ana: Person, bo: Person, engine: Engine, mail: Mailbox, http: httpx.AsyncClient
    ) -> None:
        await mail_channel(ana, mail)
        await ladder(ana, level(0, bo))
        alert = await ana.makes("/alerts", message="Disk full")
        await engine.settle()
        path = mail.to(bo)[0].acknowledge_path
        await ana.patch(f"/users/{bo.id}", active=False)
        assert (await http.get(path)).status_code == 410
        assert (await http.post(path)).status_code == 410
        assert (await ana.has(f"/alerts/{alert['id']}"))["status"] == "open"

    async def test_is_seen_in_the_teams(self, ana: Person, bo: Person) -> None:
        team = await ana.makes("/teams", name="Database")
        added = await ana.makes(f"/teams/{team['id']}/members", user_id=str(bo.id))
        assert added["active"] is True
        await ana.patch(f"/users/{bo.id}", active=False)
        assert [m["active"] for m in (await ana.has(f"/teams/{team['id']}"))["members"]] == [False]
        promoted = await ana.patch(f"/teams/{team['id']}/members/{bo.id}", role="lead")
        assert promoted.json()["active"] is False
        assert UUID(promoted.json()["user_id"]) == bo.id
