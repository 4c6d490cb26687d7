"""From a webhook to a person and back."""

import httpx

from tests.world import API, Engine, Mailbox, Person


async def test_the_boss_is_paged_when_nobody_acknowledges(
    ana: Person, bo: Person, http: httpx.AsyncClient, engine: Engine, mail: Mailbox
) -> None:
    await ana.makes("/notifications/channels", **mail.channel)
    policy = await ana.makes(
        "/escalation-policies",
        name="Database",
        rules=[
            {"delay_seconds": 0, "targets": [{"type": "user", "user_id": str(ana.id)}]},
            {"delay_seconds": 300, "targets": [{"type": "user", "user_id": str(bo.id)}]},
        ],
    )
    token = await ana.makes("/webhooks/incoming", name="Nagios", escalation_policy_id=policy["id"])

    answer = await http.post(f"{API}/webhook/{token['token']}", json={"message": "Disk full", "priority": "P1"})
    assert answer.status_code == 202

    await engine.settle()
    assert [m.subject for m in mail.to(ana)] == ["[P1] #1 Disk full"]
    assert mail.to(bo) == []

    await engine.advance(minutes=4, seconds=58)
    assert mail.to(bo) == []
    await engine.advance(seconds=3)
    assert len(mail.to(bo)) == 1
    assert len(mail.to(ana)) == 1


async def test_the_link_in_a_page_acknowledges_and_nothing_more_is_sent(
    ana: Person, bo: Person, http: httpx.AsyncClient, engine: Engine, mail: Mailbox
) -> None:
    await ana.makes("/notifications/channels", **mail.channel)
    await ana.makes(
        "/escalation-policies",
        name="Everything",
        is_default=True,
        rules=[
            {"delay_seconds": 0, "targets": [{"type": "user", "user_id": str(ana.id)}]},
            {"delay_seconds": 60, "targets": [{"type": "user", "user_id": str(bo.id)}]},
        ],
    )
    alert = await ana.makes("/alerts", message="Disk full")
    await engine.settle()
    path = mail.to(ana)[0].acknowledge_path

    shown = await http.get(path)
    assert "Disk full" in shown.text
    assert (await ana.has(f"/alerts/{alert['id']}"))["status"] == "open"

    pressed = await http.post(path)
    assert "Acknowledged by Ana" in pressed.text
    assert (await ana.has(f"/alerts/{alert['id']}"))["acknowledged_by"]["name"] == "Ana"

    await engine.advance(hours=1)
    assert len(mail.mails) == 1
