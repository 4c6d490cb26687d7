"""What the console offers to who leads a team, and to a member who keeps to theirs, in a real browser."""

from playwright.async_api import Browser, expect

from tests.e2e.inhabited import came
from tests.e2e.processes import Running
from tests.e2e.test_browser import browser, visiting
from tests.e2e.test_screens import log_in
from tests.world import Person

__all__ = ["browser"]


async def test_a_lead_is_offered_what_is_their_teams_and_a_member_what_they_may(
    browser: Browser, server: Running, ana: Person
) -> None:
    mel = await came(ana, "Mel", "member")
    teams = {name: (await ana.makes("/teams", name=name))["id"] for name in ("Database", "Web")}
    await ana.makes(f"/teams/{teams['Database']}/members", user_id=str(mel.id), role="lead")
    for name in teams:
        await ana.makes("/heartbeats", name=f"Backup of {name}", interval_seconds=86400, team_id=teams[name])
        await ana.makes("/alerts", message=f"{name} is slow", assigned_to_team_id=teams[name])
    async with visiting(browser, server, 1440, 900) as page:
        await log_in(page, ana.email)
        await page.goto("/organization")
        kept = page.get_by_role("switch", name="Members change only what belongs to their teams")
        await kept.click(force=True)
        await expect(kept).to_be_checked()
    async with visiting(browser, server, 1440, 900) as page:
        await log_in(page, mel.email)
        await page.goto("/heartbeats")
        beats = page.get_by_role("list", name="Heartbeats").get_by_role("listitem")
        await expect(beats.filter(has_text="Database").get_by_role("button")).not_to_have_count(0)
        await expect(beats.filter(has_text="Web").get_by_role("button")).to_have_count(0)
        await page.get_by_role("button", name="New heartbeat").click()
        await expect(page.get_by_label("Team").get_by_role("option")).to_have_text(["Database"])
        await page.goto(f"/teams/{teams['Database']}")
        await expect(page.get_by_label("Role of Mel")).to_have_value("lead")
        await expect(page.get_by_role("button", name="Delete")).to_have_count(0)
        await page.goto("/policies/new")
        await expect(page.get_by_label("Team", exact=True).first).to_have_value(teams["Database"])
        await page.goto("/alerts")
        rows = page.get_by_role("list", name="Alerts").get_by_role("listitem")
        await expect(rows.filter(has_text="Database is slow").get_by_role("button", name="Ack")).to_have_count(1)
        await expect(rows.filter(has_text="Web is slow").get_by_role("button", name="Ack")).to_have_count(0)
