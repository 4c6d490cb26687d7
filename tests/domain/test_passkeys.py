"""Passkeys: added, used in the place of a password or beside one, and refused when anything about them is not right."""

from typing import Any

import httpx
import pytest

from tests.domain.authenticator import SoftPasskey, decoded, encoded
from tests.domain.test_second_factors import challenge, second
from tests.domain.test_signing_in import audited, login
from tests.world import API, Person, person_of


async def added(who: Person, passkey: SoftPasskey, name: str = "Laptop") -> dict[str, Any]:
    asked = await who.makes("/auth/passkeys/options")
    credential = passkey.create(asked["public_key"])
    made: dict[str, Any] = await who.makes(
        "/auth/passkeys", name=name, challenge=asked["challenge"], credential=credential
    )
    return made


async def asked(http: httpx.AsyncClient) -> dict[str, Any]:
    body: dict[str, Any] = (await http.post(f"{API}/auth/passkey/options")).json()
    return body


async def enter(http: httpx.AsyncClient, token: str, credential: dict[str, Any]) -> httpx.Response:
    return await http.post(f"{API}/auth/passkey", json={"challenge": token, "credential": credential})


class TestPasskeys:
    async def test_sign_in_without_a_password(self, browser: httpx.AsyncClient, ana: Person) -> None:
        passkey = SoftPasskey()
        made = await added(ana, passkey)
        assert (made["name"], len(made["recovery_codes"])) == ("Laptop", 10)
        options = await asked(browser)
        assert "allowCredentials" not in options["public_key"] or not options["public_key"]["allowCredentials"]
        answer = await enter(browser, options["challenge"], passkey.get(options["public_key"]))
        assert answer.status_code == 200
        assert person_of(browser, answer.json()).id == ana.id
        assert (await audited(ana, "user.signed_in"))[0]["data"]["method"] == "passkey"

    async def test_are_a_second_factor(self, http: httpx.AsyncClient, ana: Person) -> None:
        passkey = SoftPasskey(verifies=False)
        await added(ana, passkey)
        token = await challenge(http, ana)
        options = (await http.post(f"{API}/auth/second-factor/passkey", json={"challenge": token})).json()
        assert [one["id"] for one in options["public_key"]["allowCredentials"]] == [encoded(passkey.id)]
        credential = passkey.get(options["public_key"])
        assert (await second(http, token, credential=credential)).status_code == 200
        assert (await audited(ana, "user.signed_in"))[0]["data"]["method"] == "password+passkey"

    async def test_what_was_signed_is_good_once(self, http: httpx.AsyncClient, ana: Person) -> None:
        """S16: not again with its challenge, and not with another."""
        passkey = SoftPasskey()
        await added(ana, passkey)
        options = await asked(http)
        credential = passkey.get(options["public_key"])
        assert (await enter(http, options["challenge"], credential)).status_code == 200
        assert (await enter(http, options["challenge"], credential)).status_code == 410
        assert (await enter(http, (await asked(http))["challenge"], credential)).status_code == 401

    async def test_a_second_try_wants_a_new_signature(self, http: httpx.AsyncClient, ana: Person) -> None:
        passkey = SoftPasskey()
        await added(ana, passkey)
        token = await challenge(http, ana)
        asking = {"challenge": token}
        options = (await http.post(f"{API}/auth/second-factor/passkey", json=asking)).json()["public_key"]
        assert (await second(http, token, code="000000")).status_code == 401
        assert (await second(http, token, credential=passkey.get(options))).status_code == 401
        options = (await http.post(f"{API}/auth/second-factor/passkey", json=asking)).json()["public_key"]
        assert (await second(http, token, credential=passkey.get(options))).status_code == 200

    @pytest.mark.parametrize(
        "wrong",
        ["another site", "nobody looked", "a counter that went back", "another key", "a changed signature", "nonsense"],
    )
    async def test_are_refused_when_anything_is_not_right(
        self, wrong: str, http: httpx.AsyncClient, ana: Person
    ) -> None:
        """S16."""
        passkey = SoftPasskey(count=5)
        await added(ana, passkey)
        options = await asked(http)
        if wrong == "another site":
            passkey.origin = "https://pulsar.example.net"
        if wrong == "nobody looked":
            passkey.verifies = False
        if wrong == "a counter that went back":
            passkey.count = 3
        if wrong == "another key":
            passkey.key = SoftPasskey().key
        credential = passkey.get(options["public_key"])
        if wrong == "a changed signature":
            bits = bytearray(decoded(credential["response"]["signature"]))
            bits[-1] ^= 1
            credential["response"]["signature"] = encoded(bytes(bits))
        if wrong == "nonsense":
            credential = {"id": "é", "response": {"signature": 7}}
        assert (await enter(http, options["challenge"], credential)).status_code == 401

    async def test_of_another_person_is_no_second_factor_of_yours(
        self, http: httpx.AsyncClient, ana: Person, eve: Person
    ) -> None:
        """C18: whose object it is is looked at, too."""
        mine, hers = SoftPasskey(), SoftPasskey()
        await added(ana, mine)
        await added(eve, hers)
        token = await challenge(http, ana)
        options = (await http.post(f"{API}/auth/second-factor/passkey", json={"challenge": token})).json()
        assert (await second(http, token, credential=hers.get(options["public_key"]))).status_code == 401

    async def test_are_listed_named_and_removed_by_whose_they_are(
        self, http: httpx.AsyncClient, ana: Person, bo: Person
    ) -> None:
        made = await added(ana, SoftPasskey())
        path = f"/auth/passkeys/{made['id']}"
        assert [one["name"] for one in (await ana.has("/auth/passkeys"))["items"]] == ["Laptop"]
        for answer in (await bo.patch(path, name="Mine"), await bo.delete(path)):
            assert answer.status_code == 404
        assert (await ana.patch(path, name="Old laptop")).json()["name"] == "Old laptop"
        assert (await ana.delete(path)).status_code == 204
        assert (await login(http, ana)).status_code == 200
        assert (await ana.has("/auth/passkeys"))["items"] == []

    async def test_cannot_be_added_twice_or_for_another_site(self, ana: Person, eve: Person) -> None:
        passkey = SoftPasskey()
        await added(ana, passkey)
        options = await eve.makes("/auth/passkeys/options")
        body = {"name": "Stolen", "challenge": options["challenge"]}
        twice = await eve.post("/auth/passkeys", **body, credential=passkey.create(options["public_key"]))
        assert (twice.status_code, twice.json()["code"]) == (409, "passkey_there")
        elsewhere = SoftPasskey(origin="https://pulsar.example.net").create(options["public_key"])
        assert (await eve.post("/auth/passkeys", **body, credential=elsewhere)).json()["code"] == "not_signed"
        of_ana = await ana.makes("/auth/passkeys/options")
        crossed = SoftPasskey().create(of_ana["public_key"])
        answer = await eve.post("/auth/passkeys", name="x", challenge=of_ana["challenge"], credential=crossed)
        assert answer.status_code == 410
