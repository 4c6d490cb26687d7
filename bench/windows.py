"""How soon does one window show what is done in another? Two of Chromium, each with a session of its own.

`python -m bench.windows`; a note is posted in an incident's room, and an alert acknowledged on its page. From the press
in one window to the frame that shows it in the other, by the clock that both share: the request, its commit, the news
of it over the WebSocket, and what the other window loads anew.
"""

import argparse
import asyncio
import os
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from bench.report import row
from bench.server import Customer, Server, serving

CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
TIMES = 20

# When the button is pressed, in milliseconds since 1970.
PRESSED = """() => new Promise((done) => addEventListener('click',
    () => done(performance.timeOrigin + performance.now()), { capture: true, once: true }))"""
# When a frame shows it that did not stand there before.
SHOWN = """(text) => new Promise((done, fail) => {
    const main = document.querySelector('main');
    const there = () => main.textContent.includes(text);
    if (there()) return fail(new Error('it stands there already'));
    const watching = new MutationObserver(() => {
        if (!there()) return;
        watching.disconnect();
        requestAnimationFrame(() => done(performance.timeOrigin + performance.now()));
    });
    watching.observe(main, { subtree: true, childList: true, characterData: true });
})"""


async def window(browser: Browser, server: Server, customer: Customer) -> Page:
    page = await (await browser.new_context(base_url=server.url)).new_page()
    await page.goto("/login")
    await page.get_by_label("E-mail").fill(customer.email)
    await page.get_by_label("Password").fill(customer.password)
    await page.get_by_role("button", name="Log in").click()
    await page.wait_for_url(lambda url: not url.endswith("/login"))
    return page


async def one(doing: Page, seeing: Page, button: str, text: str) -> float:
    """Milliseconds from the press on `button` until `text` is to be seen."""
    shown = asyncio.ensure_future(seeing.evaluate(SHOWN, text))
    pressed = asyncio.ensure_future(doing.evaluate(PRESSED))
    # Both are asked in the order of their lines: the next answer comes after they listen.
    await asyncio.gather(seeing.title(), doing.title())
    await doing.get_by_role("button", name=button).first.click()
    took: float = await asyncio.wait_for(shown, 30) - await pressed
    return took


async def notes(a: Page, b: Page, customer: Customer, times: int) -> list[float]:
    room = f"/incidents/{customer.post('/incidents', title='Two windows')['id']}"
    for page in (a, b):
        await page.goto(room)
        await page.get_by_role("heading", name="Timeline").wait_for()
    took = []
    for number in range(times):
        await a.get_by_label("Add a note", exact=True).fill(f"Note number {number}.")
        took.append(await one(a, b, "Add note", f"Note number {number}."))
    return took


async def acknowledgements(a: Page, b: Page, customer: Customer, times: int) -> list[float]:
    took = []
    for number in range(times):
        alert = f"/alerts/{customer.post('/alerts', message=f'Alarm {number}', priority='P5')['id']}"
        for page in (a, b):
            await page.goto(alert)
            await page.get_by_role("button", name="Acknowledge").first.wait_for()
        took.append(await one(a, b, "Acknowledge", "Acknowledged"))
    return took


async def measure(server: Server, times: int) -> None:
    customer = Customer(server)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        a, b = [await window(browser, server, customer) for _ in range(2)]
        for what, doing in (("a note", notes), ("an acknowledgement", acknowledgements)):
            took = sorted(await doing(a, b, customer, times))
            figure = f"p50 {took[len(took) // 2]:.0f}, most {took[-1]:.0f} ms"
            row(f"{what}, from window to window, {times} times", figure, "most under 1,000 ms")
        await browser.close()


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--times", type=int, default=TIMES)
    chosen = options.parse_args()
    os.environ.setdefault("PULSAR_LOG_LEVEL", "WARNING")
    with tempfile.TemporaryDirectory(prefix="pulsar-bench-") as folder, serving(Path(folder)) as server:
        asyncio.run(measure(server, chosen.times))


if __name__ == "__main__":
    main()
