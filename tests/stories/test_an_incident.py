"""An outage from the first alert to the lesson learned, with the people who have to do with it."""

from tests.ladders import alert_of, ladder, level, mail_channel, read, team_of
from tests.world import Engine, Mailbox, People, Person

CUSTOMER = "it@customer.example"


async def test_an_outage_is_declared_worked_on_told_of_ended_and_learned_from(
    ana: Person, bo: Person, people: People, mail: Mailbox, engine: Engine
) -> None:
    mia = await people.colleague(ana, "Mia", "member")
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    storage = await team_of(ana, mia, name="Storage")
    alert = await ana.makes("/alerts", message="Disk full", priority="P1")
    await engine.settle()
    await ana.http.post(mail.to(ana)[0].acknowledge_path)

    outage = await ana.makes(f"/alerts/{alert['id']}/incidents", responders=[{"user_id": str(ana.id)}])
    path = f"/incidents/{outage['id']}"
    assert (outage["severity"], outage["acknowledged_after_seconds"] is not None) == ("critical", True)
    await ana.makes(f"{path}/subscribers", email=CUSTOMER)
    await ana.makes(f"{path}/subscribers", user_id=str(bo.id))
    await ana.makes(f"{path}/pages", team_id=storage["id"], message="Which disk may go?")
    await engine.advance(minutes=6)
    assert len(mail.to(mia)) == 2, "nobody came at first, so she was called again"
    await ana.http.post(mail.to(mia)[0].acknowledge_path)
    await engine.advance(minutes=1)
    await mia.makes(f"{path}/notes", text="Delete `/var/old`")
    task = await ana.makes(f"{path}/tasks", title="Delete it", owner_id=str(mia.id))
    await mia.patch(f"{path}/tasks/{task['id']}", done=True)
    await ana.makes(f"{path}/updates", text="It is mended, we watch it", status="monitoring")
    await engine.advance(minutes=2)
    assert (await ana.patch(path, status="resolved", close_alerts=True)).status_code == 200
    assert (await alert_of(ana, alert["id"]))["status"] == "closed"
    await ana.makes(f"{path}/tasks", title="Watch the disk", kind="action_item", owner_id=str(mia.id))
    written = await ana.makes(f"{path}/postmortem")
    await engine.advance(minutes=30)

    assert [one.subject for one in mail.mails if one.to == CUSTOMER] == ["Monitoring: Disk full (incident #1)"]
    assert len(mail.to(mia)) == 2, "after the end nobody is called"
    found = await read(ana, path)
    assert [one["user"]["name"] for one in found["responders"]] == ["Ana", "Mia"]
    assert 420 <= found["mitigated_after_seconds"] <= found["resolved_after_seconds"] - 120
    for words in ("Ana called Storage", "Mia was put on it", "Mia noted: Delete", "told stakeholders: It is mended"):
        assert words in written["text"], written["text"]
