"""Webhook endpoints: who sets them up, what of them is secret, and what somebody else's edit does to one's own."""

from sqlalchemy import text

from pulsar.base.http import Pulsar
from tests.domain.hooking import hook
from tests.receiver import Receiver
from tests.world import Person

PATH = "/webhooks/endpoints"


async def test_an_endpoint_has_the_eight_flags_and_a_secret_that_is_shown_once(ana: Person, receiver: Receiver) -> None:
    made = await hook(ana, receiver, alert_created=True, patterns=["schedule.*", "schedule.*"])
    assert len(made["secret"]) == 64
    assert made["standard_secret"].startswith("whsec_")
    seen = await ana.has(f"{PATH}/{made['id']}")
    assert "secret" not in seen
    assert made["secret"] not in str(seen)
    assert [name for name, value in seen.items() if value is True] == ["enabled", "alert_created"]
    assert seen["patterns"] == ["schedule.*"]
    assert seen["standing"] == "new"
    assert (await ana.has(PATH))["items"] == [seen]


async def test_a_change_leaves_what_it_does_not_name(ana: Person, receiver: Receiver) -> None:
    made = await hook(ana, receiver, alert_created=True, incident_created=True, timeout_seconds=3)
    changed = (await ana.patch(f"{PATH}/{made['id']}", alert_created=False, alert_closed=True)).json()
    assert (changed["alert_created"], changed["alert_closed"], changed["incident_created"]) == (False, True, True)
    assert changed["timeout_seconds"] == 3
    assert changed["version"] == made["version"] + 1


async def test_an_edit_of_what_is_no_longer_so_is_refused(ana: Person, bo: Person, receiver: Receiver) -> None:
    made = await hook(ana, receiver)
    assert (await bo.patch(f"{PATH}/{made['id']}", name="Bo's", version=made["version"])).is_success
    refused = await ana.patch(f"{PATH}/{made['id']}", name="Ana's", version=made["version"])
    assert refused.status_code == 409
    assert refused.json()["current"]["name"] == "Bo's"


async def test_the_value_of_a_secret_header_never_comes_back_and_need_not_be_sent_again(
    ana: Person, receiver: Receiver, pulsar: Pulsar
) -> None:
    headers = [
        {"name": "Authorization", "value": "Bearer hush", "secret": True},
        {"name": "X-From", "value": "Pulsar"},
    ]
    made = await hook(ana, receiver, headers=headers)
    told = [("Authorization", None, True), ("X-From", "Pulsar", False)]
    assert [(one["name"], one["value"], one["secret"]) for one in made["headers"]] == told
    kept = [{"name": "authorization", "secret": True}, {"name": "X-From", "value": "Somebody"}]
    changed = (await ana.patch(f"{PATH}/{made['id']}", headers=kept)).json()
    assert changed["headers"][0]["value"] is None
    assert "hush" not in str(await ana.has("/audit"))


async def test_what_a_secret_header_says_does_not_follow_to_another_host(ana: Person, receiver: Receiver) -> None:
    made = await hook(ana, receiver, headers=[{"name": "X-Key", "value": "hush", "secret": True}])
    path, stranger = f"{PATH}/{made['id']}", "https://example.org/hook"
    kept = [{"name": "X-Key", "secret": True}]
    assert (await ana.patch(path, url=stranger)).json()["errors"][0]["field"] == "headers"
    assert (await ana.patch(path, url=stranger, headers=kept)).json()["errors"][0]["field"] == "headers.0.value"
    assert (await ana.patch(path, url=f"{receiver.root}/elsewhere", headers=kept)).is_success
    assert (await ana.patch(path, url=stranger, headers=[{**kept[0], "value": "again"}])).is_success


async def test_what_does_not_fit_is_refused_with_the_name_of_the_field(ana: Person, receiver: Receiver) -> None:
    good = {"name": "Chat", "url": receiver.url}
    nobody = "0193a5b0-0000-7000-8000-000000000000"
    for fault, field in (
        ({"url": "ftp://example.org/"}, "url"),
        ({"url": "https://ana:hush@example.org/"}, "url"),
        ({"url": "https://example.org/#part"}, "url"),
        ({"patterns": ["alert.created; drop"]}, "patterns.0"),
        ({"team_ids": [nobody]}, "team_ids"),
        ({"timeout_seconds": 31}, "timeout_seconds"),
        ({"retry_delay_seconds": 0}, "retry_delay_seconds"),
        ({"headers": [{"name": "Host", "value": "x"}]}, "headers.0.name"),
        ({"headers": [{"name": "X-A", "value": "a\nb"}]}, "headers.0.name"),
        ({"headers": [{"name": "X-A", "secret": True}]}, "headers.0.value"),
    ):
        refused = await ana.post(PATH, **(good | fault))
        assert refused.status_code == 422, fault
        assert refused.json()["errors"][0]["field"] == field, fault


async def test_who_did_what_to_it_stands_in_the_audit_log_without_secrets(ana: Person, receiver: Receiver) -> None:
    made = await hook(ana, receiver)
    await ana.patch(f"{PATH}/{made['id']}", name="Room")
    rotated = await ana.makes(f"{PATH}/{made['id']}/rotate-secret", overlap_hours=1)
    assert (await ana.delete(f"{PATH}/{made['id']}")).status_code == 204
    log = await ana.has("/audit", subject_id=made["id"])
    assert [line["type"] for line in reversed(log["items"])] == [
        "webhook.created",
        "webhook.updated",
        "webhook.secret_rotated",
        "webhook.deleted",
    ]
    assert log["items"][2]["changes"] == {"name": {"before": "Chat", "after": "Room"}}
    assert not any(secret in str(log) for secret in (made["secret"], rotated["secret"]))


async def test_secrets_are_sealed_in_the_database(ana: Person, receiver: Receiver, pulsar: Pulsar) -> None:
    made = await hook(ana, receiver, headers=[{"name": "X-Key", "value": "hush-hush", "secret": True}])
    async with pulsar.db.in_org(ana.org_id) as tx:
        row = str((await tx.execute(text("SELECT e::text FROM webhook_endpoints e"))).one())
    assert made["secret"] not in row
    assert b"hush-hush".hex() not in row
    assert made["secret"].encode().hex() not in row
