from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsar.alerts.rules import Priority
from pulsar.inbound.rules import Reading, Unreadable
from pulsar.inbound.sources import prometheus


def one(labels: dict[str, Any], **rest: Any) -> Reading:
    (reading,) = prometheus.read({"alerts": [{"labels": labels, **rest}]})
    return reading


def test_every_alert_of_a_group_is_read_in_its_order(read: Callable[[str], list[Reading]]) -> None:
    cool, cooler = read("prometheus/zulip_two_firing")
    assert cool == Reading(
        action="create",
        alias="a1bc48475b20e73d",
        message="High CPU core temperature",
        description="CPU core temperature is 34.75C",
        priority=Priority.P1,
        source="ops1",
        entity="andromeda",
        tags=("High CPU Temperature",),
        details={
            "startsAt": "2020-02-06T00:17:58.432911368Z",
            "generatorURL": "http://cobalt:9090/graph?g0.expr=avg+by%28host%29+%28sensors_temp_input%7Bfeature%3D~%22"
            "core_%5B0-9%5D%2B%22%7D%29+%3E+15&g0.tab=1",
            "receiver": "ops-zulip",
            "groupKey": "{}/{}:{}",
            "externalURL": "http://ops1:9093",
            "summary": "High CPU core temperature",
            "description": "CPU core temperature is 34.75C",
            "topic": "andromeda",
            "alertname": "High CPU Temperature",
            "host": "andromeda",
            "severity": "critical",
        },
    )
    assert (cooler.alias, cooler.description) == ("c2ea85182f28cbd9", "CPU core temperature is 17.625C")


@given(st.lists(st.tuples(st.text("0123456789abcdef", min_size=1), st.sampled_from(["firing", "resolved"]))))
def test_a_group_of_any_size_keeps_its_order(sent: list[tuple[str, str]]) -> None:
    alerts = [{"labels": {}, "fingerprint": key, "status": status} for key, status in sent]
    readings = list(prometheus.read({"alerts": alerts}))
    actions = {"firing": "create", "resolved": "close"}
    assert [(reading.alias, reading.action) for reading in readings] == [(key, actions[state]) for key, state in sent]


def test_resolved_closes_what_firing_opened(read: Callable[[str], list[Reading]]) -> None:
    opened, other = read("prometheus/zulip_two_firing")
    (closed,) = read("prometheus/zulip_resolved")
    assert closed.action == "close"
    assert closed.alias == opened.alias != other.alias


def test_one_group_can_open_and_close(payload: Callable[[str], Any]) -> None:
    group = payload("prometheus/zulip_two_firing")
    group["alerts"][1]["status"] = "resolved"
    assert [reading.action for reading in prometheus.read(group)] == ["create", "close"]


def test_without_a_fingerprint_the_labels_are_the_identity(payload: Callable[[str], Any]) -> None:
    group = payload("prometheus/alerta_v4_without_fingerprint")
    (opened,) = prometheus.read(group)
    alert = group["alerts"][0]
    alert |= {"status": "resolved", "endsAt": "2017-08-03T16:00:00Z", "annotations": {}}
    alert["labels"] = dict(reversed(alert["labels"].items()))
    (closed,) = prometheus.read(group)
    assert opened.alias == closed.alias
    assert (opened.action, closed.action) == ("create", "close")
    alert["labels"]["instance"] = "another"
    (other,) = prometheus.read(group)
    assert other.alias != opened.alias


def test_an_alert_without_fingerprint_and_labels_is_like_no_other() -> None:
    assert one({}).alias is None


def test_version_3_reads_alike(read: Callable[[str], list[Reading]]) -> None:
    (reading,) = read("prometheus/alerta_v3_firing")
    assert (reading.message, reading.priority, reading.entity) == ("Connect fail", Priority.P1, "host2")
    assert reading.tags == ("failedConnect", "job:pinger", "environment:Production", "service:System")
    assert reading.source == "alertmanager.host"
    assert reading.details["groupKey"] == "5615590933959184469"


def test_a_watchdog_is_an_alert_like_others(read: Callable[[str], list[Reading]]) -> None:
    (reading,) = read("prometheus/made_here_watchdog")
    assert (reading.action, reading.message, reading.priority) == ("create", "Watchdog", Priority.P5)
    assert (reading.source, reading.tags) == ("Prometheus", ("Watchdog", "namespace:monitoring", "cluster:eu-1"))


@pytest.mark.parametrize(
    ("labels", "priority"),
    [
        ({"severity": "critical"}, Priority.P1),
        ({"severity": "warning"}, Priority.P3),
        ({"severity": "critical", "priority": "P4"}, Priority.P4),
        ({"severity": "critical", "priority": "whatever"}, Priority.P1),
        ({"priority": "p2"}, Priority.P2),
        ({"severity": "strange"}, None),
        ({}, None),
    ],
)
def test_a_priority_label_wins_over_a_severity(labels: dict[str, str], priority: Priority | None) -> None:
    assert one(labels).priority == priority


@pytest.mark.parametrize(
    ("labels", "annotations", "message"),
    [
        ({"alertname": "Down"}, {"summary": "s", "title": "t"}, "s"),
        ({"alertname": "Down"}, {"summary": " ", "title": "t"}, "t"),
        ({"alertname": "Down", "instance": "db1:9100"}, {}, "Down on db1:9100"),
        ({"alertname": "Down"}, None, "Down"),
        ({"job": "node", "instance": "db1"}, {}, "job=node, instance=db1"),
    ],
)
def test_the_message_is_the_best_there_is(labels: dict[str, str], annotations: Any, message: str) -> None:
    assert one(labels, annotations=annotations).message == message


@pytest.mark.parametrize(
    ("labels", "entity"),
    [
        ({"service": "shop", "host": "h", "pod": "p", "instance": "i"}, "i"),
        ({"service": "shop", "host": "h", "pod": "p"}, "p"),
        ({"service": "shop", "host": "h"}, "h"),
        ({"service": "shop"}, "shop"),
        ({"job": "node"}, ""),
    ],
)
def test_the_entity_is_the_nearest_to_what_broke(labels: dict[str, str], entity: str) -> None:
    assert one(labels).entity == entity


def test_a_label_that_is_no_text_loses_no_page() -> None:
    reading = one({"alertname": "Down", "replica": 2, "lost": None, "zones": ["a"]})
    assert reading.details == {"alertname": "Down", "replica": "2", "zones": '["a"]'}


def test_a_password_in_the_address_does_not_become_the_source() -> None:
    group = {"alerts": [{"labels": {}}], "externalURL": "https://ana:secret@alerts.example.org:9093/x"}
    (reading,) = prometheus.read(group)
    assert reading.source == "alerts.example.org"


@pytest.mark.parametrize("address", ["", "http://:9093", "http://[", "no address"])
def test_an_address_without_a_host_leaves_the_tool_as_the_source(address: str) -> None:
    (reading,) = prometheus.read({"alerts": [{"labels": {}}], "externalURL": address})
    assert reading.source == "Prometheus"


def test_that_alerts_were_held_back_is_told(payload: Callable[[str], Any]) -> None:
    group = payload("prometheus/zulip_resolved") | {"truncatedAlerts": 7}
    (reading,) = prometheus.read(group)
    assert reading.details["truncatedAlerts"] == "7"


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({}, "alerts is missing"),
        ({"alerts": None}, "alerts must be an array, not null"),
        ({"alerts": [{"labels": {}}, {}]}, "alerts[1].labels is missing"),
        ({"alerts": [{"labels": {}}] * 3 + [{"labels": []}]}, "alerts[3].labels must be an object, not an array"),
        ({"alerts": [{"labels": {}, "status": 1}]}, "alerts[0].status must be a string, not a whole number"),
    ],
)
def test_a_refusal_names_the_place(payload: Any, complaint: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        list(prometheus.read(payload))
    assert str(refusal.value) == complaint
