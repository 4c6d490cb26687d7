"""Setting single sign-on up: against a certified provider, and a DNS that shows whose a domain is."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import dns.message
import dns.rrset
import httpx
import pytest_asyncio

from pulsar.sso import domains
from tests.domain.signing_on import Visitor, configured, reason, slug_of
from tests.oidc import provider
from tests.oidc.provider import Oidc
from tests.world import API, Person


@pytest_asyncio.fixture(scope="module")
async def oidc() -> AsyncIterator[Oidc]:
    running = await provider.start()
    yield running
    await running.stop()


class Dns(asyncio.DatagramProtocol):
    """A DNS server with TXT records that the test writes."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.port: int = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: Any) -> None:
        query = dns.message.from_wire(data)
        answer = dns.message.make_response(query)
        name = query.question[0].name
        if text := self.texts.get(name.to_text(omit_final_dot=True)):
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", f'"{text}"'))
        self.transport.sendto(answer.to_wire(), addr)


@pytest_asyncio.fixture
async def nameserver() -> AsyncIterator[Dns]:
    transport, server = await asyncio.get_running_loop().create_datagram_endpoint(Dns, local_addr=("127.0.0.1", 0))
    with domains.asking("127.0.0.1", server.port):
        yield server
    transport.close()


async def client_for(ana: Person, oidc: Oidc) -> dict[str, str]:
    return await oidc.client((await ana.has("/sso"))["redirect_uri"])


async def test_somebody_comes_in_by_a_certified_provider(http: httpx.AsyncClient, ana: Person, oidc: Oidc) -> None:
    roles = {"role_claim": "groups", "role_map": {"leads": "admin"}}
    settings = {**await client_for(ana, oidc), "domains": ["example.org"], "makes_members": True, **roles}
    await configured(ana, settings)
    slug = await slug_of(ana)
    who = f"email=gil-{ana.id.hex}@example.org&name=Gil+Newton&groups=ops+leads"
    visitor = Visitor(http)
    assert await visitor.come_back(await oidc.sign_in(await visitor.begin(slug), who)) == "/"
    gil = await visitor.person()
    me = await gil.has("/auth/me")
    assert (gil.name, me["organization"]["role"]) == ("Gil Newton", "admin")
    visitor = Visitor(http)
    place = await visitor.come_back(await oidc.sign_in(await visitor.begin(slug), f"{who}&email_verified=false&x=1"))
    assert reason(place) == "email_unverified"


async def test_the_test_says_what_is_wrong_with_the_settings_in_plain_words(ana: Person, oidc: Oidc) -> None:
    good = await client_for(ana, oidc)

    async def found(**changed: str) -> dict[str, tuple[str, str]]:
        answer = await ana.makes("/sso/test", **good | changed)
        return {finding["check"]: (finding["verdict"], finding["text"]) for finding in answer["items"]}

    assert {verdict for verdict, _ in (await found()).values()} == {"good"}
    assert "exactly as it does" in (await found(issuer=f"{oidc.issuer}/"))["discovery"][1]
    verdict, text = (await found(client_secret="wrong"))["client"]
    assert (verdict, text.partition(".")[0]) == ("bad", "It does not know this client id with this secret")
    elsewhere = await oidc.client("http://pulsar.test/elsewhere")
    verdict, text = (await found(**elsewhere))["redirect"]
    assert verdict == "bad"
    assert (await ana.has("/sso"))["redirect_uri"] in text
    assert "cannot be read" in (await found(issuer="http://127.0.0.1:1"))["discovery"][1]


async def test_an_address_leads_to_the_provider_once_the_dns_shows_whose_its_domain_is(
    http: httpx.AsyncClient, ana: Person, eve: Person, oidc: Oidc, nameserver: Dns
) -> None:
    domain = f"{ana.id.hex}.example.org"
    for person in (ana, eve):
        await configured(person, {**await client_for(ana, oidc), "domains": [domain.upper()]})
    address = {"email": f"Gil@{domain.upper()}"}

    async def find() -> httpx.Response:
        return await http.post(f"{API}/auth/sso/find", json=address)

    assert (await find()).status_code == 404
    refused = await ana.post("/sso/domains/verify", domain=domain)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_proven")
    shown = (await ana.has("/sso"))["connection"]["domains"][0]
    nameserver.texts[shown["record_name"]] = shown["record_text"]
    assert (await ana.makes("/sso/domains/verify", domain=domain))["connection"]["domains"][0]["proven"]
    assert str(ana.org_id) in (await find()).json()["url"]
    # It is Ana's record, so it proves nothing about Eve's organization.
    assert (await eve.post("/sso/domains/verify", domain=domain)).status_code == 409
    assert str(ana.org_id) in (await find()).json()["url"]
    # Who has two organizations with it says which.
    nameserver.texts[shown["record_name"]] = shown["record_text"].replace(str(ana.org_id), str(eve.org_id))
    await eve.makes("/sso/domains/verify", domain=domain)
    assert (await find()).status_code == 404


async def test_an_edit_of_what_somebody_else_has_changed_meanwhile_is_refused(ana: Person) -> None:
    body = {"issuer": "http://127.0.0.1:1", "client_id": "x", "client_secret": "y", "domains": ["example.org"]}
    first = await configured(ana, body)
    await configured(ana, body | {"version": first["version"], "domains": ["example.com"]})
    stale = await ana.request("PUT", "/sso", json=body | {"version": first["version"]})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    assert [d["name"] for d in stale.json()["current"]["connection"]["domains"]] == ["example.com"]


async def test_the_audit_log_says_what_was_changed_and_no_secret(ana: Person) -> None:
    body = {"issuer": "http://127.0.0.1:1", "client_id": "x", "client_secret": "y" * 40, "domains": ["example.org"]}
    await configured(ana, body)
    log = await ana.get("/audit")
    assert "sso.configured" in log.text
    assert "y" * 40 not in log.text
