"""The sources whose payloads hold few surprises: what opens, what closes it, and what is somebody else's."""

from collections.abc import Callable
from typing import Any

import pytest

from pulsar.inbound.rules import Reading, Unreadable
from pulsar.inbound.source import registry

Read = Callable[[str], list[Reading]]

CHECK = "f618072a-7bde-4eee-af63-71a77c5723bc"
ALERTMANAGER = "e8eebeb9179ea14902bf7491f5e4e9acc7782e10e9b40b87acb7ffe20369ca08"
PROBLEM = "-6325087454301243421_1764000000000V2"

SAID = [
    ("healthchecks/made_here_down", "create", f"healthchecks {CHECK}", 'The "nightly" backup is down', None),
    ("healthchecks/made_here_up", "close", f"healthchecks {CHECK}", 'The "nightly" backup is up', None),
    ("dynatrace/docs_open", "create", "dynatrace 99999", "Dynatrace problem notification test run", None),
    ("dynatrace/made_here_open", "create", f"dynatrace {PROBLEM}", "Failure rate increase", "P2"),
    ("dynatrace/made_here_resolved", "close", f"dynatrace {PROBLEM}", "Failure rate increase", "P2"),
    (
        "kibana/docs_query_matched",
        "create",
        "kibana 47754354-d894-49d3-87ec-05745a74e2b7 query matched",
        "my-query-rule",
        "P1",
    ),
    ("kibana/made_here_active", "create", "kibana 5f8c1b10 host-1", "Checkout is slow", "P1"),
    ("kibana/made_here_recovered", "close", "kibana 5f8c1b10 host-1", "Checkout is slow", None),
    ("nagios/nagios4_service", "create", "nagios db-1 Disk /", "Disk / on db-1 is CRITICAL", "P1"),
    ("nagios/nagios4_recovery", "close", "nagios db-1 Disk /", "Disk / on db-1 is OK", None),
    ("nagios/nagios4_host", "create", "nagios db-1", "db-1 is DOWN", "P1"),
    ("nagios/nagios4_acknowledged", "acknowledge", "nagios db-1", "db-1 is DOWN", "P1"),
    ("nagios/icinga2_service", "create", "nagios db-1 Disk /", "Disk / on db-1 is CRITICAL", "P1"),
    ("nagios/icinga2_acknowledged", "acknowledge", "nagios db-1 Disk /", "Disk / on db-1 is CRITICAL", "P1"),
    ("nagios/icinga2_host_recovery", "close", "nagios db-1", "db-1 is UP", None),
    ("pagerduty/docs_trigger", "create", "samplekeyhere", "Example alert on host1.example.com", "P5"),
    ("pagerduty/alertmanager_trigger", "create", ALERTMANAGER, "[FIRING:1] DiskFull db-1 (critical)", "P2"),
    ("pagerduty/alertmanager_resolve", "close", ALERTMANAGER, "", None),
    ("pagerduty/docs_acknowledge", "acknowledge", "dedupkeyhere", "", None),
    ("pagerduty/docs_resolve", "close", "dedupkeyhere", "", None),
    ("google_cloud/alerta_open", "create", "f2e08c333dc64cb09f75eaab355393bz", "Webserver Health", None),
    ("google_cloud/alerta_closed", "close", "f2e08c333dc64cb09f75eaab355393bz", "Webserver Health", None),
    ("uptime_kuma/kuma2_down", "create", "uptime kuma monitor 1", "Shop is down", None),
    ("uptime_kuma/kuma2_up", "close", "uptime kuma monitor 1", "Shop is up", None),
    ("uptime_kuma/kuma2_test", "create", "uptime kuma test", "Pulsar Testing", "P5"),
    ("sentry/zulip_issue_created", "create", "sentry issue 1635261062", "A simple message-based issue.", "P5"),
    ("sentry/zulip_event", "create", "sentry issue 1635261062", "A simple message-based issue.", "P5"),
    ("sentry/made_here_metric", "create", "sentry metric alert 7", "Critical: Errors above 100", "P1"),
    ("newrelic/alerta_channel", "create", "new relic 0", "New Relic Alert - Test Condition", "P5"),
    ("splunk/zulip_one_result", "create", "splunk search sudo myserver", "sudo on myserver", None),
    ("pingdom/docs_down", "create", "pingdom check 12345", "Name of HTTP check is down", "P2"),
    ("pingdom/alerta_down", "create", "pingdom check 803318", "Alerta API on OpenShift is down", "P2"),
    ("pingdom/alerta_up", "close", "pingdom check 803318", "Alerta API on OpenShift is up", "P2"),
    (
        "zabbix/zulip_problem",
        "create",
        "zabbix trigger 14032",
        "Zabbix agent on www.example.com is unreachable for 5 minutes",
        "P3",
    ),
    ("zabbix/zabbix6_problem", "create", "zabbix trigger 23133", "Disk / of db-1 is nearly full", "P2"),
    ("zabbix/zabbix6_acknowledged", "acknowledge", "zabbix trigger 23133", "Disk / of db-1 is nearly full", "P2"),
    ("zabbix/zabbix6_resolved", "close", "zabbix trigger 23133", "Disk / of db-1 is nearly full", "P2"),
    ("zabbix/zulip_ok", "close", "zabbix trigger 14032", "Zabbix agent on www.example.com is reachable", "P3"),
    (
        "newrelic/zulip_closed",
        "close",
        "new relic 95a9344a-2590-48ce-8d83-07e28b6d22c6",
        "main_app-UBUNTU query result is > 2.0 for 1 minutes on 'High CPU'",
        "P1",
    ),
    (
        "azure_monitor/docs_metric_resolved",
        "close",
        "/subscriptions/<subscription ID>/providers/Microsoft.AlertsManagement/alerts/"
        "b9569717-bc32-442f-add5-83a997729330",
        "WCUS-R2-Gen2 on wcus-r2-gen2",
        "P4",
    ),
]


@pytest.mark.parametrize(("name", "action", "alias", "message", "priority"), SAID, ids=lambda value: str(value)[:30])
def test_a_payload_says(read: Read, name: str, action: str, alias: str, message: str, priority: str | None) -> None:
    (reading,) = read(name)
    assert (reading.action, reading.alias, reading.message) == (action, alias, message)
    assert reading.priority == priority


def test_links_and_details_come_with_it(read: Read) -> None:
    (event,), (metric,) = read("pagerduty/docs_trigger"), read("azure_monitor/docs_metric_resolved")
    assert event.details["Link text"] == "https://example.com/"
    assert (event.details["ping time"], event.source) == ("1500ms", "Sample Monitoring Service")
    assert event.tags == ("component:postgres", "group:prod-datapipe", "class:deploy")
    assert metric.details["Percentage CPU"] == "7.727 (GreaterThan 25)"


def test_a_rule_of_kibana_s_stack_has_its_message_as_description(read: Read) -> None:
    (reading,) = read("kibana/docs_query_matched")
    assert reading.description == "Document count is 100 in the last 1h. Alert when greater than 50."


@pytest.mark.parametrize(
    ("action", "expected"),
    [("archived", ["close"]), ("unresolved", ["create"]), ("assigned", []), ("created", ["create"])],
)
def test_a_sentry_issue_is_over_when_it_is_resolved_or_archived(
    payload: Callable[[str], Any], action: str, expected: list[str]
) -> None:
    said = registry()["sentry"].read(payload("sentry/zulip_issue_created") | {"action": action})
    assert [reading.action for reading in said] == expected


def test_a_monitor_in_a_group_is_named_with_it_and_tags_come_along(payload: Callable[[str], Any]) -> None:
    notice = payload("uptime_kuma/kuma2_down")
    notice["monitor"]["pathName"] = "Web / Shop"
    (reading,) = registry()["uptime_kuma"].read(notice)
    assert (reading.message, reading.tags) == ("Web / Shop is down", ("env:prod",))


@pytest.mark.parametrize("status", [2, 3])
def test_a_monitor_in_maintenance_says_nothing(payload: Callable[[str], Any], status: int) -> None:
    notice = payload("uptime_kuma/kuma2_down")
    notice["heartbeat"]["status"] = status
    assert list(registry()["uptime_kuma"].read(notice)) == []


@pytest.mark.parametrize(
    ("slug", "payload", "complaint"),
    [
        ("pagerduty", {"event_action": "resolve"}, "dedup_key is missing"),
        ("pagerduty", {"event_action": "explode"}, "event_action must be"),
        ("pagerduty", {"event_action": "trigger"}, "payload is missing"),
        ("pagerduty", {"event_action": "trigger", "payload": {}}, "payload.summary is missing"),
        ("azure_monitor", {"schemaId": "AzureMonitorMetricAlert", "data": {}}, "switch it on in the action group"),
        ("azure_monitor", {"schemaId": "azureMonitorCommonAlertSchema", "data": {"essentials": {}}}, "alertId"),
        ("google_cloud", {"alerts": []}, "incident is missing"),
        ("zabbix", {"alerts": []}, "trigger is missing"),
        ("zabbix", {"trigger": "t"}, "status is missing"),
        ("uptime_kuma", {"alerts": []}, "msg is missing"),
        ("sentry", {"action": "created", "data": {}}, "data has neither issue"),
        ("newrelic", {"alerts": []}, "id is missing"),
        ("newrelic", {"id": 1, "state": "odd"}, "state must be"),
        ("splunk", {"sid": "s"}, "search_name is missing"),
        ("healthchecks", {"status": "new", "code": "c"}, "status must be down or up"),
        ("dynatrace", {"alerts": []}, "ProblemID is missing"),
        ("dynatrace", {"PID": "1"}, "State must be"),
        ("kibana", {"alerts": []}, "is missing"),
        ("nagios", {"notification_type": "ODD", "host": "h"}, "notification_type must be"),
        ("pingdom", {"alerts": []}, "check_id is missing"),
    ],
)
def test_what_another_tool_sent_is_refused_with_a_reason(slug: str, payload: Any, complaint: str) -> None:
    with pytest.raises(Unreadable, match=complaint):
        list(registry()[slug].read(payload))


def test_what_icinga_s_acknowledger_said_comes_with_it(read: Read) -> None:
    (reading,) = read("nagios/icinga2_acknowledged")
    assert reading.details == {"address": "192.0.2.7", "author": "icingaadmin", "comment": 'it\'s "known" & $(x)'}


@pytest.mark.parametrize(
    ("update", "expected"),
    [("acknowledged", ["acknowledge"]), ("commented", []), ("changed severity from High to Disaster", [])],
)
def test_of_what_people_do_in_zabbix_only_an_acknowledgement_is_heard(
    payload: Callable[[str], Any], update: str, expected: list[str]
) -> None:
    said = registry()["zabbix"].read(payload("zabbix/zabbix6_unacknowledged") | {"update": update})
    assert [reading.action for reading in said] == expected


def test_what_is_acknowledged_no_longer_in_zabbix_changes_nothing(read: Read) -> None:
    assert read("zabbix/zabbix6_unacknowledged") == []


def test_the_address_that_zabbix_sends_to_is_not_shown(read: Read) -> None:
    (reading,) = read("zabbix/zabbix6_problem")
    assert "0123abcd" not in str(reading)
