"""kill -9, of anything, between two levels: the next one is paged exactly once, and late by 15 s at most."""

import time
from dataclasses import dataclass

import asyncpg
import httpx
import psutil

from tests.e2e.paging import LATEST_SECONDS, paged_by_mail, pages
from tests.e2e.processes import Running, stays, until
from tests.ladders import Integration, integration, ladder, level, mail_channel
from tests.receiver import Receiver
from tests.world import Mailbox, Person, register

DELAY_SECONDS = 3
# After which a worker takes what another one had begun, and a margin: whatever comes twice has come by then.
TWICE_WITHIN_SECONDS = 10.0


@dataclass
class Between:
    """An alert between its first level, which was paged, and its second."""

    person: Person
    mail: Mailbox
    alert: str
    due: float

    async def second_comes_once_and_in_time(self) -> None:
        await until("the second level", lambda: len(self.mail.to(self.person)) > 1, 2 * LATEST_SECONDS)
        assert -1 < time.monotonic() - self.due < LATEST_SECONDS
        await stays("two pages", lambda: len(self.mail.to(self.person)) == 2, TWICE_WITHIN_SECONDS)
        assert await pages(self.person, self.alert) == [("sent", 1), ("sent", 1)]


async def between_levels(person: Person, mail: Mailbox, monitoring: Integration) -> Between:
    due = time.monotonic() + DELAY_SECONDS
    alert = (await monitoring.tells(message="Disk full"))["alerts"][0]["id"]

    async def paged() -> bool:
        # Written down, too: what was sent and not noted may be sent again.
        return await pages(person, alert) == [("sent", 1)]

    await until("the first level", paged)
    return Between(person, mail, alert, due)


async def killed(process: psutil.Process) -> None:
    process.kill()
    # The postmaster is nobody's child here, and stays as a zombie where no init reaps it.
    await until(f"the end of {process.pid}", lambda: not process.is_running() or process.status() == "zombie")


async def test_a_killed_worker_is_replaced_and_the_next_level_comes_in_time_and_once(
    ana: Person, server: Running, mail: Mailbox
) -> None:
    between = await between_levels(ana, mail, await paged_by_mail(ana, mail, 0, DELAY_SECONDS))
    await killed(server.worker())
    await between.second_comes_once_and_in_time()


async def test_a_killed_database_is_brought_back_and_the_next_level_comes_in_time_and_once(
    ana: Person, server: Running, mail: Mailbox
) -> None:
    between = await between_levels(ana, mail, await paged_by_mail(ana, mail, 0, DELAY_SECONDS))
    await killed(server.postmaster())
    await until("the database", lambda: answers(server.database_url))
    await between.second_comes_once_and_in_time()


async def test_the_first_alert_after_the_database_came_back_is_taken(ana: Person, server: Running) -> None:
    monitoring = await integration(ana)
    await monitoring.tells(message="Disk full")
    await killed(server.postmaster())
    await until("the database", lambda: answers(server.database_url))
    assert (await monitoring.post({"message": "Still full"})).status_code == 202


async def answers(database_url: str) -> bool:
    try:
        connection = await asyncpg.connect(database_url)
    except (OSError, asyncpg.PostgresError):
        return False
    await connection.close()
    return True


async def test_a_slow_provider_holds_up_nobody_after_the_database_came_back(
    ana: Person, http: httpx.AsyncClient, server: Running, slow: Receiver, mail: Mailbox
) -> None:
    eve = await register(http, "Eve")
    await eve.makes("/notifications/channels", **slow.channel(timeout_seconds=100))
    await ladder(eve, level(0, eve))
    await (await integration(eve)).tells(message="Disk full")
    await until("a message on its way", slow.reached.is_set)

    await killed(server.postmaster())
    await until("the database", lambda: answers(server.database_url))
    await (await paged_by_mail(ana, mail, 0)).tells(message="Disk full")
    await until("the page", lambda: mail.to(ana), LATEST_SECONDS)


async def test_how_it_went_is_told_though_everybody_who_could_tell_it_was_killed_at_that_moment(
    ana: Person, server: Running, mail: Mailbox
) -> None:
    """F18: a resolve, and kill -9 right after its answer."""
    await mail_channel(ana, mail, bundle_seconds=0)
    await ladder(ana, level(0, ana))
    monitoring = await integration(ana)
    alert = (await monitoring.tells(message="Disk full", alias="disk"))["alerts"][0]["id"]

    async def paged() -> bool:
        return [status for status, _ in await pages(ana, alert)] == ["sent"]

    await until("the page", paged)
    await monitoring.tells(alias="disk", action="close")
    await killed(server.worker())
    await until("the news", lambda: len(mail.to(ana)) > 1, LATEST_SECONDS)
    assert mail.to(ana)[1].subject.startswith("Closed by Nagios")
