"""Post-mortems: begun from what is known, written by several, published, taken away as a file."""

import asyncio

from tests.domain.test_incidents import incident, kinds
from tests.world import Person


async def test_it_begins_with_the_timeline_and_goes_out_as_a_file(ana: Person, bo: Person) -> None:
    alert = await ana.makes("/alerts", message="Disk full <b>")
    on_it = [{"user_id": str(ana.id)}, {"user_id": str(bo.id), "role": "incident_commander"}]
    path = f"/incidents/{(await incident(ana, alert_ids=[alert['id']], responders=on_it))['id']}"
    await bo.makes(f"{path}/notes", text="It is **DNS**")
    await ana.patch(path, status="resolved", severity="critical")
    await ana.makes(f"{path}/tasks", title="Restart")
    await ana.makes(f"{path}/tasks", title="Watch the disk", kind="action_item", owner_id=str(bo.id))
    made = await ana.makes(f"{path}/postmortem")
    assert (made["status"], made["version"], made["published_at"]) == ("draft", 1, None)
    for words in (
        "# Incident #1: Checkout is down",
        "| Severity | critical |",
        "| People | Bo, Ana |",
        "Bo was put on it as incident commander",
        "The alert #1 was linked: Disk full \\<b\\>",
        "Bo noted: It is \\*\\*DNS\\*\\*",
        "Ana changed the severity from medium to critical",
        "Ana resolved the incident",
    ):
        assert words in made["text"], made["text"]
    assert [item["title"] for item in made["action_items"]] == ["Watch the disk"]
    assert await ana.has(f"{path}/postmortem") == made
    file = await ana.get(f"{path}/postmortem", format="markdown")
    assert file.headers["content-type"] == "text/markdown; charset=utf-8"
    assert file.headers["content-disposition"] == 'attachment; filename="incident-1-post-mortem.md"'
    assert file.text.startswith("# Incident #1")
    assert file.text.endswith("- [ ] Watch the disk, Bo\n")


async def test_two_who_write_at_once_do_not_overwrite_each_other(ana: Person, bo: Person) -> None:
    path = f"/incidents/{(await incident(ana))['id']}"
    begun = await asyncio.gather(*(who.post(f"{path}/postmortem") for who in (ana, bo)))
    assert sorted(answer.status_code for answer in begun) == [201, 409]
    answers = await asyncio.gather(
        *(who.patch(f"{path}/postmortem", text=f"By {who.name}", version=1) for who in (ana, bo))
    )
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert (won.status_code, lost.status_code, lost.json()["code"]) == (200, 409, "stale_version")
    assert lost.json()["current"]["text"] == won.json()["text"]


async def test_it_is_published_withdrawn_and_deleted(ana: Person, eve: Person, vic: Person) -> None:
    path = f"/incidents/{(await incident(ana))['id']}"
    assert (await ana.get(f"{path}/postmortem")).status_code == 404
    await ana.makes(f"{path}/postmortem")
    assert (await vic.get(f"{path}/postmortem")).status_code == 200
    assert (await vic.patch(f"{path}/postmortem", text="No")).status_code == 403
    assert (await eve.get(f"{path}/postmortem")).status_code == 404
    published = (await ana.patch(f"{path}/postmortem", status="published", text="# It was DNS")).json()
    assert published["published_at"]
    assert (await ana.patch(f"{path}/postmortem", status="published")).json() == published
    assert (await ana.patch(f"{path}/postmortem", status="draft")).json()["published_at"] is None
    assert (await ana.patch(f"{path}/postmortem", text="x" * 200_001)).status_code == 422
    assert (await ana.delete(f"{path}/postmortem")).status_code == 204
    found = await ana.has(path)
    assert kinds(found) == [
        "created",
        "postmortem_created",
        "postmortem_updated",
        "postmortem_published",
        "postmortem_withdrawn",
        "postmortem_deleted",
    ]
    assert "DNS" not in str(found["timeline"])
