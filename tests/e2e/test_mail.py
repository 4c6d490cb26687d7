"""A page goes to a real SMTP server, and whoever holds the mail presses its link."""

import httpx

from tests.e2e.paging import paged_by_mail, pages
from tests.e2e.processes import Running, until
from tests.ladders import alert_of, outlook
from tests.world import Mailbox, Person


async def test_the_link_in_a_mail_acknowledges_and_the_next_level_stays_silent(
    ana: Person, http: httpx.AsyncClient, server: Running, mail: Mailbox
) -> None:
    monitoring = await paged_by_mail(ana, mail, 0, 6)
    alert = (await monitoring.tells(message="Disk full", priority="P2"))["alerts"][0]["id"]
    await until("the first page", lambda: mail.to(ana))
    link = f"http://localhost:{server.port}{mail.to(ana)[0].acknowledge_path}"
    assert link in mail.to(ana)[0].text

    shown = await http.get(link)
    assert shown.status_code == 200
    assert "Disk full" in shown.text
    assert (await alert_of(ana, alert))["status"] == "open"

    pressed = await http.post(link)
    assert pressed.status_code == 200
    assert "Acknowledged by Ana" in pressed.text
    assert (await alert_of(ana, alert))["status"] == "acknowledged"

    # A second alert's second level comes later than the first one's would have, and by the same way.
    await monitoring.tells(message="Still full", priority="P2")
    await until("both pages for the other one", lambda: len(mail.to(ana)) == 3)
    assert [m.subject for m in mail.to(ana)[1:]] == ["[P2] #2 Still full"] * 2
    assert (await outlook(ana, alert))["status"] == "stopped"
    assert await pages(ana, alert) == [("sent", 1)]
