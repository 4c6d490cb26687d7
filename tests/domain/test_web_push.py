"""A page on the phones and browsers on which somebody has enabled push: sealed, signed, tried for each by itself."""

import pytest
from sqlalchemy import select

from pulsar.base.events import EventRow
from pulsar.base.http import Pulsar
from pulsar.notify import devices
from pulsar.notify.devices import Subscription
from pulsar.notify.web_push import public_bytes, to_text
from tests.browsers import Browser, PushService
from tests.domain.delivering import entry, paged
from tests.ladders import Json, fire, ladder, level, log_of, mail_channel, outlook
from tests.receiver import Receiver
from tests.world import Engine, Mailbox, Person

CHANNELS, DEVICES = "/notifications/channels", "/users/me/devices"


@pytest.fixture
def service(receiver: Receiver, pulsar: Pulsar) -> Receiver:
    """A push service that takes what is signed by this installation."""
    receiver.vendor = PushService(receiver.root, to_text(public_bytes(pulsar.keys.push_key)))
    return receiver


async def channel(owner: Person, **fields: object) -> Json:
    made: Json = await owner.makes(
        CHANNELS, name="Push", channel_type="web_push", config={"contact": "ops@example.org"}, **fields
    )
    return made


async def enabled(pulsar: Pulsar, person: Person, at: Receiver, name: str = "Phone") -> Browser:
    """A browser of this person's. Not over the API, which takes no device of a push service on this machine."""
    browser = Browser(at.root)
    async with pulsar.db.in_org(person.org_id) as tx:
        await devices.enable(tx, person.id, name, Subscription(**browser.subscription()))
    return browser


async def test_a_page_arrives_sealed_and_signed(pulsar: Pulsar, ana: Person, engine: Engine, service: Receiver) -> None:
    await channel(ana)
    phone = await enabled(pulsar, ana, service)
    alert = await paged(ana, message="Disk full\non web-1 🔥", description="load 41")
    await engine.settle()
    assert service.complaints == []
    line = await entry(ana, alert)
    assert (line["status"], line["channel"]["name"]) == ("sent", "Push: Phone")
    assert line["attempts"][0]["answer"] == "201 127.0.0.1 has taken it for Phone"
    [push] = service.received
    assert push.path == phone.path
    assert (push.headers["urgency"], push.headers["topic"]) == ("high", alert.replace("-", ""))
    shown = phone.opens(push)
    assert (shown["kind"], shown["tag"], shown["title"]) == ("page", alert, "[P1] #1 Disk full on web-1 🔥")
    assert shown["text"].startswith("load 41")
    assert shown["path"] == f"/alerts/{alert}"
    # The button of the notification does what this link does.
    answer = await ana.http.post(shown["acknowledge"], headers={"Accept": "application/json"})
    said = {"status": "acknowledged", "state": "Acknowledged by Ana. Nobody is paged any further."}
    assert answer.json() == said | {"acknowledged": True}
    assert (await ana.has(f"/alerts/{alert}"))["status"] == "acknowledged"
    again = await ana.http.post(shown["acknowledge"], headers={"Accept": "application/json"})
    assert again.json() == said | {"acknowledged": False}


async def test_however_long_an_alert_is_its_message_fits(
    pulsar: Pulsar, ana: Person, engine: Engine, service: Receiver
) -> None:
    await channel(ana, bundle_seconds=0)
    phone = await enabled(pulsar, ana, service)
    await paged(ana, message="🔥" * 130, description='"\x01🔥' * 1500)
    await engine.settle()
    assert service.complaints == []
    shown = phone.opens(service.received[0])
    assert shown["title"].endswith("🔥")
    assert shown["text"].endswith("…")


async def test_each_device_is_tried_for_itself(pulsar: Pulsar, ana: Person, engine: Engine, service: Receiver) -> None:
    await channel(ana)
    first, second = [await enabled(pulsar, ana, service, name) for name in ("Phone", "Laptop")]
    service.answers.extend(["503 Later", "201 Created"])
    alert = await paged(ana)
    await engine.advance(minutes=1)
    sent_to = [push.path for push in service.received]
    assert sorted(sent_to) == sorted([first.path, first.path, second.path])
    lines = await log_of(ana, alert)
    assert {(line["channel"]["name"], line["status"]) for line in lines} == {
        ("Push: Phone", "sent"),
        ("Push: Laptop", "sent"),
    }
    assert sorted(len(line["attempts"]) for line in lines) == [1, 2]
    told = await ana.has(f"/alerts/{alert}/explain", user_id=str(ana.id))
    assert "over Push: Phone" in str(told)
    assert "over Push: Laptop" in str(told)


@pytest.mark.parametrize("status", [404, 410])
async def test_a_subscription_that_has_ended_is_used_no_more_and_its_owner_told(
    status: int, pulsar: Pulsar, ana: Person, engine: Engine, service: Receiver, mail: Mailbox
) -> None:
    await channel(ana)
    await enabled(pulsar, ana, service)
    alert = await paged(ana)
    service.answers.append(f"{status} Gone")
    await fire(engine)
    await mail_channel(ana, mail)
    await engine.settle()
    line = await entry(ana, alert)
    assert (line["status"], len(line["attempts"])) == ("failed", 1)
    assert "has ended this subscription" in line["reason"]
    [device] = (await ana.has(DEVICES))["items"]
    assert device["gone_at"]
    assert device["fingerprint"] is None
    assert str(status) in device["last_error"]
    [letter] = mail.to(ana)
    assert letter.subject == "Push does not reach Phone any more"
    assert "/me/notifications" in letter.text
    made = (await ana.has(CHANNELS))["items"][0]
    assert made["broken_since"] is None
    # And the channel knows from now on that it does not reach her.
    again = await ana.makes("/alerts", message="More", priority="P1")
    await engine.settle()
    held = [line for line in await log_of(ana, again["id"]) if line["channel"]["channel_type"] == "web_push"]
    assert {line["held_back_by"] for line in held} == {"contact"}
    assert len(service.received) == 1


async def test_a_push_service_that_wants_a_pause_gets_it(
    pulsar: Pulsar, ana: Person, engine: Engine, service: Receiver
) -> None:
    await channel(ana)
    await enabled(pulsar, ana, service)
    service.answers.append("429 Too Many Requests\r\nRetry-After: 120")
    alert = await paged(ana)
    await engine.advance(seconds=110)
    assert (await entry(ana, alert))["status"] == "pending"
    await engine.advance(seconds=20)
    assert (await entry(ana, alert))["status"] == "sent"
    [device] = (await ana.has(DEVICES))["items"]
    assert (device["gone_at"], device["last_error"]) == (None, None)
    assert device["last_success_at"]


async def test_a_signature_that_is_refused_breaks_the_channel(
    pulsar: Pulsar, ana: Person, engine: Engine, service: Receiver
) -> None:
    await channel(ana)
    await enabled(pulsar, ana, service)
    service.answers.append("401 Unauthorized\r\n\r\nInvalid aud claim")
    await paged(ana)
    await engine.settle()
    made = (await ana.has(CHANNELS))["items"][0]
    assert made["broken_since"]
    assert "Invalid aud claim" in made["last_error"]


async def test_who_has_enabled_no_device_is_not_reached_and_the_log_says_so(ana: Person, engine: Engine) -> None:
    await channel(ana)
    alert = await paged(ana)
    await engine.settle()
    lines = await log_of(ana, alert)
    assert {(line["status"], line["held_back_by"]) for line in lines} == {("suppressed", "contact")}
    assert all("enabled push on no device" in line["reason"] for line in lines)
    assert "Nobody can be reached over any channel" in (await outlook(ana, alert))["fault"]


async def test_an_acknowledgement_takes_the_pages_place_on_every_screen(
    pulsar: Pulsar, ana: Person, bo: Person, engine: Engine, service: Receiver
) -> None:
    """On the other devices of whoever acknowledged too, at night too, and without waiting for a digest."""
    made = await channel(ana)
    await ana.patch("/auth/me", time_zone="Europe/Berlin")
    night = {"start": "00:00", "end": "24:00"}
    await ana.makes("/notifications/preferences", channel_id=made["id"], dnd=night)
    browsers = {b.path: b for b in [await enabled(pulsar, one, service, "x") for one in (ana, ana, bo)]}
    await ladder(ana, level(0, ana, bo))
    alerts = [(await ana.makes("/alerts", message=m, priority="P1"))["id"] for m in ("One", "Two")]
    await engine.settle()
    assert len(service.received) == 6
    service.received.clear()
    for alert in alerts:
        await ana.makes(f"/alerts/{alert}/acknowledge")
    await engine.settle()
    assert service.complaints == []
    shown = [browsers[push.path].opens(push) for push in service.received]
    assert sorted((one["tag"], one["kind"]) for one in shown) == sorted((a, "follow_up") for a in alerts for _ in "123")
    assert {one["title"][:19] for one in shown} == {"Acknowledged by Ana"}
    assert {push.headers["urgency"] for push in service.received} == {"normal"}


async def test_many_at_once_are_one_digest_on_each_device(
    pulsar: Pulsar, ana: Person, engine: Engine, service: Receiver
) -> None:
    await channel(ana)
    browsers = {b.path: b for b in [await enabled(pulsar, ana, service, name) for name in ("Phone", "Laptop")]}
    await ladder(ana, level(0, ana))
    for number in range(4):
        await ana.makes("/alerts", message=f"Disk {number}", priority="P3")
        await engine.settle()
    assert len(service.received) == 2
    await engine.advance(minutes=2)
    shown = [(push.path, browsers[push.path].opens(push)) for push in service.received[2:]]
    assert {path for path, _ in shown} == set(browsers)
    assert [one["title"] for _, one in shown] == ["[P3] 3 alerts: #2, #3, #4"] * 2
    assert [one["path"] for _, one in shown] == ["/alerts"] * 2
    digests = [one for one in (await ana.has("/notifications/logs"))["items"] if one["purpose"] == "digest"]
    assert {one["channel"]["name"] for one in digests} == {"Push: Phone", "Push: Laptop"}


async def test_a_device_that_is_removed_before_the_message_goes_out_gets_none(
    pulsar: Pulsar, ana: Person, engine: Engine, service: Receiver
) -> None:
    await channel(ana)
    await enabled(pulsar, ana, service)
    alert = await paged(ana)
    await fire(engine)
    [device] = (await ana.has(DEVICES))["items"]
    assert (await ana.delete(f"{DEVICES}/{device['id']}")).status_code == 204
    await engine.settle()
    line = await entry(ana, alert)
    assert (line["status"], service.received) == ("failed", [])
    assert "This device was removed" in line["reason"]


async def test_a_device_is_tried_out_by_itself(pulsar: Pulsar, ana: Person, bo: Person, service: Receiver) -> None:
    first, _ = [await enabled(pulsar, ana, service, name) for name in ("Phone", "Laptop")]
    phone = (await ana.has(DEVICES))["items"][0]
    refused = await ana.post(f"{DEVICES}/{phone['id']}/test")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_channel")
    await channel(ana)
    tried = await ana.makes(f"{DEVICES}/{phone['id']}/test")
    assert tried["delivered"], tried
    [push] = service.received
    assert first.opens(push)["title"] == "Test from Pulsar"
    [line] = (await ana.has("/notifications/logs"))["items"]
    assert (line["purpose"], line["channel"]["name"]) == ("test", "Push: Phone")
    service.answers.append("410 Gone")
    tried = await ana.makes(f"{DEVICES}/{phone['id']}/test")
    assert not tried["delivered"]
    assert (await ana.has(DEVICES))["items"][0]["gone_at"]
    assert (await bo.post(f"{DEVICES}/{phone['id']}/test")).status_code == 404


async def test_the_same_browser_is_the_same_device_and_belongs_to_whoever_enabled_it_last(
    ana: Person, bo: Person, eve: Person
) -> None:
    browser = Browser()
    body = {"name": "Chrome", "subscription": browser.subscription()}
    made = await ana.makes(DEVICES, **body)
    assert made["service"] == "fcm.googleapis.com"
    assert browser.endpoint not in str(made)
    same = await ana.makes(DEVICES, **body | {"name": "Pixel"})
    assert (same["id"], same["name"], same["fingerprint"]) == (made["id"], "Pixel", made["fingerprint"])
    assert len((await ana.has(DEVICES))["items"]) == 1
    await bo.makes(DEVICES, **body)
    assert (await ana.has(DEVICES))["items"] == []
    # In another organization it is another device.
    await eve.makes(DEVICES, **body)
    assert len((await bo.has(DEVICES))["items"]) == 1


async def test_a_new_subscription_of_the_same_device_takes_the_old_ones_place(
    pulsar: Pulsar, ana: Person, engine: Engine, service: Receiver
) -> None:
    await channel(ana)
    made = await ana.makes(DEVICES, name="Phone", subscription=Browser().subscription())
    renewed = await ana.patch(f"{DEVICES}/{made['id']}", subscription=Browser().subscription())
    assert renewed.json()["fingerprint"] != made["fingerprint"]
    renamed = await ana.patch(f"{DEVICES}/{made['id']}", name="Pixel")
    assert renamed.json()["fingerprint"] == renewed.json()["fingerprint"]
    assert renamed.json()["name"] == "Pixel"


@pytest.mark.parametrize(
    ("field", "value"),
    [("endpoint", "http://127.0.0.1:9/x"), ("p256dh", "AAAA"), ("p256dh", "ä"), ("auth", "AAAA"), ("auth", "!")],
)
async def test_what_cannot_be_a_subscription_is_refused_with_the_field(field: str, value: str, ana: Person) -> None:
    subscription = Browser().subscription() | {field: value}
    refused = await ana.post(DEVICES, name="Phone", subscription=subscription)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == field


async def test_nobody_has_more_devices_than_anybody_can_hold(ana: Person) -> None:
    for _ in range(devices.MOST_DEVICES):
        await ana.makes(DEVICES, name="Phone", subscription=Browser().subscription())
    refused = await ana.post(DEVICES, name="Phone", subscription=Browser().subscription())
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_devices")


async def test_the_key_to_subscribe_with_is_the_one_that_messages_are_signed_with(pulsar: Pulsar, vic: Person) -> None:
    key = (await vic.has(f"{DEVICES}/key"))["public_key"]
    assert key == to_text(public_bytes(pulsar.keys.push_key))


async def test_what_happened_to_devices_is_in_the_stream(pulsar: Pulsar, ana: Person) -> None:
    made = await ana.makes(DEVICES, name="Phone", subscription=Browser().subscription())
    await ana.patch(f"{DEVICES}/{made['id']}", name="Pixel")
    await ana.delete(f"{DEVICES}/{made['id']}")
    async with pulsar.db.in_org(ana.org_id) as tx:
        query = select(EventRow.type).where(EventRow.subject_id == ana.id).order_by(EventRow.number)
        happened = [kind for kind in await tx.scalars(query) if kind.startswith("device.")]
    assert happened == ["device.added", "device.updated", "device.removed"]
