"""A mail, from a client to the shared process: to an alert that is open, and one that is closed."""

import asyncio
import smtplib
from email.message import EmailMessage

from tests.e2e.processes import Running, run
from tests.ladders import read
from tests.world import Person


def _send(place: str, to: str, subject: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "cron@db-1.example", to, subject
    mail.set_content("95 % used")
    host, port = place.split(":")
    with smtplib.SMTP(host, int(port), timeout=20) as client:
        client.send_message(mail)


async def test_a_mail_to_the_integration_s_own_address_opens_an_alert_and_the_next_closes_it(
    ana: Person, server: Running, mail_place: str
) -> None:
    made = await ana.makes("/webhooks/incoming", name="Cron", integration_type="email")
    assert made["email"] == f"{made['token']}@localhost"
    for subject, status in (("The disk of db-1 is full", "open"), ("OK: The disk of db-1 is full", "closed")):
        await asyncio.to_thread(_send, mail_place, made["email"], subject)
        (alert,) = (await read(ana, "/alerts"))["items"]
        assert (alert["message"], alert["status"]) == ("The disk of db-1 is full", status)
    looked = await run(server.data_dir, "check", smtp_listen=mail_place, database_url=server.database_url)
    assert f"taken at {mail_place} for localhost" in looked.stdout
