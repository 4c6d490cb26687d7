"""From an address to somebody who is woken."""

import httpx

from tests.domain.inviting import account, address, invited
from tests.ladders import ladder, level, team, team_of
from tests.world import API, Engine, Mailbox, Person, person_of


async def test_an_invited_colleague_is_paged_and_acknowledges(
    ana: Person, http: httpx.AsyncClient, engine: Engine, mail: Mailbox
) -> None:
    await ana.makes("/notifications/channels", **mail.channel)
    squad = await team_of(ana, name="Database")
    await ladder(ana, level(0, team(squad)), level(300, ana))

    await invited(ana, address("Gil"), team_ids=[squad["id"]])
    [letter] = mail.mails
    link = next(line for line in letter.text.splitlines() if line.startswith("Accept the invitation: "))
    given = {"token": link.rpartition("#")[2], **account("Gil")}
    answer = await http.post(f"{API}/invitations/accept", json=given)
    gil = person_of(http, answer.json())
    mail.mails.clear()

    alert = await ana.makes("/alerts", message="Disk full")
    await engine.settle()
    assert [m.subject for m in mail.to(gil)] == ["[P3] #1 Disk full"]
    await http.post(mail.to(gil)[0].acknowledge_path)
    assert (await gil.has(f"/alerts/{alert['id']}"))["acknowledged_by"]["name"] == "Gil"
    await engine.advance(hours=1)
    assert mail.to(ana) == []


async def test_somebody_who_left_is_passed_over_and_the_owner_sees_that_they_are_missed(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await ana.makes("/notifications/channels", **mail.channel)
    await ladder(ana, level(0, bo), level(300, ana))
    await ana.patch(f"/users/{bo.id}", active=False)
    await ana.makes("/alerts", message="Disk full")
    await engine.settle()
    assert [m.to for m in mail.mails] == [ana.email], "the empty level hands over at once"
    kinds = [problem["kind"] for problem in (await ana.has("/problems"))["items"]]
    assert kinds == ["empty_level", "inactive_target"]
