"""A schedule in a real browser: drawn on with the mouse, moved with the keyboard, read on a phone."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e.processes import Running
from tests.e2e.test_browser import browser, visiting
from tests.world import PASSWORD, Person

__all__ = ["browser"]

TOMORROW = datetime.now(UTC).date() + timedelta(days=1)


@pytest.fixture
async def schedule(ana: Person) -> Any:
    """Ana by day, at night nobody."""
    days = {"start": "08:00", "end": "16:00"}
    rotation = {
        "name": "Days",
        "rotation_type": "daily",
        "participants": [str(ana.id)],
        "restrictions": [days],
        "handoff_time": "08:00",
        "starts_on": str(TOMORROW - timedelta(days=8)),
    }
    return await ana.makes("/schedules", name="Shop", time_zone="UTC", rotations=[rotation])


async def open_tomorrow(page: Page, person: Person, schedule: Any) -> None:
    await page.goto("/login")
    await page.get_by_label("E-mail").fill(person.email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await page.wait_for_url("**/start")
    await page.goto(f"/schedules/{schedule['id']}?view=day&date={TOMORROW}")
    await expect(page.get_by_role("button", name=re.compile("Nobody")).first).to_be_visible()


async def drag(page: Page, track: Locator, start: float, end: float) -> None:
    """From one hour of the day to another."""
    box = await track.bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    await page.mouse.move(box["x"] + box["width"] * start / 24, y)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] * end / 24, y, steps=5)
    await page.mouse.up()


def overrides(page: Page) -> Locator:
    return page.get_by_role("group", name="Overrides").get_by_role("button")


async def spans(person: Person, schedule: Any) -> list[tuple[str, str]]:
    """The hours of its overrides, as the server has them."""
    found = await person.has(f"/schedules/{schedule['id']}/overrides")
    return [(one["starts_at"][11:16], one["ends_at"][11:16]) for one in found["items"]]


async def test_a_span_drawn_on_the_timeline_becomes_an_override_whose_edge_can_be_pulled(
    browser: Browser, server: Running, ana: Person, schedule: Any
) -> None:
    async with visiting(browser, server, 1440, 900) as page:
        await open_tomorrow(page, ana, schedule)
        track = page.locator("[data-track=overrides]")
        await drag(page, track, 20, 22)
        await expect(page.get_by_label("From, UTC")).to_have_value(f"{TOMORROW}T20:00")
        await expect(page.get_by_label("To, UTC")).to_have_value(f"{TOMORROW}T22:00")
        await page.get_by_role("button", name="Create override").click()
        await expect(overrides(page)).to_have_accessible_name(re.compile("^Ana, .*20:00–22:00 UTC"))
        assert await spans(ana, schedule) == [("20:00", "22:00")]

        await drag(page, track, 21.9, 23)  # its edge
        await expect(overrides(page)).to_have_accessible_name(re.compile("20:00–23:00 UTC"))
        await expect(page.get_by_text("The override of Ana is changed.")).to_be_visible()
        await drag(page, track, 21, 19)  # its body
        await expect(overrides(page)).to_have_accessible_name(re.compile("18:00–21:00 UTC"))
        assert await spans(ana, schedule) == [("18:00", "21:00")]


async def test_an_override_is_moved_resized_and_deleted_with_the_keyboard(
    browser: Browser, server: Running, ana: Person, schedule: Any
) -> None:
    start = datetime(TOMORROW.year, TOMORROW.month, TOMORROW.day, 20, tzinfo=UTC)
    span = {"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=2)).isoformat()}
    await ana.makes(f"/schedules/{schedule['id']}/overrides", user_id=str(ana.id), **span)
    async with visiting(browser, server, 1440, 900) as page:
        await open_tomorrow(page, ana, schedule)
        await page.get_by_role("button", name=re.compile("^Nobody")).first.focus()
        await page.keyboard.press("End")
        await page.keyboard.press("ArrowDown")
        await expect(overrides(page)).to_be_focused()
        for key in ("Shift+ArrowRight", "Shift+ArrowRight", "Alt+ArrowLeft"):
            await page.keyboard.press(key)
        await expect(page.get_by_text("The override of Ana is changed.")).to_be_visible()
        await expect(overrides(page)).to_have_accessible_name(re.compile("20:30–22:15 UTC"))
        assert await spans(ana, schedule) == [("20:30", "22:15")]

        await expect(overrides(page)).to_be_focused()
        await page.keyboard.press("Delete")
        await page.get_by_role("button", name="Delete override").click()
        await expect(page.get_by_text("None. Drag here to make one.")).to_be_visible()
        assert await spans(ana, schedule) == []


async def test_on_a_phone_the_schedule_is_a_list_from_which_a_gap_is_covered(
    browser: Browser, server: Running, ana: Person, schedule: Any
) -> None:
    async with visiting(browser, server, 390, 844) as page:
        await open_tomorrow(page, ana, schedule)
        await expect(page.get_by_role("button", name=re.compile("08:00–16:00 .*Ana"))).to_be_visible()
        await page.get_by_role("button", name="from 16:00 Nobody").click()
        await page.get_by_role("button", name="Put somebody on call").click()
        await page.get_by_role("button", name="Create override").click()
        await expect(page.get_by_role("button", name=re.compile("^from 16:00.*Ana"))).to_be_visible()
        assert [start for start, _ in await spans(ana, schedule)] == ["16:00"]
        sideways = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not sideways
