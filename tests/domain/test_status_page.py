"""The status page: what the public sees, what it does not, and who may say what on it."""

import httpx
import pytest

from tests.domain.publishing import SECRET_TITLE, published, status_page, text_at
from tests.domain.test_incidents import incident
from tests.world import NOWHERE, Engine, Person


async def test_a_page_is_off_until_an_admin_switches_it_on(http: httpx.AsyncClient, ana: Person) -> None:
    assert (await ana.has("/status-page")) == {
        "enabled": False,
        "slug": None,
        "url": None,
        "title": "",
        "description": "",
        "version": 0,
    }
    no_address = await ana.patch("/status-page", enabled=True)
    assert (no_address.status_code, no_address.json()["errors"][0]["field"]) == (422, "slug")
    path = await status_page(ana)
    assert (await ana.has("/status-page"))["url"].endswith(path)
    assert "All systems operational" in await text_at(http, path)
    await ana.patch("/status-page", enabled=False)
    assert (await http.get(path)).status_code == 404


async def test_components_stand_in_groups_and_in_order_with_their_state(http: httpx.AsyncClient, ana: Person) -> None:
    path = await status_page(ana)
    await ana.makes("/status-page/components", name="Website", description="The <shop>")
    api = await ana.makes("/status-page/components", name="API", group_name="For machines")
    await ana.makes("/status-page/components", name="Search", position=0)
    answer = await ana.request("PUT", f"/status-page/components/{api['id']}/state", json={"state": "major_outage"})
    assert answer.json()["state"] == "major_outage"
    page = await text_at(http, path)
    assert page.index("Search") < page.index("Website") < page.index("For machines") < page.index(">API")
    assert "The &lt;shop&gt;" in page
    assert '<p class="overall major_outage" role="status">Major outage</p>' in page


async def test_the_public_reads_what_was_typed_for_it_and_nothing_internal(
    http: httpx.AsyncClient, ana: Person
) -> None:
    path = await status_page(ana)
    made = await incident(ana, title=SECRET_TITLE, description="secret cause")
    await ana.makes(f"/incidents/{made['id']}/notes", text="secret note")
    await ana.makes(f"/incidents/{made['id']}/updates", text="secret update")
    website = await ana.makes("/status-page/components", name="Website")
    notice = await published(
        ana, incident_id=made["id"], components=[{"component_id": website["id"], "state": "degraded"}]
    )
    page = await text_at(http, path)
    assert "Checkout is slow" in page
    assert "Degraded performance" in page
    assert "secret" not in page
    assert "Acme is down" not in page
    assert made["id"] not in page
    assert "Ana" not in page
    again = await ana.post("/status-page/notices", incident_id=made["id"], title="x", status="resolved", text="x")
    assert (again.status_code, again.json()["code"]) == (409, "already_published")
    await ana.makes(f"/status-page/notices/{notice['id']}/updates", status="resolved", text="It is fast again.")
    found = await ana.has("/status-page/notices", incident_id=made["id"])
    assert [one["status"] for one in found["items"][0]["updates"]] == ["resolved", "investigating"]
    page = await text_at(http, path)
    assert "<h2>Now</h2>" not in page
    assert "It is fast again." in page
    assert (await ana.delete(f"/status-page/notices/{notice['id']}")).status_code == 204
    assert "Checkout" not in await text_at(http, path)


async def test_history_goes_back_ninety_days(http: httpx.AsyncClient, ana: Person, engine: Engine) -> None:
    path = await status_page(ana)
    await published(ana, status="resolved", title="Long ago")
    await published(ana, title="Never over")
    await engine.stand_still(days=40)
    assert "Long ago" in await text_at(http, path)
    await engine.stand_still(days=51)
    page = await text_at(http, path)
    assert "Long ago" not in page
    assert "Never over" in page


async def test_it_can_be_kept_and_asks_for_nothing(http: httpx.AsyncClient, ana: Person) -> None:
    path = await status_page(ana)
    first = await http.get(path)
    assert first.headers["cache-control"] == "public, max-age=30"
    assert "set-cookie" not in first.headers
    assert "default-src 'none'" in first.headers["content-security-policy"]
    assert "<script" not in first.text
    same = await http.get(path, headers={"If-None-Match": f'"x", W/{first.headers["etag"]}'})
    assert (same.status_code, same.content) == (304, b"")
    await published(ana)
    assert (await http.get(path, headers={"If-None-Match": first.headers["etag"]})).status_code == 200


@pytest.mark.parametrize("slug", ["a", "-ab", "ab-", "Acme", "a/b", "x" * 64])
async def test_an_address_that_is_none_is_refused(ana: Person, slug: str) -> None:
    assert (await ana.patch("/status-page", slug=slug)).status_code == 422


async def test_an_address_belongs_to_one_organization(http: httpx.AsyncClient, ana: Person, eve: Person) -> None:
    slug = (await status_page(ana)).rpartition("/")[2]
    answer = await eve.patch("/status-page", enabled=True, slug=slug)
    assert (answer.status_code, answer.json()["code"]) == (409, "slug_taken")
    await status_page(eve)
    await published(eve, title="Of Eve")
    assert "Of Eve" not in await text_at(http, f"/status/{slug}")


async def test_an_edit_of_an_old_version_is_refused(ana: Person) -> None:
    await status_page(ana)
    stale = await ana.patch("/status-page", title="Mine", version=0)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")


async def test_what_is_not_there_cannot_be_published_about(ana: Person) -> None:
    body = {"title": "x", "status": "investigating", "text": "x"}
    for fields in ({"incident_id": NOWHERE}, {"components": [{"component_id": NOWHERE, "state": "degraded"}]}):
        answer = await ana.post("/status-page/notices", **body, **fields)
        assert answer.status_code == 422
    assert (await ana.has("/status-page/notices"))["total"] == 0
