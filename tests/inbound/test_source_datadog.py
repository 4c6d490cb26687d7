import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulsar.alerts.rules import Priority
from pulsar.inbound.rules import Reading, Unreadable
from pulsar.inbound.sources import datadog

GUIDE = Path(__file__).parents[2] / "docs" / "integrations" / "datadog.md"


def one(**fields: Any) -> Reading:
    (reading,) = datadog.read({"title": "[Triggered] Load is high", **fields})
    return reading


def test_what_our_template_sends_is_read(read: Callable[[str], list[Reading]]) -> None:
    (reading,) = read("datadog/made_here_triggered")
    assert (reading.action, reading.alias) == ("create", "7301846250817362945")
    assert reading.message == "Load is high on host:my-host"
    assert reading.description == "The load of my-host stayed above 4."
    assert (reading.priority, reading.source, reading.entity) == (Priority.P2, "Datadog", "my-host")
    assert reading.tags == ("monitor", "name:myService", "role:computing-node")
    assert reading.details["alert_metric"] == "system.load.1"
    assert reading.details["org_name"] == "Datadog"
    assert "snapshot" not in reading.details


def test_recovered_closes_what_triggered_opened(read: Callable[[str], list[Reading]]) -> None:
    (opened,), (closed,) = read("datadog/made_here_triggered"), read("datadog/made_here_recovered")
    assert (opened.action, closed.action) == ("create", "close")
    assert opened.alias == closed.alias


def test_datadog_s_own_default_template_is_read(
    read: Callable[[str], list[Reading]], payload: Callable[[str], Any]
) -> None:
    (opened,) = read("datadog/relay_default_template")
    assert (opened.action, opened.message) == ("create", "[TEST] Host Cluster Alert")
    assert opened.description.startswith("@webhook-relay-test\n")
    assert opened.description.endswith("/edit)]")
    assert opened.details["org_name"] == "Puppet"
    recovered = payload("datadog/relay_default_template") | {
        "id": "1",
        "title": "[Recovered] [TEST] Host Cluster Alert",
    }
    (closed,) = datadog.read(recovered)
    assert (closed.action, closed.alias) == ("close", opened.alias)


def test_a_variable_without_a_value_does_not_leak(read: Callable[[str], list[Reading]]) -> None:
    (reading,) = read("datadog/made_here_unexpanded")
    assert reading.message == "Nightly import is late"
    assert reading.alias == "datadog Nightly import is late"
    assert (reading.priority, reading.entity, reading.tags) == (None, "", ())
    assert reading.details == {"summary": " of "}


def test_a_dollar_in_a_text_is_left_alone(read: Callable[[str], list[Reading]]) -> None:
    (reading,) = read("datadog/made_here_unexpanded")
    assert reading.description == "No import since midnight. Home is $HOME."


@pytest.mark.parametrize(
    ("fields", "action"),
    [
        ({"alert_transition": "Triggered"}, "create"),
        ({"alert_transition": "Re-Triggered"}, "create"),
        ({"alert_transition": "No Data"}, "create"),
        ({"alert_transition": "Re-No Data"}, "create"),
        ({"alert_transition": "Warn"}, "create"),
        ({"alert_transition": "Renotify"}, "create"),
        ({"alert_transition": "Recovered"}, "close"),
        ({"alert_transition": "$ALERT_TRANSITION", "title": "[Recovered on {host:a}] Load"}, "close"),
        ({"title": "Load", "alert_type": "success"}, "close"),
        ({"title": "Load", "alert_type": "error"}, "create"),
        ({"title": "[Triggered] Load", "alert_type": "success"}, "create"),
    ],
)
def test_only_a_recovery_closes(fields: dict[str, str], action: str) -> None:
    assert one(**fields).action == action


@pytest.mark.parametrize(
    ("title", "message"),
    [
        ("[Triggered] Disk is full", "Disk is full"),
        ("[P1] [Re-Triggered] Disk is full", "Disk is full"),
        ("[Warn on {host:db1,env:prod}] Disk is full", "Disk is full on host:db1,env:prod"),
        ("[No data on {host:db1}] Disk is full", "Disk is full on host:db1"),
        ("[Memory Alert] Disk is full", "[Memory Alert] Disk is full"),
        ("[Triggered]", "[Triggered]"),
    ],
)
def test_the_state_is_no_part_of_the_message(title: str, message: str) -> None:
    assert one(title=title).message == message


@pytest.mark.parametrize(
    ("fields", "priority"),
    [
        ({"alert_priority": "P4", "alert_type": "error"}, Priority.P4),
        ({"priority": "normal", "severity": "P2"}, Priority.P2),
        ({"title": "[P1] [Triggered] Load", "alert_type": "warning"}, Priority.P1),
        ({"priority": "low"}, None),
        ({"alert_type": "error"}, Priority.P2),
        ({"alert_type": "warning"}, Priority.P3),
        ({"alert_type": "success"}, None),
        ({}, None),
    ],
)
def test_the_monitor_s_priority_wins(fields: dict[str, str], priority: Priority | None) -> None:
    assert one(**fields).priority == priority


def test_hosts_of_one_monitor_are_alerts_of_their_own() -> None:
    monitor = {"alert_id": "1234"}
    aliases = {
        one(**monitor, alert_scope="host:a").alias,
        one(**monitor, alert_scope="host:b").alias,
        one(**monitor, hostname="c").alias,
        one(**monitor).alias,
    }
    assert len(aliases) == 4
    assert one(**monitor, id="1", alert_scope="host:a").alias == one(**monitor, id="2", alert_scope="host:a").alias


@pytest.mark.parametrize("tags", ["monitor, env:prod", ["monitor", "env:prod"]])
def test_tags_are_a_list_or_stand_between_commas(tags: Any) -> None:
    assert one(tags=tags).tags == ("monitor", "env:prod")


@pytest.mark.parametrize("payload", [{}, {"title": ""}, {"title": "$EVENT_TITLE"}, {"body": "b", "title": None}])
def test_without_a_title_it_is_refused(payload: dict[str, Any]) -> None:
    with pytest.raises(Unreadable, match="title is missing"):
        list(datadog.read(payload))


def test_the_guide_s_template_is_json_that_reads() -> None:
    found = re.search(r"```json\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert found
    template = json.loads(found[1])
    (reading,) = datadog.read(template | {"title": "[Triggered] Load is high"})
    assert reading == Reading(alias="datadog Load is high", message="Load is high", source="Datadog")
