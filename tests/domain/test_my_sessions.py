"""Where somebody is signed in, how that is ended, and an organization that asks everybody for a second factor."""

import httpx

from tests.domain.test_second_factors import enrolled
from tests.domain.test_signing_in import audited, login
from tests.world import API, PASSWORD, People, Person, person_of


class TestSessions:
    async def test_are_listed_with_what_is_known_of_them(self, http: httpx.AsyncClient, ana: Person) -> None:
        await login(http, ana)
        found = (await ana.has("/auth/sessions"))["items"]
        assert [(one["device"], one["current"]) for one in found] == [
            ("A telephone/1.0", False),
            (found[1]["device"], True),
        ]
        assert (found[0]["address"], found[0]["method"], found[0]["organization"]) == ("127.0.0.1", "password", "Ana's")

    async def test_one_is_ended_at_once_by_whose_it_is(
        self, http: httpx.AsyncClient, ana: Person, bo: Person, eve: Person
    ) -> None:
        """C8, C18."""
        other = person_of(http, (await login(http, ana)).json())
        path = f"/auth/sessions/{(await ana.has('/auth/sessions'))['items'][0]['id']}"
        for stranger in (bo, eve):
            assert (await stranger.delete(path)).status_code == 404
        assert (await other.get("/alerts")).status_code == 200
        assert (await ana.delete(path)).status_code == 204
        assert (await other.get("/alerts")).status_code == 401
        refreshed = await http.post(f"{API}/auth/refresh", json={"refresh_token": other.refresh_token})
        assert refreshed.status_code == 401
        assert (await ana.delete(path)).status_code == 404, "it has ended"
        assert (await audited(bo, "user.sessions_ended"))[0]["data"] == {"reason": "revoked", "count": 1}

    async def test_all_others_are_ended_in_one_press(self, http: httpx.AsyncClient, ana: Person) -> None:
        others = [person_of(http, (await login(http, ana)).json()) for _ in range(3)]
        assert (await ana.makes("/auth/sessions/end-others")) == {"ended": 3}
        assert {(await other.get("/alerts")).status_code for other in others} == {401}
        assert (await ana.get("/alerts")).status_code == 200


class TestARequiredSecondFactor:
    async def test_is_asked_for_by_who_has_one(self, ana: Person) -> None:
        """Nobody locks themselves out."""
        body = {"second_factor_required": True}
        refused = await ana.request("PUT", "/organizations/current/sign-in", json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "own_factor_first")
        await enrolled(ana)
        answer = await ana.request("PUT", "/organizations/current/sign-in", json=body)
        assert (answer.status_code, answer.json()["members_without"]) == (200, 0)
        (event,) = await audited(ana, "organization.second_factor_changed")
        assert event["changes"] == {"second_factor_required": {"before": False, "after": True}}

    async def test_leaves_members_without_one_nothing_but_to_add_one(
        self, people: People, ana: Person, bo: Person, vic: Person
    ) -> None:
        key = (await ana.makes("/api-keys", name="CI", scopes=["read"]))["key"]
        await enrolled(ana)
        asked = await ana.request("PUT", "/organizations/current/sign-in", json={"second_factor_required": True})
        assert {one["name"] for one in asked.json()["without"]} == {"Bo", "Vic"}
        for path in ("/alerts", "/users", "/organizations/current/sign-in"):
            refused = await bo.get(path)
            assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_missing"), path
        assert (await bo.post("/ws/ticket")).status_code == 403
        for path in ("/auth/me", "/auth/security", "/auth/sessions", "/auth/passkeys"):
            assert (await bo.get(path)).status_code == 200, path
        await enrolled(bo)
        assert (await bo.get("/alerts")).status_code == 200
        by_key = await ana.http.get(f"{API}/alerts", headers={"X-API-Key": key})
        assert by_key.status_code == 200, "scripts are not people"

    async def test_is_for_admins_to_ask_and_for_no_key(self, ana: Person, vic: Person) -> None:
        key = (await ana.makes("/api-keys", name="CI", scopes=["admin"]))["key"]
        body = {"second_factor_required": True}
        assert (await vic.request("PUT", "/organizations/current/sign-in", json=body)).status_code == 403
        by_key = await ana.http.put(f"{API}/organizations/current/sign-in", json=body, headers={"X-API-Key": key})
        assert (by_key.status_code, by_key.json()["code"]) == (403, "needs_person")

    async def test_whoever_has_one_cannot_come_in_by_an_invitation_alone(
        self, http: httpx.AsyncClient, ana: Person, eve: Person
    ) -> None:
        """C15: another way in asks for the same."""
        await enrolled(eve)
        link = (await ana.makes("/invitations", email=eve.email))["link"]
        body = {"token": link.partition("#")[2], "password": PASSWORD}
        refused = await http.post(f"{API}/invitations/accept", json=body)
        assert (refused.status_code, refused.json()["code"]) == (403, "sign_in_first")
        assert (await eve.post("/invitations/accept", token=body["token"])).status_code == 200
