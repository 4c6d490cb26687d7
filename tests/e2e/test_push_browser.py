"""A real browser takes push: its service worker shows what the server sends, acknowledges, and follows what happens.

No push service can be reached from here, so two things are put in its place: what the browser would get from it when it
subscribes, and the way of the sealed message from it to the browser. The rest is real.
"""

import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, CDPSession, Page, Worker, expect

from tests import browsers
from tests.browsers import PushService
from tests.e2e.processes import Running, Starter, until
from tests.e2e.test_browser import browser, visiting
from tests.e2e.test_screens import log_in
from tests.receiver import Receiver
from tests.world import Person, register

__all__ = ["browser"]

# What a browser's own push service would answer; the key is in the test's hands, so that it can open what comes.
SUBSCRIBED = """(given) => {
    const subscription = {
        endpoint: given.endpoint, unsubscribe: async () => { window.subscribed = null; return true; },
        toJSON: () => ({ endpoint: given.endpoint, keys: { p256dh: given.p256dh, auth: given.auth } }),
    };
    window.subscribed = localStorage.getItem('test-subscribed') ? subscription : null;
    PushManager.prototype.subscribe = async function (options) {
        window.askedFor = options;
        localStorage.setItem('test-subscribed', 'yes');
        return (window.subscribed = subscription);
    };
    PushManager.prototype.getSubscription = async () => window.subscribed;
}"""
ON_SCREEN = """async () => (await registration.getNotifications()).map(
    ({ title, body, tag, silent, data, actions }) => ({ title, body, tag, silent, data, actions }))"""
ACTIVATED = "async () => (await navigator.serviceWorker.ready).active.state === 'activated'"
# A click of a person's cannot be made from outside. The worker's answer to it is the same.
CLICK = """async ({ tag, action }) => {
    const [notification] = await registration.getNotifications({ tag });
    const event = new NotificationEvent('notificationclick', { notification, action });
    self.dispatchEvent(event);
}"""


@pytest.fixture
async def service() -> AsyncIterator[Receiver]:
    running = Receiver()
    await running.start()
    yield running
    await running.stop()


@dataclass
class Device:
    """A browser window on which somebody is signed in, its worker, and the way from the push service to it."""

    page: Page
    worker: Worker
    wire: CDPSession
    registration: str
    origin: str
    subscription: browsers.Browser
    service: Receiver
    seen: int = 0

    async def gets(self) -> dict[str, Any]:
        """Hands the worker the next message that the push service has taken for it."""
        await until("a push", lambda: len(self.service.received) > self.seen)
        opened: dict[str, Any] = self.subscription.opens(self.service.received[self.seen])
        self.seen += 1
        await self.pushed(json.dumps(opened), opened["id"])
        return opened

    async def pushed(self, data: str, message_id: str) -> None:
        """Once more when nothing comes of it, as push services do: what DevTools hand to a worker that the browser is
        just starting is lost at times."""

        async def shown() -> bool:
            return any(one["data"]["id"] == message_id for one in await self.on_screen())

        said = {"origin": self.origin, "registrationId": self.registration, "data": data}
        for _ in range(3):
            await self.wire.send("ServiceWorker.deliverPushMessage", said)
            with contextlib.suppress(AssertionError):
                return await until("the notification", shown, seconds=8)
        raise AssertionError(f"not shown: {data}")

    async def on_screen(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.worker.evaluate(ON_SCREEN)
        return found

    async def shows(self, text: str) -> dict[str, Any]:
        async def is_there() -> bool:
            return any(text in f"{one['title']} {one['body']}" for one in await self.on_screen())

        await until(f"a notification with {text!r}", is_there)
        return next(one for one in await self.on_screen() if text in f"{one['title']} {one['body']}")


@asynccontextmanager
async def device(browser: Browser, running: Running, person: Person, service: Receiver) -> AsyncIterator[Device]:
    subscription = browsers.Browser(service.root)
    async with visiting(browser, running, 390, 844) as page:
        await page.context.grant_permissions(["notifications"], origin=running.url)
        await page.add_init_script(f"({SUBSCRIBED})({json.dumps(subscription.subscription())})")
        wire = await page.context.new_cdp_session(page)
        known: list[str] = []
        wire.on("ServiceWorker.workerRegistrationUpdated", lambda e: known.extend(_ids(e)))
        await wire.send("ServiceWorker.enable")
        await log_in(page, person.email)
        # Not before: what comes to a worker that is still being activated is lost.
        await page.wait_for_function(ACTIVATED)
        await until("the registration", lambda: known)
        [worker] = page.context.service_workers
        yield Device(page, worker, wire, known[0], running.url, subscription, service)


def _ids(event: dict[str, Any]) -> list[str]:
    return [one["registrationId"] for one in event["registrations"] if not one["isDeleted"]]


async def paged_by_push(http: httpx.AsyncClient, service: Receiver) -> Person:
    """Somebody whom every alert pages; the push service takes what her installation signs."""
    ana = await register(http, "Ana")
    service.vendor = PushService(service.root, (await ana.has("/users/me/devices/key"))["public_key"])
    rules = [{"delay_seconds": 0, "targets": [{"type": "user", "user_id": str(ana.id)}]}]
    await ana.makes("/escalation-policies", name="Me", is_default=True, rules=rules)
    return ana


async def enable(phone: Device) -> None:
    page = phone.page
    await page.goto("/me/notifications")
    await page.get_by_role("button", name="Set up web push").click()
    await expect(page.get_by_text("You have enabled push on no device.")).to_be_visible()
    await expect(page.get_by_label("Name of this device")).to_have_value("Chrome on Linux")
    await page.get_by_role("button", name="Enable push on this device").click()
    await expect(page.get_by_text("This device", exact=True)).to_be_visible()
    await expect(page.get_by_text("You have enabled push on no device.")).to_have_count(0)
    await page.get_by_role("button", name="Test Chrome on Linux").click()
    assert (await phone.gets())["title"] == "Test from Pulsar"
    await phone.shows("This channel works.")
    await expect(page.get_by_text("It should be on its screen now.")).to_be_visible()


async def test_push_is_enabled_pages_arrive_and_are_acknowledged_from_the_notification(
    browser: Browser, start: Starter, data_dir: Path, service: Receiver
) -> None:
    running = await start(data_dir, push_services=service.root).ready()
    async with httpx.AsyncClient(base_url=running.url, timeout=20) as http:
        ana = await paged_by_push(http, service)
        async with device(browser, running, ana, service) as phone:
            await enable(phone)
            alert = await ana.makes("/alerts", message="Disk full", priority="P1")
            await phone.gets()
            shown = await phone.shows("[P1] #1 Disk full")
            assert (shown["tag"], shown["silent"]) == (alert["id"], False)
            assert [one["title"] for one in shown["actions"]] == ["Acknowledge", "Open"]
            await phone.worker.evaluate(CLICK, {"tag": alert["id"], "action": "acknowledge"})
            await phone.shows("Acknowledged by Ana. Nobody is paged any further.")
            assert (await ana.has(f"/alerts/{alert['id']}"))["status"] == "acknowledged"
            await phone.gets()  # what took the page's place on all of her devices
            assert (await phone.shows("Acknowledged by Ana"))["silent"]
            assert [one["tag"] for one in await phone.on_screen()].count(alert["id"]) == 1
            await touch_and_log_out(phone, alert["id"])
            assert (await ana.has("/users/me/devices"))["items"] == []
            assert service.complaints == []


async def touch_and_log_out(phone: Device, alert_id: str) -> None:
    page = phone.page
    await page.goto("/home")
    await expect(page.locator("h1")).to_be_visible()
    await phone.worker.evaluate(CLICK, {"tag": alert_id, "action": ""})
    await page.wait_for_url(f"**/alerts/{alert_id}")
    await page.goto("/me")
    await page.get_by_role("button", name="Log out").click()
    await page.wait_for_url("**/login")


async def test_an_acknowledgement_that_does_not_get_through_says_so_aloud(
    browser: Browser, start: Starter, data_dir: Path, service: Receiver
) -> None:
    running = await start(data_dir).ready()
    async with httpx.AsyncClient(base_url=running.url, timeout=20) as http:
        ana = await register(http, "Ana")
    async with device(browser, running, ana, service) as phone:
        push = {"kind": "page", "tag": "t", "id": "1", "title": "Disk full", "text": "", "path": "/alerts"}
        push["acknowledge"] = "/ack/a-token-that-is-none"
        await phone.pushed(json.dumps(push), "1")
        await phone.worker.evaluate(CLICK, {"tag": "t", "action": "acknowledge"})
        shown = await phone.shows("Not acknowledged: Disk full")
        assert not shown["silent"]
        assert shown["actions"][0]["title"] == "Acknowledge"
        # And one that cannot be read is not passed over either.
        await phone.pushed("no json", "")
        await phone.shows("There is something new.")


async def test_the_console_can_be_installed(browser: Browser, server: Running) -> None:
    async with visiting(browser, server, 390, 844) as page:
        await page.goto("/login")
        wire = await page.context.new_cdp_session(page)
        found = await wire.send("Page.getAppManifest")
        assert found["errors"] == []
        manifest = json.loads(found["data"])
        assert manifest["display"] == "standalone"
        for icon in manifest["icons"]:
            answer = await page.request.get(server.url + icon["src"])
            assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
        await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        errors = await wire.send("Page.getInstallabilityErrors")
        assert [one["errorId"] for one in errors["installabilityErrors"]] in ([], ["in-incognito"])
