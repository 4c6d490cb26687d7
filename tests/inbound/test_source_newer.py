"""Builds, issues, checks and events: what opens, what closes it, and what is left alone."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from pulsar.inbound.rules import Reading, Unreadable
from pulsar.inbound.source import registry

Read = Callable[[str], list[Reading]]
Payload = Callable[[str], Any]

GUIDE = Path(__file__).parents[2] / "docs/integrations/checkmk.md"
RUN = "github octo-org/octo-repo .github/workflows/test.yml master"
PIPELINE = "gitlab TomaszKolek/my-awesome-project master"
DISK = "checkmk main db-1 Filesystem /"
CAKE = "statuscake Example https://www.example.com"
EVENT = "cloudevents /monitor/7 db-1 com.example.disk"

SAID = [
    ("github/made_here_failure", "create", RUN, "test failed on master of octo-org/octo-repo", None),
    ("github/octokit_completed", "close", RUN, "test succeeded on master of octo-org/octo-repo", None),
    (
        "gitlab/made_here_failed",
        "create",
        PIPELINE,
        "Pipeline for branch: master failed on master of TomaszKolek/my-awesome-project",
        None,
    ),
    (
        "gitlab/zulip_succeeded",
        "close",
        PIPELINE,
        "Pipeline succeeded on master of TomaszKolek/my-awesome-project",
        None,
    ),
    ("jira/zulip_created", "create", "jira BUG-15", "BUG-15 New bug with hook", "P2"),
    ("jira/zulip_status", "create", "jira TEST-1", "TEST-1 Fix That", "P3"),
    ("jira/made_here_done", "close", "jira TEST-1", "TEST-1 Fix That", "P3"),
    ("checkmk/made_here_service", "create", DISK, "Filesystem / on db-1 is CRITICAL", "P1"),
    ("checkmk/made_here_recovery", "close", DISK, "Filesystem / on db-1 is OK", None),
    ("checkmk/checkmk_service", "create", "checkmk  localhost CPU load", "CPU load on localhost is CRITICAL", "P1"),
    ("checkmk/checkmk_host", "create", "checkmk  localhost", "localhost is DOWN", "P1"),
    ("prtg/made_here_down", "create", "prtg sensor 2043", "HTTP on shop is Down", "P2"),
    ("prtg/made_here_ended", "close", "prtg sensor 2043", "HTTP on shop is Down ended (now: Up)", "P2"),
    ("statuscake/made_here_down", "create", CAKE, "Example is down", None),
    ("statuscake/made_here_up", "close", CAKE, "Example is up", None),
    ("betterstack/made_here_started", "create", "better stack incident 1", "Tesla.com homepage: Error 500", None),
    ("betterstack/docs_acknowledged", "acknowledge", "better stack incident 1", "Tesla.com homepage: Error 500", None),
    ("betterstack/made_here_resolved", "close", "better stack incident 1", "Tesla.com homepage: Error 500", None),
    ("cloudevents/sdk_structured", "create", EVENT, "The disk of db-1 is full", "P1"),
    ("cloudevents/sdk_recovered", "close", EVENT, "The disk of db-1 is full", "P1"),
    ("cloudevents/made_here_failed", "create", EVENT, "The disk of db-1 is full", "P1"),
    ("cloudevents/made_here_recovered", "close", EVENT, "The disk of db-1 has room", None),
    (
        "cloudevents/spec_xml",
        "create",
        "cloudevents https://github.com/cloudevents/spec/pull 123 com.github.pull_request",
        "com.github.pull_request.opened 123",
        None,
    ),
]


@pytest.mark.parametrize(("name", "action", "alias", "message", "priority"), SAID, ids=lambda value: str(value)[:30])
def test_a_payload_says(read: Read, name: str, action: str, alias: str, message: str, priority: str | None) -> None:
    (reading,) = read(name)
    assert (reading.action, reading.alias, reading.message) == (action, alias, message)
    assert reading.priority == priority


def test_github_s_first_request_opens_nothing(read: Read) -> None:
    assert read("github/made_here_ping") == []


@pytest.mark.parametrize(
    ("slug", "name", "part", "change"),
    [
        ("github", "made_here_failure", "workflow_run", {"event": "pull_request"}),
        ("github", "made_here_failure", "workflow_run", {"conclusion": "cancelled"}),
        ("github", "made_here_failure", "workflow_run", {"conclusion": None}),
        ("gitlab", "made_here_failed", "object_attributes", {"source": "merge_request_event"}),
        ("gitlab", "made_here_failed", "object_attributes", {"status": "running"}),
    ],
)
def test_a_build_that_needs_nobody_says_nothing(
    payload: Payload, slug: str, name: str, part: str, change: dict[str, Any]
) -> None:
    said = payload(f"{slug}/{name}")
    said[part] |= change
    assert list(registry()[slug].read(said)) == []


def test_only_jobs_that_may_not_fail_are_named(read: Read) -> None:
    (reading,) = read("gitlab/made_here_failed")
    assert reading.details["failed jobs"] == "job_name2"


def test_a_deleted_issue_closes_its_alert(payload: Payload) -> None:
    (reading,) = registry()["jira"].read(payload("jira/zulip_created") | {"webhookEvent": "jira:issue_deleted"})
    assert (reading.action, reading.details["url"]) == ("close", "http://lfranchi.com:8080/browse/BUG-15")


@pytest.mark.parametrize(
    ("status", "stars", "expected"),
    [
        ("Down", "*****", ("create", "P1")),
        ("Down", 1, ("create", "P5")),
        ("Down", "", ("create", "P1")),
        ("Warning", None, ("create", "P3")),
        ("Down (Partial)", None, ("create", "P2")),
        ("Down (simulated error)", None, ("create", "P1")),
        ("Down (Acknowledged)", None, ("acknowledge", None)),
        ("Warning ended (now: Up)", None, ("close", None)),
        ("Down ENDED (now: Up)", None, ("close", None)),
        ("Down ended (now: Paused)", None, ("close", None)),
        ("Down ended (now: Unknown)", None, None),
        ("Down ended (now: Warning)", None, ("create", "P3")),
        ("Warning ended (now: Down)", None, ("create", "P1")),
        ("Down (before: Warning)", None, ("create", "P1")),
        ("Paused (paused by parent)", "***", None),
    ],
)
def test_prtg_s_states(payload: Payload, status: str, stars: Any, expected: Any) -> None:
    said = registry()["prtg"].read(payload("prtg/made_here_down") | {"status": status, "priority": stars})
    assert [(reading.action, reading.priority) for reading in said] == ([expected] if expected else [])


def test_statuscake_s_token_is_not_shown(read: Read) -> None:
    assert "3b5d3c0b" not in str(read("statuscake/made_here_down"))


def test_a_batch_of_events_is_as_many_alerts(read: Read) -> None:
    binary, other = read("cloudevents/spec_batch")
    assert (binary.alias, binary.description) == ("cloudevents /mycontext/4  com.example.someevent", "hello")
    assert other.details["appinfoB"] == "123"
    assert list(registry()["cloudevents"].read([])) == []


@pytest.mark.parametrize(
    ("slug", "said", "complaint"),
    [
        ("github", {"ref": "refs/heads/main", "repository": {"full_name": "a/b"}}, "let the webhook send the event"),
        ("gitlab", {"object_kind": "push"}, "tick “Pipeline events”"),
        ("gitlab", {"object_kind": "pipeline"}, "must be an object"),
        ("jira", {"webhookEvent": "comment_created"}, "tick issues in the webhook"),
        ("checkmk", {"NOTIFY_HOSTNAME": "h"}, "NOTIFY_NOTIFICATIONTYPE is missing"),
        ("prtg", {"sensorid": "%sensorid", "status": "Down"}, "sensorid is empty"),
        ("prtg", {"sensorid": "1", "status": "Odd"}, "status must be"),
        ("statuscake", {"Status": "Down"}, "Name and URL are missing"),
        ("betterstack", {"data": {"id": "1", "type": "monitor"}}, "choose incidents"),
        ("cloudevents", [{"specversion": "1.0", "id": "", "source": "s", "type": "t"}], r"\[0\].id is empty"),
        ("cloudevents", {"specversion": "1.0", "id": "1", "source": "s", "type": "t", "data_base64": "ä"}, "base64"),
    ],
)
def test_what_is_not_meant_is_refused_with_a_reason(slug: str, said: Any, complaint: str) -> None:
    with pytest.raises(Unreadable, match=complaint):
        list(registry()[slug].read(said))


def test_checkmk_s_script_sends_what_is_read(payload: Payload, tmp_path: Path) -> None:
    """Word by word as the guide has it."""
    heard: list[bytes] = []

    class Listening(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(202)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Listening) as server:
        threading.Thread(target=server.handle_request).start()
        code = GUIDE.read_text().split("```python\n")[1].split("```")[0]
        script = tmp_path / "pulsar"
        script.write_text(code.replace("ADDRESS", f"http://127.0.0.1:{server.server_port}/"))
        given = payload("checkmk/made_here_service") | {"NOTIFY_PARAMETER_1": "secret"}
        subprocess.run([sys.executable, script], check=True, env=os.environ | given, timeout=20)
    (reading,) = registry()["checkmk"].read(json.loads(heard[0]))
    assert (reading.action, reading.alias) == ("create", DISK)
    assert b"secret" not in heard[0]
