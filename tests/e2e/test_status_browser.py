"""A status page in a real browser: set up, read on a phone and by mail, told of something and of its end, withdrawn."""

import re

from playwright.async_api import Browser, Page, expect

from tests.e2e.processes import Running, until
from tests.e2e.test_browser import browser, visiting
from tests.e2e.test_screens import log_in
from tests.ladders import mail_channel
from tests.world import Mailbox, Person

__all__ = ["browser"]

READER = "reader@customer.example"


async def set_up(page: Page, slug: str) -> None:
    await page.goto("/status-page")
    await expect(page.get_by_text("Nobody reads by mail")).to_be_visible()
    await page.get_by_label("Address").fill(slug)
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("Public", exact=True).click()
    await expect(page.get_by_role("link", name="Open the page")).to_be_visible()
    await page.get_by_role("button", name="New component").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name", exact=True).fill("Checkout")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_label("State of Checkout")).to_have_value("operational")


async def subscribe(page: Page, mail: Mailbox) -> None:
    await page.get_by_label("E-mail address").fill(READER)
    await page.get_by_role("button", name="Subscribe").click()
    await until("the mail that asks", lambda: mail.mails)
    found = re.search(r"Confirm: https?://[^/]+(\S+)", mail.mails[0].text)
    assert found
    await page.goto(found.group(1))
    await page.get_by_role("button", name="Confirm").click()
    await expect(page.get_by_role("heading")).to_have_text("You are told from now on")


async def publish(page: Page) -> None:
    await page.get_by_role("button", name="New notice").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Public title").fill("Cards are refused")
    await dialog.get_by_label("What everybody may read").fill("We look into it.")
    await dialog.get_by_label("A component that it is about").select_option(label="Checkout")
    await dialog.get_by_label("Checkout", exact=True).select_option(label="Partial outage")
    await dialog.get_by_role("button", name="Publish").click()
    await expect(page.get_by_label("State of Checkout")).to_have_value("partial_outage")


async def resolve(page: Page) -> None:
    await page.get_by_role("button", name="Resolve: Cards are refused").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Public status")).to_have_value("resolved")
    await dialog.get_by_label("What everybody may read").fill("Cards work again.")
    await dialog.get_by_role("button", name="All operational again").click()
    await dialog.get_by_role("button", name="Publish").click()
    await expect(page.get_by_label("State of Checkout")).to_have_value("operational")


async def test_the_public_reads_what_is_published_and_no_more_of_what_is_withdrawn(
    browser: Browser, server: Running, ana: Person, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    slug = f"acme-{ana.id}"[:40]
    async with visiting(browser, server, 1440, 900) as page, visiting(browser, server, 390, 844) as phone:
        await log_in(page, ana.email)
        await set_up(page, slug)
        await phone.goto(f"/status/{slug}")
        await subscribe(phone, mail)
        readers = page.get_by_role("list", name="Readers by mail")
        await expect(readers).to_contain_text(READER)

        await publish(page)
        await phone.goto(f"/status/{slug}")
        await phone.reload()
        await expect(phone.get_by_role("status")).to_have_text("Partial outage")
        await expect(phone.get_by_role("heading", name="Cards are refused")).to_be_visible()
        await until("the mail that tells", lambda: len(mail.mails) == 2)

        await resolve(page)
        await phone.reload()
        await expect(phone.get_by_role("status")).to_have_text("All systems operational")
        await expect(phone.get_by_text("Cards work again.")).to_be_visible()

        await page.get_by_role("button", name="Actions for Cards are refused").click()
        await page.get_by_role("menuitem", name="Withdraw").click()
        await page.get_by_role("dialog").get_by_role("button", name="Withdraw").click()
        await expect(page.get_by_text("The public was told of nothing")).to_be_visible()
        await phone.reload()
        await expect(phone.get_by_text("Cards are refused")).to_have_count(0)

        await readers.get_by_role("button", name=f"Remove {READER}").click()
        await page.get_by_role("dialog").get_by_role("button", name="Remove").click()
        await expect(page.get_by_text("Nobody reads by mail")).to_be_visible()
        assert (await ana.has("/status-page/readers"))["total"] == 0
