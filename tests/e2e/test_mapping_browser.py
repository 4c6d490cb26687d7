"""An admin teaches Pulsar a tool that it does not know: from what was sent, by pressing values, to an alert."""

import os
import re

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.processes import Running
from tests.e2e.test_browser import browser, register, visiting
from tests.e2e.test_screens import log_in
from tests.ladders import integration
from tests.world import Person

__all__ = ["browser"]

# The narrow one is the one that is hard to get right; both for who wants to look.
SIZES = [(390, 844), (1440, 900)] if "PULSAR_SHOTS" in os.environ else [(390, 844)]
JOB = {
    "job": {"name": "nightly-backup", "host": "db-1"},
    "state": "FAILED",
    "runbook": "https://wiki.example.org/backup",
}


async def shot(page: Page, name: str) -> None:
    """For those who want to look: PULSAR_SHOTS names a folder."""
    if folder := os.environ.get("PULSAR_SHOTS"):
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            await page.wait_for_timeout(400)  # until the colours have changed
            width = page.viewport_size["width"] if page.viewport_size else 0
            await page.screenshot(path=f"{folder}/{name}-{width}-{scheme}.png", full_page=True)


async def unknown_tool(page: Page) -> str:
    await page.goto("/integrations")
    await page.get_by_role("button", name="New integration").first.click()
    await page.get_by_label("Search kinds").fill("our own tool")
    await expect(page.get_by_text("These take any tool")).to_be_visible()
    await shot(page, "gallery")
    await page.get_by_role("button", name=re.compile("Anything else")).click()
    await page.get_by_label("Name").fill("Jobs")
    await page.get_by_role("button", name="Create", exact=True).click()
    await expect(page.get_by_text("Waiting for the first event")).to_be_visible()
    shown = await page.locator("code").first.inner_text()
    return "/api/v1/webhook/" + shown.rpartition("/webhook/")[2].strip()


@pytest.mark.parametrize(("width", "height"), SIZES)
async def test_a_mapping_is_made_from_what_was_refused_and_tried_by_replay(
    browser: Browser, server: Running, http: httpx.AsyncClient, width: int, height: int
) -> None:
    async with visiting(browser, server, width, height, 422) as page:
        await register(page)
        path = await unknown_tool(page)
        assert (await http.post(path, json=JOB)).status_code == 422
        refused = page.get_by_label("Last payloads").get_by_text("Refused", exact=True)
        await expect(refused).to_be_visible()  # without a reload
        await shot(page, "refused")

        await page.get_by_role("link", name="Make a mapping").click()
        await page.get_by_role("button", name="Start from this payload").click()
        result = page.get_by_label("Alerts that would come of it")
        await expect(result.get_by_text("nightly-backup", exact=True).first).to_be_visible()
        message = page.get_by_label("Message")
        await message.fill("{{job.name}} failed on ")
        await page.get_by_role("button", name='host: "db-1"').click()
        await expect(message).to_have_value("{{job.name}} failed on {{job.host}}")
        await expect(result.get_by_text("nightly-backup failed on db-1")).to_be_visible()
        await page.get_by_label("Alias").fill("job.")
        await expect(page.get_by_text("the expression ends too early").first).to_be_visible()
        await shot(page, "faulty")
        await page.get_by_label("Alias").fill("job.name")
        await expect(page.get_by_text("the expression ends too early")).to_have_count(0)
        await expect(result.get_by_text("nightly-backup failed on db-1")).to_be_visible()
        await shot(page, "editor")
        sideways = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not sideways
        await page.get_by_role("button", name="Save mapping").click()

        await refused.click()
        await page.get_by_role("button", name="Replay").click()
        await expect(page.get_by_label("Last payloads").get_by_text("#1 opened")).to_be_visible()
        await expect(page.get_by_role("link", name="nightly-backup failed on db-1")).to_be_visible()
        await expect(page.get_by_text("Receiving.")).to_be_visible()
        await shot(page, "replayed")
        sideways = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not sideways


async def test_what_is_typed_is_lost_neither_to_somebody_faster_nor_by_a_slip(
    browser: Browser, server: Running, ana: Person
) -> None:
    jobs = await integration(ana, name="Jobs", integration_type="custom")
    place = f"/webhooks/incoming/{jobs.id}/mapping"
    async with visiting(browser, server, 390, 844, 409) as page:
        await log_in(page, ana.email)
        await page.goto(f"/integrations/{jobs.id}/mapping")
        message = page.get_by_role("textbox", name="Message")
        asked = page.get_by_role("dialog", name="Leave without saving?")
        await message.fill("{{job.name}} failed")
        saved = await ana.request("PUT", place, json={"mapping": {"message": "{{job.host}} is ill"}})
        assert saved.status_code == 200
        await page.get_by_role("button", name="Save mapping").click()
        await expect(page.get_by_text("Somebody changed this after you opened it")).to_be_visible()
        await shot(page, "stale")

        await page.get_by_role("link", name="Jobs").click()
        await expect(asked).to_be_visible()
        await shot(page, "leaving")
        await asked.get_by_role("button", name="Cancel").click()
        await expect(message).to_have_value("{{job.name}} failed")
        await page.get_by_role("button", name="Show theirs: Message").click()
        await expect(message).to_have_value("{{job.host}} is ill")

        await message.fill("never mind")
        await page.get_by_role("link", name="Jobs").click()
        await asked.get_by_role("button", name="Leave").click()
        await expect(page.get_by_text("It is read by a mapping of yours.")).to_be_visible()
        await page.get_by_role("link", name="Edit mapping").click()
        await expect(message).to_have_value("{{job.host}} is ill")
        await page.get_by_role("link", name="Jobs").click()
        await expect(page.get_by_text("It is read by a mapping of yours.")).to_be_visible()
    assert (await ana.has(place))["mapping"]["message"] == "{{job.host}} is ill"
