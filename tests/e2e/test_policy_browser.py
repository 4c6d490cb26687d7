"""Somebody builds a ladder in a real browser, sees whom it would page tonight, and asks an alert why."""

import re

import httpx
from playwright.async_api import Browser, expect

from tests.e2e.inhabited import came
from tests.e2e.processes import Running
from tests.e2e.test_browser import browser, visiting
from tests.e2e.test_screens import log_in
from tests.ladders import ladder, level, mail_channel, team, team_of
from tests.world import Mailbox, register

__all__ = ["browser"]


async def test_a_ladder_is_tried_out_before_it_is_saved_and_an_alert_says_why(
    browser: Browser, server: Running, http: httpx.AsyncClient, mail: Mailbox
) -> None:
    ana = await register(http, "Ana")
    await mail_channel(ana, mail)
    policy = await ladder(ana, level(0, ana), level(600))
    async with visiting(browser, server, 1440, 1000) as page:
        await log_in(page, ana.email)
        await page.goto(f"/policies/{policy['id']}")
        preview = page.get_by_test_id("preview")
        await expect(preview).to_contain_text("this would page Ana over E-mail at once.")
        await expect(preview).to_contain_text("Level 2 is skipped")

        # What is not saved yet is tried out too.
        await page.get_by_label("Add to level 2").fill("Ana")
        await page.get_by_role("option", name="Ana").first.click()
        await expect(preview).to_contain_text("then Ana over E-mail after 10 min")
        await page.get_by_role("switch", name="Take turns").first.check(force=True)
        await page.get_by_role("switch", name="Close an alert that nobody acknowledged").check(force=True)
        await expect(preview).to_contain_text("the alert is closed, if nobody has acknowledged it")
        await page.get_by_role("group", name="Level 1").drag_to(page.get_by_role("group", name="Level 2"))
        await page.get_by_role("button", name="Save policy").click()
        await expect(page.get_by_text("Saved.")).to_be_visible()
        saved = await ana.has(f"/escalation-policies/{policy['id']}")
        assert (saved["rules"][0]["round_robin"], saved["close_after_seconds"]) == (True, 3600)

        await page.get_by_role("button", name="Copy").click()
        await expect(page.get_by_role("heading", name="Copy of Everything")).to_be_visible()

        alert = await ana.makes("/alerts", message="Disk full")
        await page.goto(f"/alerts/{alert['id']}")
        # The first level has been paged: before that, it is the first one that does not wait.
        await expect(page.get_by_text("delivered a message to Ana over E-mail").first).to_be_visible()
        await page.keyboard.press("e")
        await page.get_by_role("button", name="Page the next level now").click()
        await expect(page.get_by_text("did not wait, and escalated to level 2")).to_be_visible()
        await expect(page.get_by_text("delivered a message to Ana over E-mail").first).to_be_visible()
        await page.get_by_role("button", name="Why was I paged, or not?").click()
        why = page.get_by_test_id("why")
        await expect(why).to_contain_text(re.compile("Yes\\. Ana was paged"))
        await expect(page.get_by_text("Level 1 paged Ana (named in this level).")).to_be_visible()


async def test_a_ladder_that_reaches_nobody_is_tried_out_for_the_alert_of_a_team(
    browser: Browser, server: Running, http: httpx.AsyncClient, mail: Mailbox
) -> None:
    ana = await register(http, "Ana")
    await mail_channel(ana, mail)
    bo = await came(ana, "Bo", "member")
    await team_of(ana, bo)
    nobody = await team_of(ana, name="Nobody")
    policy = await ladder(ana, level(0, team(nobody)))
    async with visiting(browser, server, 1440, 1000) as page:
        await log_in(page, ana.email)
        await page.goto(f"/policies/{policy['id']}")
        preview = page.get_by_test_id("preview")
        await expect(preview).to_contain_text("this would page Ana over E-mail at once.")
        await page.get_by_label("For the team").select_option(label="Database")
        await expect(preview).to_contain_text(f"this would page {bo.name} over E-mail at once.")
