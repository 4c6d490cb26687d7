"""What happens to an alert by itself: paging starts again after an acknowledgement that nobody followed up, and an
alert that nobody took is closed. Both only where the policy wants it."""

from datetime import datetime, timedelta

import pytest

from pulsar.engine.audit import audit
from tests.ladders import alert_of, happened, ladder, level, mail_channel, outlook, renewed
from tests.world import Engine, Mailbox, Person


async def test_an_acknowledged_alert_that_nobody_closes_pages_again_from_the_first_rule(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), level(600, bo), ack_timeout_seconds=1800)
    alert = (await ana.makes("/alerts", message="Disk full"))["id"]
    await engine.settle()
    await ana.makes(f"/alerts/{alert}/acknowledge")
    assert (await outlook(ana, alert))["afterwards"]["what"] == "reopen"
    await engine.advance(minutes=29)
    assert len([m for m in mail.mails if "[P3]" in m.subject]) == 1
    await engine.advance(minutes=2)
    assert (await alert_of(ana, alert))["status"] == "open"
    pages = [m.to for m in mail.mails if m.subject == "[P3] #1 Disk full"]
    assert pages == [ana.email, ana.email]
    assert (await happened(ana, alert)).count("alert.reopened") == 1
    assert (await outlook(ana, alert))["afterwards"] is None


@pytest.mark.parametrize("verb", ["close", "unacknowledge"])
async def test_whoever_acts_in_time_ends_the_wait(ana: Person, engine: Engine, mail: Mailbox, verb: str) -> None:
    await ladder(ana, level(0, ana), ack_timeout_seconds=1800)
    alert = (await ana.makes("/alerts", message="Disk full"))["id"]
    await ana.makes(f"/alerts/{alert}/acknowledge")
    await engine.advance(minutes=5)
    await ana.makes(f"/alerts/{alert}/{verb}")
    await engine.advance(hours=2)
    assert "alert.reopened" not in await happened(await renewed(ana), alert)


async def test_a_second_acknowledgement_has_its_own_time(ana: Person, engine: Engine, mail: Mailbox) -> None:
    await ladder(ana, level(0, ana), ack_timeout_seconds=600)
    alert = (await ana.makes("/alerts", message="Disk full"))["id"]
    await ana.makes(f"/alerts/{alert}/acknowledge")
    await engine.advance(minutes=8)
    await ana.makes(f"/alerts/{alert}/unacknowledge")
    await ana.makes(f"/alerts/{alert}/acknowledge")
    await engine.advance(minutes=8)
    assert (await alert_of(ana, alert))["status"] == "acknowledged"
    await engine.advance(minutes=3)
    assert (await alert_of(ana, alert))["status"] == "open"


async def test_an_alert_that_nobody_took_is_closed_after_the_last_round_with_the_reason(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), level(60, bo), repeat_count=1, close_after_seconds=600)
    alert = (await ana.makes("/alerts", message="Disk full"))["id"]
    await engine.advance(minutes=5)
    assert (await outlook(ana, alert))["afterwards"]["what"] == "close"
    assert (await alert_of(ana, alert))["status"] == "open"
    await engine.advance(minutes=10)
    closed = await alert_of(ana, alert)
    assert closed["status"] == "closed"
    assert closed["close_reason"] == "nobody acknowledged it, and every level of Everything has had its turn"


async def test_whoever_acknowledges_before_keeps_it_open(ana: Person, engine: Engine) -> None:
    await ladder(ana, level(0, ana), close_after_seconds=600)
    alert = (await ana.makes("/alerts", message="Disk full"))["id"]
    await engine.advance(minutes=5)
    await ana.makes(f"/alerts/{alert}/acknowledge")
    await engine.advance(hours=2)
    assert (await alert_of(ana, alert))["status"] == "acknowledged"


async def test_without_the_options_nothing_happens_by_itself(ana: Person, engine: Engine) -> None:
    await ladder(ana, level(0, ana))
    alert = (await ana.makes("/alerts", message="Disk full"))["id"]
    await engine.advance(hours=1)
    assert (await alert_of(ana, alert))["status"] == "open"
    assert (await outlook(ana, alert))["afterwards"] is None


async def test_a_wait_whose_job_is_lost_ends_all_the_same_and_once(ana: Person, engine: Engine, mail: Mailbox) -> None:
    """F1: a pause survives whatever happens to the queue meanwhile."""
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), ack_timeout_seconds=600)
    alert = (await ana.makes("/alerts", message="Disk full"))["id"]
    await engine.settle()
    await ana.makes(f"/alerts/{alert}/acknowledge")
    await engine.lose_jobs()
    await engine.stand_still(seconds=610)
    for _ in range(3):
        await audit(engine.pulsar.db)
    await engine.settle()
    assert (await happened(ana, alert)).count("alert.reopened") == 1
    assert engine.clock.now() > await _at(ana, alert) + timedelta(minutes=10)


async def _at(ana: Person, alert: str) -> datetime:
    return datetime.fromisoformat((await alert_of(ana, alert))["created_at"])
