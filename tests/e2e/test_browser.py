"""A newcomer in a real browser: register, make an integration, see an alert arrive by itself, acknowledge."""

import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

from tests.e2e.processes import Running
from tests.world import PASSWORD

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# What a busy machine may take until something is on the screen.
expect.set_options(timeout=20_000)


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        await chromium.close()


@asynccontextmanager
async def visiting(
    browser: Browser, server: Running, width: int, height: int, expected: int = 401, host: str = "127.0.0.1"
) -> AsyncIterator[Page]:
    """A page that complains of nothing: neither of a script's error nor of the content security policy. The browser
    itself notes every refusal; one of the status `expected` belongs to the story."""
    context = await browser.new_context(
        base_url=server.url.replace("127.0.0.1", host),
        viewport={"width": width, "height": height},
        has_touch=width < 500,
        is_mobile=width < 500,
    )
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    # A visitor has no session yet, which the console learns from a 401; the browser notes that by itself.
    page.on("console", lambda said: complaints.extend(_complaint(said, expected)))
    yield page
    assert complaints == []
    await context.close()


def _complaint(said: ConsoleMessage, expected: int) -> list[str]:
    foreseen = any(f"status of {status}" in said.text for status in (401, expected))
    return [f"{said.text} {said.location['url']}"] if said.type == "error" and not foreseen else []


async def register(page: Page) -> None:
    name = f"ana-{secrets.token_hex(4)}"
    await page.goto("/register")
    await page.get_by_label("Your name").fill("Ana")
    await page.get_by_label("E-mail").fill(f"{name}@example.org")
    await page.get_by_label("User name").fill(name)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_label("Organization").fill("Ana's")
    await page.get_by_role("button", name="Create account").click()
    await page.wait_for_url(re.compile(r"/(start|alerts)$"))


async def make_integration(page: Page) -> str:
    """The address that its page shows, once."""
    await page.goto("/integrations")
    await page.get_by_role("button", name="New integration").first.click()
    await page.get_by_role("button", name=re.compile("Anything that can send JSON")).click()
    await page.get_by_label("Name").fill("Backups")
    await page.get_by_role("button", name="Create", exact=True).click()
    await expect(page.get_by_text("Waiting for the first event")).to_be_visible()
    shown = await page.locator("code").first.inner_text()
    return "/api/v1/webhook/" + shown.rpartition("/webhook/")[2].strip()


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)], ids=["desktop", "phone"])
async def test_a_newcomer_sees_an_alert_arrive_and_acknowledges_it(
    browser: Browser, server: Running, http: httpx.AsyncClient, width: int, height: int
) -> None:
    async with visiting(browser, server, width, height) as page:
        await register(page)
        path = await make_integration(page)
        assert (await http.post(path, json={"message": "Tape drive jammed", "priority": "P2"})).status_code == 202
        await expect(page.get_by_text("Receiving.")).to_be_visible()

        await page.get_by_role("link", name="Alerts").first.click()
        await expect(page.get_by_text("Tape drive jammed")).to_be_visible()
        assert (await http.post(path, json={"message": "Disk full", "priority": "P1"})).status_code == 202
        await expect(page.get_by_text("Disk full")).to_be_visible()  # without a reload

        await save_search(page, "?priority=P1", "Burning")
        await expect(page.get_by_role("link", name="Burning 1")).to_be_visible()
        # Like a person, who reads before pressing: the list has come to rest.
        await page.wait_for_load_state("networkidle")
        if width > 640:
            await page.keyboard.press("Control+k")
            await page.get_by_role("dialog").get_by_role("combobox").fill("disk")
            await page.get_by_role("option", name="Disk full").click()
        else:
            await page.get_by_text("Disk full").click()
        await page.get_by_role("button", name="Acknowledge").first.click()
        await expect(page.get_by_text(re.compile("Acknowledged")).first).to_be_visible()
        await page.reload()
        await expect(page.get_by_text(re.compile("Acknowledged")).first).to_be_visible()
        sideways = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not sideways


async def save_search(page: Page, question: str, name: str) -> None:
    await page.goto(f"/alerts{question}")
    await page.get_by_role("button", name="Save search").click()
    await page.get_by_label("Name").fill(name)
    await page.get_by_role("dialog").get_by_role("button", name="Save search").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def invite(page: Page, email: str) -> str:
    """The link that the console shows, once."""
    await page.goto("/members")
    await page.get_by_role("button", name="Invite", exact=True).first.click()
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_role("button", name="Invite", exact=True).last.click()
    link = await page.get_by_label(f"Link for {email}").inner_text()
    await page.get_by_role("button", name="Done").click()
    return link


async def test_an_invited_colleague_comes_in_on_a_phone_and_is_led_out_when_deactivated(
    browser: Browser, server: Running
) -> None:
    email = f"gil-{secrets.token_hex(4)}@example.org"
    async with visiting(browser, server, 1440, 900) as page, visiting(browser, server, 390, 844) as phone:
        await register(page)
        link = await invite(page, email)
        await phone.goto("/invite#" + link.strip().partition("#")[2])
        await expect(phone.get_by_role("heading", name="Join Ana's")).to_be_visible()
        await phone.get_by_label("Your name").fill("Gil")
        await phone.get_by_label("Password").fill(PASSWORD)
        await phone.get_by_role("button", name="Create account and accept").click()
        await phone.wait_for_url(re.compile(r"/(start|alerts)$"))

        await expect(page.get_by_label("Role of Gil")).to_be_visible()  # without a reload
        await page.get_by_role("button", name="Deactivate Gil").click()
        await page.get_by_role("button", name="Deactivate", exact=True).last.click()
        await phone.wait_for_url(re.compile("/login"))
        sideways = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not sideways
