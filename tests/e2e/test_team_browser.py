"""A team and its people in a real browser: its page, a colleague invited at the start, two who edit the same thing."""

import re
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, expect

from tests.e2e.inhabited import Inhabited, inhabit
from tests.e2e.processes import Running
from tests.e2e.test_browser import browser, visiting
from tests.e2e.test_screens import log_in
from tests.ladders import level
from tests.world import Person, register

__all__ = ["browser"]


@pytest.fixture
async def inhabited(http: httpx.AsyncClient) -> Inhabited:
    return await inhabit(await register(http, "Ana"))


async def test_a_teams_page_says_who_is_on_call_what_is_open_and_what_is_to_be_mended(
    browser: Browser, server: Running, inhabited: Inhabited
) -> None:
    async with visiting(browser, server, 1440, 900) as page:
        await log_in(page, inhabited.bo.email)
        await page.goto("/teams")
        await expect(page.get_by_role("list", name="Teams").get_by_text("On call")).to_be_visible()
        await page.get_by_role("link", name="Database").click()
        await expect(page.get_by_text("On call now:")).to_be_visible()
        await expect(page.get_by_role("list", name="Schedules").get_by_role("link", name="Shop")).to_be_visible()
        problems = page.get_by_role("list", name="Problems")
        await expect(problems).to_contain_text("Gil is in the team Database, but deactivated.")
        await expect(problems).to_contain_text("Shop: Nobody is on call from")
        await expect(page.get_by_role("list", name="Escalation policies")).to_contain_text("follow the default")

        alerts = page.get_by_role("list", name="Open alerts")
        await alerts.get_by_role("button", name="Ack #2").click()
        await expect(alerts.get_by_text("Acknowledged")).to_have_count(2)
        await page.get_by_role("link", name="All 3").click()
        await expect(page).to_have_url(re.compile("/alerts.assignee=team"))
        await expect(page.get_by_text("The primary database is down")).to_be_visible()


async def test_a_newcomer_is_offered_to_invite_a_colleague(browser: Browser, server: Running, ana: Person) -> None:
    async with visiting(browser, server, 390, 844) as page:
        await log_in(page, ana.email)
        await page.goto("/start")
        await page.get_by_role("button", name="Invite a colleague").click()
        await page.get_by_label("E-mail").fill("gil@example.org")
        await page.get_by_role("button", name="Invite", exact=True).click()
        await expect(page.get_by_label("Link for gil@example.org")).to_be_visible()
        await page.get_by_role("button", name="Done").click()
        await expect(page.get_by_role("link", name="Set up a schedule")).to_be_visible()


async def test_the_second_of_two_who_edit_a_policy_is_told_and_loses_nothing(
    browser: Browser, server: Running, inhabited: Inhabited
) -> None:
    policy: Any = await inhabited.ana.makes("/escalation-policies", name="Nights", rules=[level(0, inhabited.ana)])
    path = f"/escalation-policies/{policy['id']}"
    async with visiting(browser, server, 1440, 900, expected=409) as page:
        await log_in(page, inhabited.bo.email)
        await page.goto(f"/policies/{policy['id']}")
        await page.get_by_role("textbox", name="Name", exact=True).fill("Late nights")
        await inhabited.ana.patch(path, name="Long nights", version=policy["version"])
        await expect(page.get_by_role("heading", name="Long nights")).to_be_visible()  # without a reload
        await expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("Late nights")
        await page.get_by_role("button", name="Save policy").click()
        await page.get_by_role("button", name="Show theirs: Name").click()
        await expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("Long nights")
        await page.get_by_role("button", name="Back to mine: Name").click()
        await page.get_by_role("button", name="Save policy").click()
        await expect(page.get_by_role("heading", name="Late nights")).to_be_visible()
        assert (await inhabited.ana.has(path))["name"] == "Late nights"
