"""Does each route that changes something leave a line in the audit log that says who did it? Asked of every route in
the API's document, in an organization that has one of everything, so that a new one is examined the day it is born."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest_asyncio
from sqlalchemy import text

from pulsar.base import clock
from pulsar.base.http import Pulsar
from tests.architecture.conftest import Household, household
from tests.architecture.openapi import API, Operation
from tests.browsers import Browser
from tests.world import PASSWORD, Mailbox, People

# Nothing of the organization's is other than it was: questions, trials, proofs, and signs of life by the thousand.
CHANGE_NOTHING = {
    "POST /auth/passkey/options",
    "POST /auth/passkeys/options",
    "POST /auth/confirm/passkey",
    "POST /escalation-policies/simulate",
    "POST /escalation-policies/{policy_id}/simulate",
    "POST /notifications/channels/{channel_id}/test",
    "POST /heartbeats/{heartbeat_id}/ping",
    "POST /ws/ticket",
    # Stands in the delivery log.
    "POST /notifications/send",
    # As it was: nobody here has a second factor, or a second session.
    "PUT /organizations/current/sign-in",
    "POST /auth/sessions/end-others",
    # A second factor is there once a code of it was right.
    "POST /auth/totp",
}
# In an organization of its own, which is born of it.
ELSEWHERE = {"POST /auth/register", "POST /organizations"}
# What they want is not to be had here (a link out of a mail, a code, a passkey, a mail server, another's request), or
# they only ask.
UNTRIED = {
    "POST /auth/password/forgotten",
    "POST /auth/password/reset",
    "POST /auth/email/verify",
    "POST /auth/email/verification",
    "POST /auth/login",
    "POST /auth/second-factor",
    "POST /auth/second-factor/passkey",
    "POST /auth/passkey",
    "POST /auth/passkeys",
    "POST /auth/confirm",
    "POST /auth/totp/confirm",
    "DELETE /auth/totp",
    "POST /auth/recovery-codes",
    "POST /auth/refresh",
    "POST /auth/switch",
    "POST /auth/logout",
    "POST /auth/sso/find",
    "POST /sso/test",
    "POST /sso/domains/verify",
    "POST /invitations/look",
    "POST /invitations/accept",
    "POST /incidents/{incident_id}/merge",
    "POST /incidents/{incident_id}/pages/{page_id}/call-off",
    "POST /incidents/{incident_id}/postmortem",
    "POST /schedules/{schedule_id}/preview",
    "POST /schedules/{schedule_id}/overrides/import",
    "POST /cover-requests/{cover_request_id}/accept",
    "POST /cover-requests/{cover_request_id}/decline",
    "POST /users/me/contacts",
    "POST /users/me/contacts/{contact_id}/code",
    "POST /users/me/contacts/{contact_id}/verify",
    "POST /users/me/accounts",
    "POST /users/me/accounts/look",
    "POST /users/me/devices/{device_id}/test",
    "POST /notifications/preferences/test",
    "POST /webhooks/incoming/{token_id}/mapping/preview",
    "POST /webhooks/endpoints/{endpoint_id}/redeliver",
    "POST /webhook/{token}",
    "POST /heartbeat/{token}",
    "DELETE /users/me/feeds/{feed_id}",
    "DELETE /notifications/preferences/{preference_id}",
    # It is at work.
    "DELETE /escalation-policies/{policy_id}",
}
# Other things name it, and go first.
LAST = {"/teams/{team_id}"}
# What is snoozed or closed is not escalated, what is closed not snoozed.
ORDER = {"escalate": -1, "close": 1}


def _somebody(name: str) -> dict[str, Any]:
    """Whom the least body names, another test may have registered."""
    return {
        "email": f"{name}@example.org",
        "username": name[-20:],
        "password": PASSWORD,
        "full_name": "Zed",
        "organization_name": "Zed's",
    }


@dataclass
class Trial:
    """What is sent, so that there is a change."""

    yans: Household
    second: dict[str, str]
    """Further objects, by their kind."""

    def body(self, route: Operation, document: dict[str, Any]) -> Any:
        if (given := self._given().get(str(route))) is not None:
            return given
        if route.method != "PATCH" or route.body:
            return route.body
        content = document["paths"][API + route.path]["patch"]["requestBody"]["content"]
        schema = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
        fields = document["components"]["schemas"][schema]["properties"]
        return {name: "Changed" for name in ("name", "title", "text", "note", "message", "full_name") if name in fields}

    def _given(self) -> dict[str, Any]:
        ids, vic = self.yans.ids, {"user_id": str(self.yans.viewer.id)}
        me = {"user_id": ids["user_id"]}
        now = clock.now()
        soon = {
            "starts_at": (now + timedelta(days=9)).isoformat(),
            "ends_at": (now + timedelta(days=10)).isoformat(),
        }
        nowhere = "http://127.0.0.1:9/"
        sso = {
            "issuer": "http://127.0.0.1:1",
            "client_id": "another",
            "client_secret": "secret",
            "domains": ["yan.example.org"],
        }
        return {
            "POST /auth/register": _somebody(ids["user_id"]),
            "POST /invitations": {"email": f"invited-{ids['user_id']}@example.org"},
            "PUT /auth/email": {"email": f"changed-{ids['user_id']}@example.org"},
            "PUT /auth/password": {"current_password": PASSWORD, "new_password": PASSWORD + " of today"},
            "PUT /organizations/current/sign-in": {"second_factor_required": False},
            "PATCH /users/{user_id}": {"role": "member"},
            "POST /teams/{team_id}/members": vic,
            "PUT /sso": sso | {"enabled": False},
            "POST /alerts/{alert_id}/snooze": {"until": (now + timedelta(hours=1)).isoformat()},
            "POST /alerts/bulk/acknowledge": {"ids": [self.second["alert"]]},
            "POST /alerts/bulk/close": {"ids": [self.second["alert"]]},
            "POST /incidents": {"title": "Another"},
            "POST /incidents/{incident_id}/responders": vic,
            "POST /incidents/{incident_id}/alerts": {"alert_id": self.second["alert"]},
            "POST /incidents/{incident_id}/pages": me,
            "POST /incidents/{incident_id}/subscribers": {"email": "boss@example.org"},
            "POST /schedules": {"name": "Another", "time_zone": "UTC"},
            "POST /schedules/{schedule_id}/rotations/{rotation_id}/participants": vic,
            "PUT /schedules/{schedule_id}/rotations/{rotation_id}/participants": {
                "user_ids": [str(self.yans.viewer.id), ids["user_id"]]
            },
            "POST /schedules/{schedule_id}/overrides": me | soon,
            "POST /cover-requests": {"schedule_id": ids["schedule_id"], **soon},
            "PUT /escalation-policies/{policy_id}/rules/order": {"rule_ids": [self.second["rule"], ids["rule_id"]]},
            "POST /escalation-policies/{policy_id}/rules/{rule_id}/targets": {"type": "user", **vic},
            "POST /notifications/channels": {"name": "Room", "channel_type": "webhook", "config": {"url": nowhere}},
            "POST /users/me/devices": {"name": "Laptop", "subscription": Browser().subscription()},
            "POST /notifications/preferences": {"channel_id": self.second["channel"]},
            "POST /notifications/send": {"channel_id": ids["channel_id"], "subject": "Hello", **me},
            "PUT /webhooks/incoming/{token_id}/mapping": {"mapping": {"message": "title"}},
            "PUT /status-page/components/{component_id}/state": {"state": "degraded"},
            "PATCH /status-page": {"title": "Changed"},
            "PATCH /users/me/shift-notices": {"before_minutes": [120]},
        }


@pytest_asyncio.fixture
async def trial(http: httpx.AsyncClient, pulsar: Pulsar, smtp: Mailbox) -> Trial:
    yans = await household(People(http, pulsar), "Yan", smtp)
    alert = await yans.owner.makes("/alerts", message="Another")
    channel = await yans.owner.makes("/notifications/channels", **(smtp.channel | {"name": "Another"}))
    policy = await yans.owner.has(f"/escalation-policies/{yans.ids['policy_id']}")
    assert (await yans.owner.patch(f"/webhooks/endpoints/{yans.ids['endpoint_id']}", enabled=True)).is_success
    return Trial(yans, {"alert": alert["id"], "channel": channel["id"], "rule": policy["rules"][1]["id"]})


async def said(pulsar: Pulsar, of: Household) -> list[str]:
    """What the log says that the owner did."""
    query = text("SELECT type FROM events WHERE actor_id = :me ORDER BY number")
    async with pulsar.db.in_org(of.owner.org_id) as tx:
        return list((await tx.scalars(query, {"me": of.owner.id})).all())


def in_turn(routes: list[Operation]) -> list[Operation]:
    """What closes and what deletes come later, what lies below first; the session that all are asked by at the end."""

    def place(route: Operation) -> tuple[bool, bool, bool, int]:
        deletes = route.method == "DELETE"
        ends, depth = route.path.startswith("/auth/sessions/{"), route.path.count("/")
        turn = -depth if deletes else ORDER.get(route.path.rpartition("/")[2], 0)
        return ends, deletes, deletes and route.path in LAST, turn

    return sorted((route for route in routes if not route.reads), key=place)


async def test_each_route_that_changes_something_is_recorded(
    pulsar: Pulsar, routes: list[Operation], trial: Trial, document: dict[str, Any]
) -> None:
    yans, silent, untried = trial.yans, set(), set()
    for route in in_turn(routes):
        ids = yans.ids | {"token": "none"}
        if str(route) == "PATCH /users/{user_id}":
            ids["user_id"] = str(yans.viewer.id)
        before = await said(pulsar, yans)
        answer = await yans.owner.request(route.method, route.at(ids), json=trial.body(route, document))
        if not answer.is_success:
            untried.add(f"{route}: {answer.status_code} {answer.text}")
        elif len(await said(pulsar, yans)) == len(before):
            silent.add(str(route))
    assert {one for one in untried if one.partition(":")[0] not in UNTRIED} == set()
    assert silent == CHANGE_NOTHING | ELSEWHERE
    assert {one.partition(":")[0] for one in untried} == UNTRIED
