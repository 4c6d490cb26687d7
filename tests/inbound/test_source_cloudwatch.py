import json
from collections.abc import Callable
from typing import Any

import pytest

from pulsar.inbound.rules import Reading, Unreadable
from pulsar.inbound.sources import cloudwatch

Read = Callable[[str], list[Reading]]
Payload = Callable[[str], Any]


def test_an_alarm_opens_an_alert(read: Read) -> None:
    (reading,) = read("cloudwatch/alerta_alarm")
    assert (reading.action, reading.message, reading.priority) == ("create", "bucketbytesAlarm", None)
    assert reading.alias == (
        "cloudwatch arn:aws:sns:eu-west-1:1234567890:alerta-test 1234567890 EU (Ireland) bucketbytesAlarm"
    )
    assert (reading.description, reading.entity) == ("bucket bytes size exceeded", "StandardStorage, try.alerta.io")
    assert reading.tags == ("AWS/S3", "BucketSizeBytes")
    assert reading.details["BucketName"] == "try.alerta.io"


def test_ok_closes_what_alarm_opened(read: Read, payload: Payload) -> None:
    notice = payload("cloudwatch/alerta_alarm")
    notice["Message"] = json.dumps(json.loads(notice["Message"]) | {"NewStateValue": "OK"})
    (opened,), (closed,) = read("cloudwatch/alerta_alarm"), list(cloudwatch.read(notice))
    assert (closed.action, closed.alias) == ("close", opened.alias)


def test_without_data_it_says_so(read: Read) -> None:
    (reading,) = read("cloudwatch/alerta_insufficient_data")
    assert (reading.action, reading.message) == ("create", "No data: notificationCountAlarm")


def test_a_question_about_the_subscription_is_no_alert(read: Read) -> None:
    assert read("cloudwatch/alerta_subscription") == []


def test_what_a_person_published_is_an_alert_of_its_own(payload: Payload) -> None:
    (reading,) = cloudwatch.read(payload("cloudwatch/alerta_alarm") | {"Message": "Look\nat it", "Subject": None})
    assert (reading.message, reading.description, reading.alias) == ("Look", "Look\nat it", None)


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({"AlarmName": "raw"}, "Type is missing"),
        ({"Type": "Odd", "Message": "", "TopicArn": "t", "MessageId": "m"}, "Type must be Notification"),
    ],
)
def test_what_is_not_from_sns_is_refused(payload: Any, complaint: str) -> None:
    with pytest.raises(Unreadable, match=complaint):
        list(cloudwatch.read(payload))
