"""Single sign-on in a real browser, against a certified provider: an owner sets it up, and a colleague comes in."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.e2e.processes import Running
from tests.e2e.test_browser import browser, visiting
from tests.e2e.test_screens import faults, log_in
from tests.oidc import provider
from tests.oidc.provider import Oidc
from tests.world import Person

__all__ = ["browser"]

SHOTS = os.environ.get("PULSAR_SHOTS", "")
"""A folder for pictures, for who wants to look."""


@pytest_asyncio.fixture
async def oidc() -> AsyncIterator[Oidc]:
    running = await provider.start()
    yield running
    await running.stop()


async def shown(page: Page, name: str) -> None:
    if not SHOTS:
        return
    for width in (1440, 390):
        await page.set_viewport_size({"width": width, "height": 900})
        for theme in ("light", "dark"):
            await page.emulate_media(color_scheme=theme)
            await page.screenshot(path=Path(SHOTS) / f"{name}-{width}-{theme}.png", full_page=True)
    await page.set_viewport_size({"width": 1440, "height": 900})


async def set_up(page: Page, client: dict[str, str]) -> None:
    """What the test finds before and after the secret is right, and then who comes in."""
    await page.get_by_label("Issuer").fill(client["issuer"])
    await page.get_by_label("Client id").fill(client["client_id"])
    await page.get_by_label("Client secret").fill("not this one")
    await page.get_by_role("button", name="Test these settings").click()
    found = page.get_by_role("list", name="What the test found")
    await expect(found).to_contain_text("It does not know this client id with this secret.")
    await page.get_by_label("Client secret").fill(client["client_secret"])
    await page.get_by_role("button", name="Test these settings").click()
    await expect(found).to_contain_text("It knows this client id and secret.")
    await shown(page, "sso-test")
    await page.get_by_label("E-mail domains").fill("example.org")
    await page.get_by_label("E-mail domains").press("Enter")
    await page.get_by_text("Whoever comes for the first time becomes a member").click()
    await page.get_by_label("Their role").select_option("viewer")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_label("Sign-in address")).to_be_visible()


async def test_an_owner_sets_single_sign_on_up_and_a_colleague_comes_in_by_it(
    browser: Browser, server: Running, ana: Person, oidc: Oidc
) -> None:
    sso = await ana.has("/sso")
    client = await oidc.client(sso["redirect_uri"])
    async with visiting(browser, server, 1440, 900, expected=404) as page:
        await log_in(page, ana.email)
        await page.goto("/organization")
        await shown(page, "organization")
        await page.get_by_role("link", name="Set up").click()
        await set_up(page, client)
        assert await faults(page) == []

    async with visiting(browser, server, 390, 844, expected=404, host="localhost") as page:
        # What the provider's own page asks the internet for.
        await page.route("https://fonts.googleapis.com/**", lambda route: route.fulfill(content_type="text/css"))
        await page.goto("/login")
        await page.get_by_role("link", name="Single sign-on").click()
        await page.get_by_label("Organization or e-mail").fill("nobody-000000")
        await page.get_by_role("button", name="Continue").click()
        await expect(page.get_by_role("alert")).to_contain_text("No single sign-on is set up")
        assert await faults(page) == []
        await page.get_by_label("Organization or e-mail").fill(sso["slug"])
        await page.get_by_role("button", name="Continue").click()
        await page.wait_for_url(f"{oidc.issuer}/**")
        gil = f"gil-{ana.id.hex}@example.org"
        await page.locator("input[name=login]").fill(f"email={gil}&name=Gil+Newton")
        await page.locator("input[name=password]").fill("any")
        await page.locator("button[type=submit]").click()
        await page.locator("button[type=submit]").click()
        await page.wait_for_url(f"http://localhost:{server.port}/**")
        await page.goto("/me")
        await expect(page.get_by_text(gil)).to_be_visible()

    async with visiting(browser, server, 1440, 900) as page:
        await log_in(page, ana.email)
        await page.goto("/organization/sso")
        await expect(page.get_by_role("list", name="Who has come in")).to_contain_text("Gil Newton")
        await shown(page, "sso")
