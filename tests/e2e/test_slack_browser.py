"""Somebody makes a Slack app's channel in a real browser, and links their account after a press that nobody knew."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.domain.slacking import Slack
from tests.e2e.processes import Starter, until
from tests.e2e.test_browser import browser, visiting
from tests.ladders import ladder, level
from tests.receiver import Receiver
from tests.vendors.slack_app import SECRET, TOKEN, Workspace, words
from tests.world import PASSWORD, Person, register

__all__ = ["browser"]

OUTSIDE = "https://pulsar.example.org"


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    await receiver.start()
    yield receiver
    await receiver.stop()


async def make_channel(page: Page, api_url: str) -> None:
    await page.goto("/channels")
    await page.get_by_role("button", name="New channel").first.click()
    await page.get_by_label("Kind").select_option("slack_app")
    await expect(page.get_by_role("region", name="App manifest")).to_contain_text("/slack")
    await expect(page.get_by_label("Workspace")).to_have_count(0)
    await page.get_by_label("Bot token").fill(TOKEN)
    await page.get_by_label("Signing secret").fill(SECRET)
    await page.get_by_label("API address").fill(api_url)
    await page.get_by_label("Channel", exact=True).fill("#ops")
    await page.get_by_role("button", name="Create channel").click()
    await expect(page.get_by_role("article", name="Slack app")).to_contain_text("#ops")


async def log_in(page: Page, person: Person) -> None:
    await page.goto("/login")
    await page.get_by_label("E-mail").fill(person.email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).not_to_have_text("Log in")


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
async def test_an_app_is_set_up_and_an_account_linked_by_a_press(
    browser: Browser, start: Starter, data_dir: Path, provider: Receiver, width: int, height: int
) -> None:
    workspace = Workspace()
    provider.vendor = workspace.api
    # Nobody out there reaches 127.0.0.1, so at that address there would be no buttons.
    server = await start(data_dir, public_url=OUTSIDE, outbound_allow="127.0.0.0/8").ready()
    async with httpx.AsyncClient(base_url=server.url) as http, visiting(browser, server, width, height) as page:
        ana = await register(http, "Ana")
        await log_in(page, ana)
        await make_channel(page, f"{provider.root}/api")
        slack = Slack(http, provider, workspace, {}, str(ana.org_id))
        await ladder(ana, level(0, ana))
        await ana.makes("/alerts", message="Disk full")
        await until("the page is there", lambda: workspace.roots)

        await slack.press("acknowledge", "UANA")
        await until("the link is there", lambda: workspace.told)
        await page.goto(slack.told.partition(OUTSIDE)[2].partition("|")[0])
        await expect(page.get_by_text("uana in Slack wants to act as Ana")).to_be_visible()
        await page.get_by_role("button", name="Link it to me").click()
        await expect(page.get_by_text("is linked to you")).to_be_visible()

        await slack.press("acknowledge", "UANA")
        await until("the message says so", lambda: "*Acknowledged* by Ana" in words(slack.message))
        await page.get_by_role("link", name="Your linked accounts").click()
        await page.get_by_role("button", name="Unlink uana").click()
        await expect(page.get_by_text("Press a button under a page in Slack")).to_be_visible()
    assert provider.complaints == []
