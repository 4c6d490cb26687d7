"""A webhook in a real browser, with the real worker behind it: made, tried, told, looked at, sent again."""

import json
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, expect
from standardwebhooks import Webhook

from tests.e2e.processes import Running
from tests.e2e.test_browser import browser, visiting
from tests.e2e.test_screens import log_in
from tests.receiver import Receiver
from tests.world import Person

__all__ = ["browser"]


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    running = Receiver()
    await running.start()
    yield running
    await running.stop()


async def test_a_webhook_is_set_up_and_what_was_sent_is_seen_without_reloading(
    browser: Browser, server: Running, ana: Person, receiver: Receiver
) -> None:
    async with visiting(browser, server, 1440, 900) as page:
        await log_in(page, ana.email)
        await page.goto("/webhooks")
        await page.get_by_role("main").get_by_role("button", name="New webhook").first.click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Name", exact=True).fill("Chat bot")
        await dialog.get_by_label("Address").fill(receiver.url)
        await dialog.get_by_label("Incident resolved").check()
        await dialog.get_by_role("button", name="Create").click()
        secret = await dialog.get_by_role("region", name="For a library of Standard Webhooks").inner_text()
        await dialog.get_by_role("button", name="I have it").click()

        row = page.get_by_role("list", name="Webhooks").get_by_role("listitem").filter(has_text="Chat bot")
        await expect(row).to_contain_text("Alert created, Alert acknowledged, Alert closed, Incident resolved")
        receiver.answers.append("403 No\r\n\r\nwho are you?")
        await row.get_by_role("button", name="Actions for Chat bot").click()
        await page.get_by_role("menuitem", name="Send test").click()
        await expect(dialog).to_contain_text("It did not arrive")
        await expect(dialog).to_contain_text("who are you?")
        await dialog.get_by_role("button", name="Close", exact=True).click()

        await page.get_by_role("link", name="Deliveries").first.click()
        await ana.makes("/alerts", message="Disk full")
        log = page.get_by_role("list", name="Deliveries")
        told = log.get_by_role("listitem").filter(has_text="alert.created")
        await expect(told).to_contain_text("Delivered")
        assert Webhook(secret.strip()).verify(receiver.received[-1].body, receiver.received[-1].headers)
        await told.locator("summary").first.click()
        await expect(told.get_by_role("region", name="What is sent")).to_contain_text('"message": "Disk full"')
        await expect(told.get_by_text("Try 1")).to_be_visible()
        await told.get_by_role("button", name="Send again").click()
        await expect(told.get_by_text("Try 2")).to_be_visible()
        assert [json.loads(one.body)["type"] for one in receiver.received] == ["webhook.test"] + ["alert.created"] * 2
