"""What a page into an incident says over each way: nothing in it is taken for an alert's."""

from uuid import UUID, uuid4

import pytest

from pulsar.base.http import Pulsar
from pulsar.notify import slack_blocks, telegram
from pulsar.notify.channel import Message
from pulsar.notify.channels import sms, web_push
from pulsar.notify.message import compose
from pulsar.notify.model import Notification
from pulsar.notify.rules import Subject
from tests.world import Person

INCIDENT, PAGE = uuid4(), uuid4()


@pytest.fixture
async def message(pulsar: Pulsar, ana: Person) -> Message:
    subject = Subject(PAGE, 3, "P1", "Checkout is down", "You are wanted", f"/incidents/{INCIDENT}", INCIDENT)
    content = {"subject": subject.to_json(), "people": ["Ana"], "user_ids": [str(ana.id)], "held_back": []}
    fields = {"purpose": "page", "key": "k", "channel_name": "", "channel_type": "", "level": 0, "cycle": 0}
    async with pulsar.db.in_org(ana.org_id) as tx:
        row = Notification(
            id=uuid4(), org_id=ana.org_id, user_id=ana.id, channel_id=UUID(int=1), content=content, **fields
        )
        return compose(pulsar, tx, row)


def test_it_names_the_incident_and_no_alert(message: Message) -> None:
    assert message.line == "[P1] Incident #3 Checkout is down"
    assert (message.facts["incident_id"], message.facts["number"]) == (str(INCIDENT), 3)
    assert "alert_id" not in message.facts
    assert message.acknowledge_link
    assert message.link
    assert message.link.endswith(f"/incidents/{INCIDENT}")


def test_chats_show_links_where_an_alert_has_buttons(message: Message) -> None:
    for shown in (str(slack_blocks.blocks(message)), str(telegram.content(message, acts=True))):
        assert "/ack/" in shown
        assert "I am coming" in shown
        assert str(PAGE) not in shown.replace(message.acknowledge_link or "", "")
        assert "Snooze" not in shown


def test_a_text_is_answered_with_an_i_before_the_number(message: Message) -> None:
    reachable = Message(**{**message.__dict__, "callback_url": "https://pulsar.example/x"})
    assert "Reply ACK I3 to say that you are coming." in sms._body(reachable, with_link=False)


def test_a_push_has_the_way_to_say_that_one_is_coming(message: Message) -> None:
    assert b'"acknowledge": "/ack/' in web_push._body(message)


def test_an_alerts_subject_is_stored_as_a_worker_of_the_version_before_reads_it() -> None:
    stored = Subject(PAGE, 3, "P1", "t", "b", "/alerts/x").to_json()
    assert set(stored) == {"id", "number", "priority", "title", "body", "path"}
    assert Subject.from_json(stored) == Subject(PAGE, 3, "P1", "t", "b", "/alerts/x")
    called = Subject(PAGE, 3, "P1", "t", "b", "/incidents/x", INCIDENT)
    assert Subject.from_json(called.to_json()) == called
    assert (called.kind, called.about_id) == ("incident", INCIDENT)
