"""Every screen of the console, as axe-core and a narrow phone see it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.e2e.inhabited import Inhabited, inhabit
from tests.e2e.operating import named_operator
from tests.e2e.processes import Running
from tests.e2e.test_browser import browser, visiting
from tests.world import PASSWORD, register

__all__ = ["browser"]

WEB = Path(__file__).parents[2] / "web"
ROUTES = WEB / "src" / "routes"
AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
OPEN_TO_ALL = {"/login", "/login/sso", "/register", "/invite", "/forgot", "/reset", "/verify"}
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]

WHAT_IS_WRONG = """async (tags) => {
    await Promise.all(document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime !== Infinity)
        .map((one) => one.finished.catch(() => {})));
    const { violations } = await axe.run({ runOnly: tags, resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) => nodes.map((node) =>
        `${id}: ${node.target} ${node.any.concat(node.all)[0]?.message ?? node.failureSummary}`));
}"""
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] : ['wider than the screen: ' +
    [...document.querySelectorAll('main *')].filter((one) => one.getBoundingClientRect().right > innerWidth)
        .slice(0, 3).map((one) => one.outerHTML.slice(0, 80)).join(' | ')]"""

# What is opened on a screen, by the button that opens it.
DIALOGS = {
    "/alerts": "New alert",
    "/channels": "New channel",
    "/incidents": "Declare incident",
    "/incidents/[id]": "Edit",
    "/templates": "New template",
    "/heartbeats": "New heartbeat",
    "/webhooks": "New webhook",
    "/keys": "New API key",
    "/me/notifications": "Change",
    "/members": "Invite",
    "/schedules": "New schedule",
    "/status-page": "New notice",
    "/schedules/[id]": "New override",
    "/teams": "New team",
    "/me/security": "Change password",
}


def routes() -> set[str]:
    """All that there are: a new screen is looked at without anybody's asking."""
    found = [page.parent.relative_to(ROUTES).parts for page in ROUTES.rglob("+page.svelte")]
    return {"/" + "/".join(parts[1:]) for parts in found}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def inhabited(http: httpx.AsyncClient, server: Running) -> AsyncIterator[Inhabited]:
    ana = await register(http, "Ana")
    await named_operator(server, ana)
    yield await inhabit(ana)


async def log_in(page: Page, email: str, *, arrives: bool = True) -> None:
    """`arrives`: nothing more is asked for."""
    await page.goto("/login")
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    if arrives:
        await page.wait_for_url(lambda url: not url.endswith("/login"))


async def faults(page: Page) -> list[str]:
    """Of what is on the screen, in both themes."""
    found: list[str] = await page.evaluate(TOO_WIDE)
    if not await page.evaluate("typeof axe === 'object'"):
        await page.evaluate(AXE.read_text())
    for theme in THEMES:
        await page.emulate_media(color_scheme=theme)
        found += [f"{theme}, {fault}" for fault in await page.evaluate(WHAT_IS_WRONG, STANDARD)]
    return found


async def visited(page: Page, path: str) -> list[str]:
    await page.goto(path)
    await expect(page.locator("h1")).to_be_visible()
    await expect(page.locator("[aria-busy=true]")).to_have_count(0)
    return await faults(page)


async def opened(page: Page, button: str) -> list[str]:
    await page.get_by_role("main").get_by_role("button", name=button).first.click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.wait_for_load_state("networkidle")
    return await faults(page)


@pytest.mark.timeout(300)  # sixty screens and dialogs, each in two themes
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)], ids=["desktop", "phone"])
async def test_no_screen_shuts_anybody_out(
    browser: Browser, server: Running, inhabited: Inhabited, width: int, height: int
) -> None:
    found: dict[str, list[str]] = {}
    async with visiting(browser, server, width, height) as page:
        await page.emulate_media(reduced_motion="reduce")
        for route in OPEN_TO_ALL:
            found[route] = await visited(page, route)
        await log_in(page, inhabited.ana.email)
        for route in sorted(routes() - OPEN_TO_ALL):
            found[route] = await visited(page, inhabited.screens.get(route, route))
            if route in DIALOGS:
                found[f"{route}, {DIALOGS[route]}"] = await opened(page, DIALOGS[route])
    faulty = {screen: wrong for screen, wrong in found.items() if wrong}
    assert not faulty, json.dumps(faulty, indent=1)
