"""The room of an incident in a real browser: two who work in it, a note that is never lost, what is hostile."""

import re
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Route, expect

from tests.e2e.inhabited import Inhabited, inhabit
from tests.e2e.processes import Running
from tests.e2e.test_browser import browser, visiting
from tests.e2e.test_screens import log_in
from tests.world import register

__all__ = ["browser"]

HOSTILE = """<script>window.pwned = 1</script><img src=x onerror="window.pwned = 1"><svg onload="window.pwned = 1">
<iframe srcdoc="<script>parent.pwned = 1</script>"></iframe><style>body { display: none }</style>
<form action="https://evil.example"><input name=password></form><b onclick="window.pwned = 1"
 style="position:fixed">bold</b>

[a](javascript:window.pwned=1) [b](data:text/html,x) [c](vbscript:x) [d](//evil.example) ![e](https://evil.example/e.png)
<a href="jav&#x09;ascript:window.pwned=1">f</a> <math>
<mtext></form><form><mglyph><svg><mtext><textarea><path id="</textarea>
<img onerror=window.pwned=1 src=1>">"""

WHAT_IS_THERE = """() => [...document.querySelectorAll('.prose *')].flatMap((one) => [
    ...(/^(SCRIPT|IMG|SVG|IFRAME|STYLE|FORM|INPUT|TEXTAREA|MATH)$/i.test(one.tagName) ? [one.outerHTML] : []),
    ...[...one.attributes].filter(({ name, value }) => /^on|style|src/.test(name)
        || (name === 'href' && !/^(https?:|mailto:|[/][^/]|#)/.test(value))).map(({ name, value }) => name + value)
])"""


@pytest.fixture
async def inhabited(http: httpx.AsyncClient) -> Inhabited:
    return await inhabit(await register(http, "Ana"))


async def test_what_one_does_the_other_sees_at_once_and_goes_on_typing(
    browser: Browser, server: Running, inhabited: Inhabited
) -> None:
    room = inhabited.screens["/incidents/[id]"]
    async with visiting(browser, server, 1440, 900) as hers, visiting(browser, server, 390, 844) as his:
        for page, person in ((hers, inhabited.ana), (his, inhabited.bo)):
            await log_in(page, person.email)
            await page.goto(room)
            await expect(page.get_by_role("heading", name="Nobody can pay by card")).to_be_visible()
        typing = his.get_by_label("Add a note", exact=True)
        await typing.press_sequentially("I think that")
        await hers.get_by_role("button", name="Monitoring").click()
        await hers.get_by_label("A word about it").fill("The disk has room again")
        await hers.get_by_role("button", name="Add", exact=True).first.click()
        seen = his.get_by_role("list", name="Timeline")
        await expect(seen).to_contain_text("set the status to Monitoring")
        await expect(seen).to_contain_text("The disk has room again")
        await expect(his.get_by_role("button", name="Monitoring")).to_have_attribute("aria-pressed", "true")
        await expect(typing).to_be_focused()
        await typing.press_sequentially(" it is over")
        await expect(typing).to_have_value("I think that it is over")
        await his.get_by_role("button", name="Add note").click()
        await expect(hers.get_by_role("list", name="Timeline")).to_contain_text("I think that it is over")
        await expect(typing).to_have_value("")
        alerts = his.get_by_role("list", name="Alerts")
        await expect(alerts.get_by_text("Open", exact=True)).to_have_count(1)
        await hers.get_by_role("button", name=re.compile("^Ack #")).click()
        await expect(alerts.get_by_text("Open", exact=True)).to_have_count(0)


async def test_a_note_outlives_a_reload_and_a_server_that_is_away(
    browser: Browser, server: Running, inhabited: Inhabited
) -> None:
    async def away(route: Route) -> None:
        await route.fulfill(status=503, body="")

    async with visiting(browser, server, 1440, 900, expected=503) as page:
        await log_in(page, inhabited.bo.email)
        await page.goto(inhabited.screens["/incidents/[id]"])
        note = page.get_by_label("Add a note", exact=True)
        await note.fill("Half a thou")
        await page.reload()
        await expect(note).to_have_value("Half a thou")
        await note.fill("Half a thought, and its end")
        await page.route("**/notes", away)
        await page.get_by_role("button", name="Add note").click()
        await expect(page.get_by_text("Your text is kept in this browser.")).to_be_visible()
        await expect(note).to_have_value("Half a thought, and its end")
        await page.unroute("**/notes", away)
        await page.get_by_role("button", name="Try again").click()
        await expect(page.get_by_role("list", name="Timeline")).to_contain_text("Half a thought, and its end")
        await page.reload()
        await expect(note).to_have_value("")


async def test_nothing_in_a_note_is_executed(browser: Browser, server: Running, inhabited: Inhabited) -> None:
    room = inhabited.screens["/incidents/[id]"]
    await inhabited.ana.makes(f"{room}/notes", text=HOSTILE)
    await inhabited.ana.makes(f"{room}/notes", text="**the last** one")
    async with visiting(browser, server, 1440, 900) as page:
        await log_in(page, inhabited.bo.email)
        await page.goto(room)
        await expect(page.locator(".prose strong", has_text="the last")).to_be_visible()
        await expect(page.get_by_text("<script>window.pwned = 1</script>")).to_be_visible()
        assert await page.evaluate(WHAT_IS_THERE) == []
        assert await page.evaluate("window.pwned") is None


async def test_alerts_that_are_selected_become_an_incident(
    browser: Browser, server: Running, inhabited: Inhabited
) -> None:
    async with visiting(browser, server, 1440, 900) as page:
        await log_in(page, inhabited.bo.email)
        await page.goto("/alerts")
        for number in (4, 5):
            await page.get_by_label(f"Select #{number}").check()
        await page.get_by_role("button", name="Declare incident").click()
        await expect(page.get_by_label("Title")).to_have_value("Disk of db-3 is full to 91 percent")
        await expect(page.get_by_label("Severity")).to_have_value("medium")
        await page.get_by_role("dialog").get_by_role("button", name="Declare incident").click()
        await page.wait_for_url(re.compile("/incidents/.+"))
        await expect(page.get_by_role("list", name="Alerts").get_by_role("listitem")).to_have_count(2)
        await page.get_by_role("button", name="I take the lead").click()
        await expect(page.get_by_label("Role of Bo")).to_have_value("incident_commander")


async def test_the_second_of_two_who_edit_an_incident_loses_nothing_and_sees_theirs(
    browser: Browser, server: Running, inhabited: Inhabited
) -> None:
    room = inhabited.screens["/incidents/[id]"]
    async with visiting(browser, server, 1440, 900, expected=409) as page:
        await log_in(page, inhabited.bo.email)
        await page.goto(room)
        await page.get_by_role("button", name="Edit", exact=True).click()
        form = page.get_by_role("dialog")
        title = form.get_by_role("textbox", name="Title")
        await title.fill("Cards are refused")
        await inhabited.ana.patch(room, title="The till is broken", severity="low")
        await form.get_by_role("button", name="Save").click()
        await expect(form.get_by_role("list", name="What you both changed")).to_contain_text("Title")
        await expect(title).to_have_value("Cards are refused")
        await expect(form.get_by_label("Severity")).to_have_value("low")
        await form.get_by_role("button", name="Show theirs: Title").click()
        await expect(title).to_have_value("The till is broken")
        await form.get_by_role("button", name="Back to mine: Title").click()
        await expect(title).to_have_value("Cards are refused")
        await form.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("heading", name="Cards are refused")).to_be_visible()
        assert (await inhabited.ana.has(room))["severity"] == "low"


async def test_a_post_mortem_is_saved_while_it_is_written_and_exported(
    browser: Browser, server: Running, inhabited: Inhabited
) -> None:
    fresh: Any = await inhabited.ana.makes("/incidents", title="Another")
    path = f"/incidents/{fresh['id']}"
    async with visiting(browser, server, 1440, 900) as page:
        await log_in(page, inhabited.bo.email)
        await page.goto(path)
        await page.locator("summary", has_text="Post-mortem").click()
        await page.get_by_role("button", name="Begin the post-mortem").click()
        await page.wait_for_url("**/postmortem")
        text = page.get_by_role("textbox", name="Post-mortem")
        await expect(text).to_have_value(re.compile("Another"))
        await text.fill("# We learned\n\nmuch")
        await expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
        assert (await inhabited.ana.has(f"{path}/postmortem"))["text"] == "# We learned\n\nmuch"
        async with page.expect_download() as caught:
            await page.get_by_role("button", name="Export").click()
        assert (await caught.value).suggested_filename == f"incident-{fresh['number']}-post-mortem.md"


async def test_a_template_is_saved_and_fills_in_what_nobody_has_typed(
    browser: Browser, server: Running, inhabited: Inhabited
) -> None:
    async with visiting(browser, server, 1440, 900) as page:
        await log_in(page, inhabited.bo.email)
        await page.goto("/templates")
        await page.get_by_role("button", name="New template").click()
        form = page.get_by_role("dialog")
        await form.get_by_label("Name", exact=True).fill("Slow checkout")
        await form.get_by_label("Title of the incident").fill("The checkout is slow")
        await form.get_by_label("Severity").select_option("high")
        await form.get_by_label("Tasks").fill("Look at the queue\nCall the provider")
        await form.get_by_role("button", name="Create template").click()
        await expect(page.get_by_role("list", name="Templates")).to_contain_text("Slow checkout")
        await page.goto("/incidents")
        await page.get_by_role("button", name="Declare incident").first.click()
        await form.get_by_label("Description").fill("Since noon")
        await form.get_by_label("Template").select_option("The till")
        await expect(form.get_by_label("Title")).to_have_value("The till is down")
        await form.get_by_label("Title").fill("Paying takes a minute")
        await form.get_by_label("Template").select_option("Slow checkout")
        await expect(form.get_by_label("Severity")).to_have_value("high")
        await expect(form.get_by_label("Title")).to_have_value("Paying takes a minute")
        await expect(form.get_by_label("Description")).to_have_value("Since noon")
        await form.get_by_role("button", name="Declare incident").click()
        await expect(page.get_by_role("heading", name="Paying takes a minute")).to_be_visible()
        await expect(page.get_by_role("list", name="Tasks")).to_contain_text("Call the provider")


async def test_a_duplicate_is_merged_and_deleted(browser: Browser, server: Running, inhabited: Inhabited) -> None:
    room = inhabited.screens["/incidents/[id]"]
    twin: Any = await inhabited.ana.makes("/incidents", title="Cards do not work")
    await inhabited.ana.makes(f"/incidents/{twin['id']}/tasks", title="Ask the bank")
    async with visiting(browser, server, 1440, 900) as page:
        await log_in(page, inhabited.bo.email)
        await page.goto(f"/incidents/{twin['id']}")
        await page.get_by_role("button", name="More actions").click()
        await page.get_by_role("menuitem", name="Merge into another").click()
        await page.get_by_label("The incident that goes on").fill("Nobody can")
        await page.get_by_role("option", name=re.compile("Nobody can pay")).click()
        await page.wait_for_url(f"**{room}")
        await expect(page.get_by_role("list", name="Tasks")).to_contain_text("Ask the bank")
        await page.get_by_role("link", name=f"#{twin['number']} Cards do not work").click()
        await expect(page.get_by_text("This is a duplicate.")).to_be_visible()
        await expect(page.get_by_role("button", name="Edit", exact=True)).to_have_count(0)
        await page.get_by_role("button", name="More actions").click()
        await page.get_by_role("menuitem", name="Delete").click()
        await page.get_by_role("button", name="Delete incident").click()
        await page.wait_for_url("**/incidents")
        await page.goto(room)
        await expect(page.get_by_role("list", name="Tasks")).to_contain_text("Ask the bank")
        await expect(page.get_by_text("Merged into this one")).to_have_count(0)


async def test_a_page_is_called_off_and_those_who_wait_are_told(
    browser: Browser, server: Running, inhabited: Inhabited
) -> None:
    async with visiting(browser, server, 1440, 900) as page:
        await log_in(page, inhabited.bo.email)
        await page.goto(inhabited.screens["/incidents/[id]"])
        await page.get_by_role("button", name="Call off the page of Ana").click()
        await expect(page.get_by_role("list", name="Pages")).to_contain_text("called off")
        await page.locator("summary", has_text="Updates").click()
        told = page.get_by_role("list", name="Subscribers")
        await page.get_by_label("E-mail address to tell").fill("press@example.org")
        await page.get_by_role("button", name="Add", exact=True).click()
        await expect(told).to_contain_text("press@example.org")
        await page.get_by_role("button", name="No longer tell boss@example.org").click()
        await expect(told).not_to_contain_text("boss@example.org")
        await page.get_by_role("button", name="Write an update").click()
        await page.get_by_label("Update for everybody who waits").fill("Cards are taken **again**")
        await page.get_by_role("button", name="Send update").click()
        sent = page.get_by_role("article").filter(has_text="Cards are taken again")
        await expect(sent).to_contain_text("1 mail:")
        await page.reload()
        await expect(page.locator("summary", has_text="Updates")).to_contain_text("2 updates, 1 told")
        await expect(sent).to_be_visible()
