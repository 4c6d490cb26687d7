"""Single sign-on against a provider that can lie: who comes in, who does not, and where a session by it ends."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.domain.signing_on import Visitor, configured, reason, slug_of
from tests.oidc.forger import STRANGERS_KEY, Forger, unsigned
from tests.receiver import Receiver
from tests.world import API, PASSWORD, Clock, People, Person


@pytest_asyncio.fixture
async def forger() -> AsyncIterator[Forger]:
    server = Receiver()
    await server.start()
    yield Forger(server)
    await server.stop()
    assert server.complaints == []


@pytest_asyncio.fixture
async def other() -> AsyncIterator[Forger]:
    """Another organization's provider."""
    server = Receiver()
    await server.start()
    yield Forger(server)
    await server.stop()


async def came_in(http: httpx.AsyncClient, forger: Forger, slug: str, **claims: Any) -> tuple[str, Visitor]:
    """Where they end, and their browser."""
    forger.claims = claims
    visitor = Visitor(http)
    return await visitor.come_back(forger.sign_in(await visitor.begin(slug))), visitor


async def test_who_comes_for_the_first_time_becomes_a_member_and_is_the_same_one_the_next_time(
    http: httpx.AsyncClient, ana: Person, forger: Forger
) -> None:
    await configured(ana, forger.settings(makes_members=True, new_role="viewer"))
    slug = await slug_of(ana)
    place, visitor = await came_in(http, forger, slug)
    assert place == "/"
    gil = await visitor.person()
    me = await gil.has("/auth/me")
    assert me["user"]["email"] == forger.gil
    assert (me["organization"]["role"], me["organization"]["slug"]) == ("viewer", slug)
    # The address may change; the subject is who they are.
    _, again = await came_in(http, forger, slug, email="gil.newton@example.org")
    assert (await again.person()).id == gil.id
    seen = {one["full_name"]: one["last_seen"] for one in (await ana.has("/users"))["items"]}
    assert (seen["Gil"]["method"], seen["Ana"]["method"]) == ("sso", "password")
    assert {one["last_seen"] for one in (await gil.has("/users"))["items"]} == {None}
    identities = await ana.has("/sso/identities")
    assert [(i["user"]["id"], i["email"]) for i in identities["items"]] == [(str(gil.id), "gil.newton@example.org")]


async def test_a_member_is_linked_by_an_address_that_the_provider_has_verified(
    http: httpx.AsyncClient, ana: Person, bo: Person, forger: Forger
) -> None:
    await configured(ana, forger.settings())
    slug = await slug_of(ana)
    place, _ = await came_in(http, forger, slug, email=bo.email, email_verified=False)
    assert reason(place) == "email_unverified"
    place, visitor = await came_in(http, forger, slug, email=bo.email.upper())
    assert place == "/"
    assert (await visitor.person()).id == bo.id
    # The address passes to somebody else at the provider: they are not Bo.
    place, _ = await came_in(http, forger, slug, email=bo.email, sub="gil-2")
    assert reason(place) == "somebody_else"


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"email": None}, "email_missing"),
        ({"email_verified": None}, "email_unverified"),
        ({"email_verified": "no"}, "email_unverified"),
        ({"email": "gil@example.com"}, "foreign_domain"),
        ({"email": "gil@example.org.evil.test"}, "foreign_domain"),
        ({}, "not_invited"),
    ],
)
async def test_who_may_not_come_in_reads_why(
    http: httpx.AsyncClient, ana: Person, forger: Forger, claims: dict[str, Any], why: str
) -> None:
    await configured(ana, forger.settings())
    forger.person = {"sub": "gil-1"}
    place, visitor = await came_in(http, forger, await slug_of(ana), **claims)
    assert reason(place) == why
    assert "pulsar_refresh" not in visitor.cookies


FORGED: dict[str, dict[str, Any]] = {
    "for another client": {"aud": "somebody"},
    "for another client as well": {"aud": ["pulsar", "somebody"]},
    "meant for another": {"azp": "somebody"},
    "of another sign-in": {"nonce": "another"},
    "of no sign-in": {"nonce": None},
    "by another issuer": {"iss": "https://evil.test"},
    "expired": {"iat": 1_700_000_000, "exp": 1_700_000_300},
    "good for ever": {"exp": None},
    "from the future": {"iat": 4_000_000_000, "exp": 4_000_000_300},
    "about nobody": {"sub": None},
    "about an empty name": {"sub": ""},
    "for another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


@pytest.mark.parametrize("forgery", FORGED)
async def test_a_forged_token_lets_nobody_in(
    http: httpx.AsyncClient, ana: Person, forger: Forger, forgery: str
) -> None:
    await configured(ana, forger.settings(makes_members=True))
    place, visitor = await came_in(http, forger, await slug_of(ana), **FORGED[forgery])
    assert reason(place) == "provider_broken"
    assert "pulsar_refresh" not in visitor.cookies


async def test_a_token_is_signed_by_the_providers_own_key_and_by_no_key_that_we_have_too(
    http: httpx.AsyncClient, ana: Person, forger: Forger
) -> None:
    await configured(ana, forger.settings(makes_members=True))
    slug = await slug_of(ana)
    for alg in ("none", "None", "HS256"):
        visitor = Visitor(http)
        url = forger.sign_in(await visitor.begin(slug))
        forger.token = unsigned(forger.honest(forger.last_nonce), alg)
        assert reason(await visitor.come_back(url)) == "provider_broken"
    forger.token, forger.key = "", STRANGERS_KEY
    place, _ = await came_in(http, forger, slug)
    assert reason(place) == "provider_broken"


async def test_providers_are_not_mixed_up(
    http: httpx.AsyncClient, ana: Person, eve: Person, forger: Forger, other: Forger
) -> None:
    """A code of one provider is never brought to another (RFC 9700, 4.4)."""
    await configured(ana, forger.settings(makes_members=True))
    await configured(eve, other.settings(makes_members=True))
    anas, eves = await slug_of(ana), await slug_of(eve)
    visitor = Visitor(http)
    honest = forger.sign_in(await visitor.begin(anas))
    # Eve's provider sends the browser on with what Ana's has answered.
    other_visitor = Visitor(http)
    begun = other.sign_in(await other_visitor.begin(eves))
    stolen = begun.partition("?")[0] + "?" + honest.partition("?")[2]
    assert reason(await other_visitor.come_back(stolen)) == "flow_lost"
    assert reason(await Visitor(http, {**other_visitor.cookies}).come_back(honest)) == "flow_lost"
    assert not [request for request in other.asked if request.path == "/token"]
    # And one that says of itself who it is must be the one that was asked.
    forger.metadata = {"authorization_response_iss_parameter_supported": True}
    for said in ({}, {"iss": other.issuer}):
        visitor = Visitor(http)
        place = await visitor.come_back(forger.sign_in(await visitor.begin(anas), **said))
        assert reason(place) == "provider_broken"
    visitor = Visitor(http)
    assert await visitor.come_back(forger.sign_in(await visitor.begin(anas), iss=forger.issuer)) == "/"


async def test_a_sign_in_ends_in_the_browser_that_began_it_and_within_ten_minutes(
    http: httpx.AsyncClient, ana: Person, forger: Forger, clock: Clock
) -> None:
    await configured(ana, forger.settings(makes_members=True))
    slug = await slug_of(ana)
    eves = forger.sign_in(await Visitor(http).begin(slug))
    assert reason(await Visitor(http).come_back(eves)) == "flow_lost"
    late = Visitor(http)
    url = forger.sign_in(await late.begin(slug))
    clock.pass_time(timedelta(minutes=11))
    assert reason(await late.come_back(url)) == "flow_lost"


async def test_another_site_signs_nobody_in_unasked(http: httpx.AsyncClient, ana: Person, forger: Forger) -> None:
    await configured(ana, forger.settings())
    found = await http.post(f"{API}/auth/sso/find", json={"organization": await slug_of(ana)})
    answer = await Visitor(http).visit(found.json()["url"], **{"sec-fetch-site": "cross-site"})
    assert reason(str(answer.headers["location"]).removeprefix("http://pulsar.test")) == "begin_again"
    assert "set-cookie" not in answer.headers


async def test_where_one_wanted_to_go_is_in_the_console_and_nowhere_else(
    http: httpx.AsyncClient, ana: Person, forger: Forger
) -> None:
    await configured(ana, forger.settings(makes_members=True))
    slug = await slug_of(ana)
    for then, place in (("/alerts%3Fq%3D1", "/alerts?q=1"), ("//evil.test", "/"), ("https://evil.test", "/")):
        visitor = Visitor(http)
        assert await visitor.come_back(forger.sign_in(await visitor.begin(slug, then))) == place


async def test_an_account_of_other_organizations_is_not_taken_in_on_a_providers_word(
    http: httpx.AsyncClient, ana: Person, eve: Person, forger: Forger
) -> None:
    """Eve's organization is another: whoever runs Ana's provider can say that somebody is Eve, and is not believed."""
    await configured(ana, forger.settings(makes_members=True))
    place, visitor = await came_in(http, forger, await slug_of(ana), email=eve.email)
    assert reason(place) == "account_elsewhere"
    assert "pulsar_refresh" not in visitor.cookies
    assert (await ana.has("/users"))["total"] == 1


async def test_a_session_by_single_sign_on_is_good_in_its_own_organization_only(
    http: httpx.AsyncClient, people: People, ana: Person, forger: Forger
) -> None:
    """Bo has an organization of his own as well. Whoever runs Ana's provider gets nowhere near it."""
    bo = await people.founder("Bo")
    own = bo.org_id
    invitation = await ana.makes("/invitations", email=bo.email, role="member")
    secret = invitation["link"].partition("#")[2]
    assert (await http.post(f"{API}/invitations/accept", json={"token": secret, "password": PASSWORD})).is_success
    await configured(ana, forger.settings())
    place, visitor = await came_in(http, forger, await slug_of(ana), email=bo.email)
    assert place == "/"
    by_sso = await visitor.person()
    me = await by_sso.has("/auth/me")
    assert [o["id"] for o in me["organizations"]] == [str(ana.org_id)]
    body = {"organization_id": str(own), "refresh_token": by_sso.refresh_token}
    switched = await http.post(f"{API}/auth/switch", json=body)
    assert (switched.status_code, switched.json()["code"]) == (403, "bound_to_organization")
    # And his account is the same everywhere, so it is not changed from there.
    renamed = await by_sso.patch("/auth/me", full_name="Mallory")
    assert (renamed.status_code, renamed.json()["code"]) == (403, "bound_to_organization")
    founded = await by_sso.post("/organizations", name="Mallory's")
    assert (founded.status_code, founded.json()["code"]) == (403, "bound_to_organization")
    # Nor how he signs in, for which he has to show that he is Bo; and his other sessions are not theirs to see.
    enrolled = await by_sso.post("/auth/totp")
    assert (enrolled.status_code, enrolled.json()["code"]) == (403, "proof_needed")
    seen = await by_sso.has("/auth/sessions")
    assert {session["organization"] for session in seen["items"]} == {"Ana's"}
    assert (await bo.get("/auth/me")).is_success


async def test_when_it_is_required_members_come_in_by_nothing_else_and_owners_still_can(
    http: httpx.AsyncClient, ana: Person, bo: Person, forger: Forger
) -> None:
    connection = await configured(ana, forger.settings())
    slug = await slug_of(ana)
    strict = {**forger.settings(required=True), "client_secret": None}
    refused = await ana.request("PUT", "/sso", json=strict | {"version": connection["version"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "never_used")
    await came_in(http, forger, slug, email=bo.email)
    await configured(ana, strict | {"version": connection["version"]})
    # Bo's session by password is over, and he gets no other.
    assert (await bo.get("/auth/me")).status_code == 401
    for path, body in (
        ("/auth/refresh", {"refresh_token": bo.refresh_token}),
        ("/auth/login", {"email": bo.email, "password": PASSWORD, "organization_id": str(ana.org_id)}),
    ):
        answer = await http.post(API + path, json=body)
        assert answer.status_code in (401, 403), path
    assert (answer.json()["code"], answer.json()["organization"]) == ("single_sign_on_needed", slug)
    # His own organization is not Ana's to lock.
    assert (await http.post(f"{API}/auth/login", json={"email": bo.email, "password": PASSWORD})).is_success
    assert (await http.post(f"{API}/auth/login", json={"email": ana.email, "password": PASSWORD})).is_success
    assert (await ana.get("/auth/me")).is_success
    place, visitor = await came_in(http, forger, slug, email=bo.email)
    assert (place, (await visitor.person()).id) == ("/", bo.id)


async def test_an_invited_account_comes_in_where_it_is_required_and_then_signs_in_by_it(
    http: httpx.AsyncClient, people: People, ana: Person, bo: Person, forger: Forger
) -> None:
    await configured(ana, forger.settings())
    slug = await slug_of(ana)
    await came_in(http, forger, slug, email=bo.email)
    await configured(ana, {**forger.settings(required=True), "client_secret": None})
    gil = await people.founder("Gil")
    secret = (await ana.makes("/invitations", email=gil.email, role="member"))["link"].partition("#")[2]
    answer = await http.post(f"{API}/invitations/accept", json={"token": secret, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (403, "single_sign_on_needed")
    place, _ = await came_in(http, forger, slug, email=gil.email, sub="gil-9")
    assert place == "/"


async def test_the_providers_groups_decide_the_role_and_never_make_an_owner(
    http: httpx.AsyncClient, ana: Person, forger: Forger
) -> None:
    roles = {"ops": "member", "leads": "admin"}
    await configured(ana, forger.settings(makes_members=True, new_role="viewer", role_claim="groups", role_map=roles))
    slug = await slug_of(ana)
    for groups, role in ((["ops", "leads", "owner"], "admin"), ("ops", "member"), (["none"], "member")):
        _, visitor = await came_in(http, forger, slug, groups=groups)
        assert (await (await visitor.person()).has("/auth/me"))["organization"]["role"] == role
    _, visitor = await came_in(http, forger, slug, sub="ana-1", email=ana.email, groups=["ops"])
    assert (await (await visitor.person()).has("/auth/me"))["organization"]["role"] == "owner"
    owner = {**forger.settings(), "role_claim": "groups", "role_map": {"ops": "owner"}}
    assert (await ana.request("PUT", "/sso", json=owner)).status_code == 422


async def test_who_is_deactivated_does_not_come_back_by_it(
    http: httpx.AsyncClient, ana: Person, bo: Person, forger: Forger
) -> None:
    await configured(ana, forger.settings(makes_members=True))
    slug = await slug_of(ana)
    await came_in(http, forger, slug, email=bo.email)
    await ana.patch(f"/users/{bo.id}", active=False)
    for sub in ("gil-1", "gil-2"):
        place, _ = await came_in(http, forger, slug, email=bo.email, sub=sub)
        assert reason(place) in ("deactivated", "somebody_else")


async def test_sessions_end_with_the_connection_and_with_the_link(
    http: httpx.AsyncClient, ana: Person, bo: Person, forger: Forger, other: Forger
) -> None:
    await configured(ana, forger.settings())
    slug = await slug_of(ana)
    _, visitor = await came_in(http, forger, slug, email=bo.email)
    identity = (await ana.has("/sso/identities"))["items"][0]
    assert (await ana.delete(f"/sso/identities/{identity['id']}")).status_code == 204
    assert (await visitor.refresh()).status_code == 401
    _, visitor = await came_in(http, forger, slug, email=bo.email)
    await configured(ana, other.settings())
    assert (await visitor.refresh()).status_code == 401
    _, visitor = await came_in(http, other, slug, email=bo.email)
    assert (await ana.delete("/sso")).status_code == 204
    assert (await visitor.refresh()).status_code == 401
    assert (await bo.get("/auth/me")).is_success


async def test_the_secret_is_never_shown_and_never_goes_to_another_provider_than_it_was_entered_for(
    ana: Person, bo: Person, vic: Person, forger: Forger, other: Forger
) -> None:
    """Only owners set it up: whoever names the provider can be anybody in the organization."""
    assert (await bo.request("PUT", "/sso", json=forger.settings())).status_code == 403
    await configured(ana, forger.settings())
    for person, status in ((ana, 200), (bo, 200), (vic, 403)):
        answer = await person.get("/sso")
        assert answer.status_code == status
        assert forger.settings()["client_secret"] not in answer.text
    assert forger.settings()["client_secret"] not in (await ana.get("/audit")).text
    elsewhere = {**other.settings(), "client_secret": None}
    for method, path in (("PUT", "/sso"), ("POST", "/sso/test")):
        body = elsewhere if method == "PUT" else {name: elsewhere[name] for name in ("issuer", "client_id")}
        answer = await ana.request(method, path, json=body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "client_secret")
    assert other.asked == []


async def test_a_provider_inside_of_the_network_is_not_asked(ana: Person, http: httpx.AsyncClient) -> None:
    """Neither by the test nor at a sign-in (CVE-2024-5526)."""
    body = {"issuer": "http://169.254.169.254", "client_id": "x", "client_secret": "y"}
    found = (await ana.makes("/sso/test", **body))["items"]
    assert [finding["verdict"] for finding in found] == ["bad"]
    assert "is not an address of the public internet" in found[0]["text"]
    await configured(ana, body | {"domains": ["example.org"]})
    answer = await http.post(f"{API}/auth/sso/find", json={"organization": await slug_of(ana)})
    assert reason(await Visitor(http).come_back(answer.json()["url"])) == "provider_broken"


async def test_of_what_has_none_no_more_is_said_than_of_what_there_is_not(
    http: httpx.AsyncClient, ana: Person, forger: Forger
) -> None:
    slug = await slug_of(ana)
    asked: list[dict[str, str]] = [{"organization": slug}, {"organization": "nobody-123"}, {"email": ana.email}]
    answers = [await http.post(f"{API}/auth/sso/find", json=body) for body in asked]
    assert {(a.status_code, a.json()["detail"]) for a in answers} == {
        (404, "No single sign-on is set up for this organization or address.")
    }
    await configured(ana, forger.settings(enabled=False))
    assert (await http.post(f"{API}/auth/sso/find", json={"organization": slug})).status_code == 404
