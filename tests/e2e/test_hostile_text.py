"""Is anything of what others typed ever executed? More than a hundred attempts by every way in, then all screens."""

from html import escape
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.hostile import ATTEMPTS, plant
from tests.e2e.operating import named_operator
from tests.e2e.processes import Running, until
from tests.e2e.test_browser import browser, visiting
from tests.e2e.test_screens import OPEN_TO_ALL, log_in, routes
from tests.world import Mailbox, register

__all__ = ["browser"]

# In every frame of every page, before anything else: all attempts call one of these.
WATCHED = "for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = () => executed(location.href);"
# What would run later, by a click or on a hover, or is there at all.
FOUND = """() => [...document.querySelectorAll('body *')].flatMap((one) => [
    ...(/^(IFRAME|OBJECT|EMBED|BASE|META|MARQUEE|AUDIO|VIDEO|MATH)$/i.test(one.tagName) ? [one.outerHTML] : []),
    ...[...one.attributes].filter(({ name, value }) => name.startsWith('on') || /evil/.test(name) ||
        (/^(src|action|formaction|background|data|xlink:href|ping)$/.test(name) && /evil|alert/.test(value)))
        .map(({ name, value }) => `${one.tagName} ${name}=${value}`),
    ...(one.protocol && !/^(https?|mailto|tel|blob)?:$/.test(one.protocol) ? [one.outerHTML] : []),
]).map((fault) => fault.slice(0, 200))"""

# What the address itself says.
ADDRESSES = [
    "/members?search=<svg onload=alert(1)>",
    "/login/sso?reason=<svg onload=alert(1)>&organization='><svg onload=alert(1)>",
    "/login?next=javascript:alert(1)",
    "/login?next=//evil.example/",
]


async def watched(page: Page) -> list[str]:
    """Where something was executed, or asked for outside."""
    seen: list[str] = []

    def asked(request: Any) -> None:
        if "//evil.example" in request.url.partition("?")[0]:
            seen.append(f"asked for {request.url}")

    await page.expose_function("executed", lambda place: seen.append(f"executed at {place}"))
    await page.add_init_script(WATCHED)
    page.on("dialog", lambda dialog: seen.append(f"a dialog: {dialog.message}"))
    page.on("request", asked)
    return seen


async def test_the_attempts_are_executed_where_nothing_stands_in_their_way(browser: Browser) -> None:
    """By themselves, each in a page of its own: or else nobody would know that the other test sees anything."""
    page = await browser.new_page()
    seen = await watched(page)
    await page.goto("about:blank")
    await page.set_content("".join(f'<iframe srcdoc="{escape(said)}"></iframe>' for said in ATTEMPTS))
    await until("executions", lambda: len(seen) > 50)
    await page.close()


@pytest.mark.timeout(300)  # all screens
async def test_of_what_others_typed_nothing_is_executed_on_any_screen(
    browser: Browser, server: Running, http: httpx.AsyncClient, mail: Mailbox, mail_place: str
) -> None:
    ana = await register(http, "Ana")
    await named_operator(server, ana)
    hostile = await plant(ana, mail, mail_place)
    found: dict[str, list[str]] = {}
    async with visiting(browser, server, 1440, 900) as page:
        seen = await watched(page)
        await log_in(page, ana.email)
        for route in [*sorted(routes() - OPEN_TO_ALL), *ADDRESSES]:
            await page.goto(hostile.screens.get(route, route))
            await expect(page.locator("h1")).to_be_visible()
            await expect(page.locator("[aria-busy=true]")).to_have_count(0)
            found[route] = await page.evaluate(FOUND)
        await page.goto(hostile.public)
        found["the status page"] = await page.evaluate(FOUND)
        await page.goto("about:blank")
        for body in hostile.mails:
            await page.set_content(body)
            found["a mail"] = await page.evaluate(FOUND)
    assert {screen: faults for screen, faults in found.items() if faults} == {}
    assert seen == []
    assert len(ATTEMPTS) > 100
