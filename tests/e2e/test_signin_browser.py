"""Somebody makes their account safe in a real browser: an app, a passkey, and both ways in that come of it."""

import re
from datetime import timedelta

import httpx
import pyotp
from playwright.async_api import Browser, Locator, Page, expect

from pulsar.base import clock
from tests.e2e.processes import Running
from tests.e2e.test_browser import browser, visiting
from tests.e2e.test_screens import log_in
from tests.world import register

__all__ = ["browser"]

# Chromium's own, which answers by itself and says that it has seen a finger.
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


async def with_passkeys(page: Page) -> None:
    wire = await page.context.new_cdp_session(page)
    await wire.send("WebAuthn.enable")
    await wire.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


async def log_out(page: Page) -> None:
    await page.goto("/me")
    await page.get_by_role("button", name="Log out").click()
    await page.wait_for_url("**/login")


def dialog(page: Page, title: str) -> Locator:
    return page.get_by_role("dialog", name=title)


async def test_an_app_and_a_passkey_are_added_and_each_lets_its_owner_in(
    browser: Browser, server: Running, http: httpx.AsyncClient
) -> None:
    ana = await register(http, "Ana")
    # A passkey belongs to a name, and an address is none.
    async with visiting(browser, server, 1440, 900, host="localhost") as page:
        await with_passkeys(page)
        await log_in(page, ana.email)
        await page.goto("/me/security")
        await page.get_by_role("button", name="Add an app").click()
        secret = (await dialog(page, "Add an authenticator app").locator("code").inner_text()).replace(" ", "")
        app = pyotp.TOTP(secret)
        await page.get_by_label("Code that it shows now").fill(app.at(clock.now()))
        await page.get_by_role("button", name="Add", exact=True).click()
        codes = dialog(page, "Your recovery codes").get_by_role("region", name="Recovery codes")
        await expect(codes).to_have_text(re.compile(r"^(([0-9A-Z]{4}-){3}[0-9A-Z]{4}\s*){10}$"))
        await page.get_by_role("button", name="I have them").click()
        await expect(page.get_by_text("10 codes left")).to_be_visible()

        await page.get_by_role("button", name="Add a passkey").click()
        await page.get_by_label("Name").fill("Ana's finger")
        await page.get_by_role("button", name="Add passkey").click()
        await expect(page.get_by_role("list", name="Second factors")).to_contain_text("Ana's finger")

        await log_out(page)
        await log_in(page, ana.email, arrives=False)
        await page.get_by_label("Code from your app").fill(app.at(clock.now() + timedelta(seconds=30)))
        await page.get_by_role("button", name="Go on").click()
        await page.wait_for_url(re.compile(r"/(start|home|alerts)$"))

        await log_out(page)
        await page.get_by_role("button", name="Use a passkey").click()
        await page.wait_for_url(re.compile(r"/(start|home|alerts)$"))
        await page.goto("/me/security")
        await expect(page.get_by_role("list", name="Sessions")).to_contain_text("by passkey")
