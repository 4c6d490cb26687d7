from collections.abc import Callable
from typing import Any

import pytest

from pulsar.alerts.rules import Priority
from pulsar.inbound.rules import Reading, Unreadable
from pulsar.inbound.sources import grafana


def test_a_firing_alert_brings_its_values_and_links(read: Callable[[str], list[Reading]]) -> None:
    (reading,) = read("grafana/zulip_v11_firing")
    assert (reading.action, reading.alias, reading.message) == ("create", "e6349a25f5ef0e9e", "High memory usage")
    assert (reading.source, reading.priority, reading.tags) == ("play.grafana.org", None, ("Memory (copy)",))
    assert reading.description.startswith("**Firing**\n\nValue: A=2.473545728e+09")
    assert reading.details["value A"] == "2473545728"
    assert {"dashboardURL", "panelURL", "silenceURL", "imageURL", "generatorURL"} <= set(reading.details)
    assert "valueString" not in reading.details


def test_resolved_closes_what_firing_opened(
    read: Callable[[str], list[Reading]], payload: Callable[[str], Any]
) -> None:
    (closed,) = read("grafana/zulip_v8_resolved")
    group = payload("grafana/zulip_v8_resolved")
    group["status"] = group["alerts"][0]["status"] = "firing"
    (opened,) = grafana.read(group)
    assert (opened.action, closed.action) == ("create", "close")
    assert opened.alias == closed.alias == "57c6d9296de2ad39"


def test_without_single_values_their_text_is_kept(read: Callable[[str], list[Reading]]) -> None:
    (reading,) = read("grafana/zulip_v8_resolved")
    assert reading.details["valueString"] == "[ metric='foo' labels={instance=bar} value=10 ]"
    assert "dashboardURL" not in reading.details


def test_no_data_does_not_claim_what_the_rule_s_summary_says(read: Callable[[str], list[Reading]]) -> None:
    (reading,) = read("grafana/pytorch_v12_no_data")
    assert reading.message == "No data: viable/strict is broken"
    assert (reading.action, reading.alias) == ("create", "c50ae7bba42b3626")
    assert reading.details["summary"] == "TEST MODE: this is summary: Viable/strict is broken"


def test_a_failed_query_says_why(read: Callable[[str], list[Reading]]) -> None:
    (reading,) = read("grafana/made_here_query_failed")
    assert reading.message == "Query failed: Checkout is slow"
    assert reading.description == "failed to execute query A: connection refused"
    assert reading.priority == Priority.P1


def test_a_rule_that_only_shares_the_name_keeps_its_summary(payload: Callable[[str], Any]) -> None:
    group = payload("grafana/pytorch_v12_no_data")
    del group["alerts"][0]["labels"]["rulename"]
    (reading,) = grafana.read(group)
    assert reading.message == "TEST MODE: this is summary: Viable/strict is broken"


def test_a_panel_s_alert_of_an_old_version_is_read(read: Callable[[str], list[Reading]]) -> None:
    (reading,) = read("grafana/alerta_panel_with_tags")
    assert (reading.action, reading.alias) == ("create", "grafana rule 58")
    assert reading.message == "Testing -> Battery Voltage alert"
    assert reading.description == "Battery Voltage dropped below 23.7 Volts, please investigate"
    assert (reading.priority, reading.source, reading.entity) == (Priority.P3, "grafana.logreposit.com", "Core")
    assert "environment:Staging" in reading.tags
    measured = "Battery Voltage (millivolts){environment=Network, service=Core, group=Power}"
    assert reading.details[measured] == "23644.5"


def test_ok_closes_what_a_panel_s_alert_opened(read: Callable[[str], list[Reading]]) -> None:
    (opened,), (closed,) = read("grafana/alerta_panel_alerting"), read("grafana/alerta_panel_ok")
    assert (opened.action, closed.action) == ("create", "close")
    assert opened.alias == closed.alias == "grafana rule 7"
    assert (opened.entity, opened.source) == ("zeta.domain", "grafana.domain.tld")


def test_rules_of_two_grafana_organizations_are_two(read: Callable[[str], list[Reading]]) -> None:
    (reading,) = read("grafana/zulip_panel_no_data")
    assert reading.alias == "grafana rule 3 of organization 1"


@pytest.mark.parametrize("name", ["grafana/zulip_panel_paused", "grafana/zulip_panel_pending"])
def test_paused_and_pending_say_nothing(read: Callable[[str], list[Reading]], name: str) -> None:
    assert read(name) == []


def test_a_panel_without_data_opens_and_says_so(payload: Callable[[str], Any]) -> None:
    (reading,) = grafana.read(payload("grafana/alerta_panel_alerting") | {"state": "no_data"})
    assert (reading.action, reading.message) == ("create", "No data: Zeta CPU alert")


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({"text": "hello"}, "alerts is missing"),
        ({"ruleId": 1}, "state is missing"),
        ({"ruleId": 1, "state": "ok", "evalMatches": [{"tags": 1}]}, "evalMatches[0].tags must be an object"),
        ({"alerts": [{"labels": {}, "values": []}]}, "alerts[0].values must be an object"),
        ({"alerts": [{}]}, "alerts[0].labels is missing"),
    ],
)
def test_a_refusal_names_the_place(payload: Any, complaint: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        list(grafana.read(payload))
    assert str(refusal.value).startswith(complaint)
