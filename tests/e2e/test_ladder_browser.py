"""Somebody says in a real browser how they are to be reached, and sees in the log that it is so."""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.processes import Running
from tests.e2e.test_browser import browser, register, visiting
from tests.world import Mailbox

__all__ = ["browser"]


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
async def test_a_ladder_is_set_tried_out_and_kept_to(
    browser: Browser,
    server: Running,
    mail: Mailbox,
    width: int,
    height: int,
) -> None:
    async with visiting(browser, server, width, height) as page:
        await register(page)
        await page.goto("/me/notifications")
        await expect(page.get_by_text("Nothing reaches you")).to_be_visible()

        await page.goto("/channels")
        await page.get_by_role("button", name="New channel").first.click()
        await page.get_by_label("Kind").select_option("email")
        await page.get_by_label("Server").fill("127.0.0.1")
        await page.get_by_label("Port").fill(str(mail.port))
        await page.get_by_label("Encryption").select_option("none")
        await page.get_by_label("From").fill("pulsar@example.org")
        await page.get_by_role("button", name="Create channel").click()
        await expect(page.get_by_role("article", name="E-mail")).to_be_visible()

        await page.goto("/me/notifications")
        await expect(page.get_by_text("At once: E-mail.")).to_be_visible()
        await page.get_by_role("button", name="Test E-mail").click()
        await expect(page.get_by_text(re.compile(r"Delivered.*in"))).to_be_visible()
        assert [m.subject for m in mail.mails] == ["Test from Pulsar"]

        await page.get_by_role("button", name="Change E-mail").click()
        await page.get_by_label("Wait, in minutes").fill("2")
        await page.get_by_label("From which priority on").select_option("P2")
        await page.get_by_role("switch", name="Do not disturb").check(force=True)
        await page.get_by_label("Saturday").check(force=True)
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("After 2 min: E-mail.")).to_be_visible()
        await expect(page.get_by_text("P2 and above")).to_be_visible()
        await expect(page.get_by_text(re.compile("Every channel that reaches you has a filter"))).to_be_visible()

        await page.goto("/notifications?user=me")
        await expect(page.get_by_role("list", name="Messages").get_by_role("listitem")).to_have_count(1)
        await page.get_by_role("radio", name="Held back").check(force=True)
        await expect(page.get_by_text("No such message")).to_be_visible()
        assert page.url.endswith("/notifications?status=suppressed&user=me")
