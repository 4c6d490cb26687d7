"""A room in Slack with an app of Pulsar's in it, and people who press: what tests of that begin with."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.ladders import Json
from tests.receiver import Receiver
from tests.vendors import slack_app
from tests.vendors.slack_app import ROOM, SECRET, TOKEN, Workspace
from tests.world import API, Person

CHANNELS, ACCOUNTS = "/notifications/channels", "/users/me/accounts"


def settings(at: Receiver, **config: Any) -> Json:
    own = {"bot_token": TOKEN, "signing_secret": SECRET, "channel": "#ops", "api_url": f"{at.root}/api"}
    return {"name": "Slack", "channel_type": "slack_app", "config": own | config}


@dataclass
class Slack:
    """The channel, the workspace behind it, and the way in which Slack tells of a press."""

    http: httpx.AsyncClient
    at: Receiver
    workspace: Workspace
    channel: Json
    org: str

    @property
    def message(self) -> Json:
        """The one about the one alert."""
        (message,) = self.workspace.roots
        return message

    @property
    def told(self) -> str:
        return str(self.workspace.told[-1]["text"])

    async def press(self, action: str, user: str, *, option: str = "", **fields: Any) -> httpx.Response:
        body = slack_app.press(fields.pop("message", None) or self.message, action, user, self.answer_to, option=option)
        return await self.send(body, **fields)

    @property
    def answer_to(self) -> str:
        return f"{self.at.root}/actions/T0/1/abc"

    async def send(
        self, body: bytes, *, org: object = None, headers: dict[str, str] | None = None, **signed: Any
    ) -> httpx.Response:
        signature = slack_app.signature(body, **signed) | (headers or {})
        return await self.http.post(f"{API}/callbacks/{org or self.org}/slack", content=body, headers=signature)


async def slack_room(owner: Person, at: Receiver, **config: Any) -> Slack:
    workspace = Workspace()
    at.vendor = workspace.api
    made = await owner.makes(CHANNELS, **settings(at, **config))
    assert made["config"]["channel"] == ROOM
    workspace.asked.clear()
    return Slack(owner.http, at, workspace, made, str(owner.org_id))
