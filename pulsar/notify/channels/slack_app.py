"""Slack, by an app of one's own: one message for each alert, which shows how it stands, with buttons."""

import json
from typing import Annotated, Any

from pydantic import Field, HttpUrl, StringConstraints

from pulsar.notify.channel import Config as BaseConfig
from pulsar.notify.channel import Message, NotAccepted, Posted, Reach, Recipient, Reference, Secret, Undelivered
from pulsar.notify.sending import Answer
from pulsar.notify.slack import SlackSays, call, read
from pulsar.notify.slack_blocks import blocks, plain

slug = "slack_app"
title = "Slack app"
reach: Reach = "room"
pace_seconds = 1.0
help = (  # noqa: A001 - the protocol's word
    "One message for each alert in a Slack channel, which shows how the alert stands, with buttons to acknowledge,"
    " snooze and close. It mentions people who have linked their account. Needs an app of yours in Slack."
)
# The message itself shows how it went.
follow_ups = False
accounts = "slack"
calls_back = "slack"

SCOPES = ("chat:write", "chat:write.public", "channels:read", "groups:read", "users:read", "users:read.email")

_LISTED, _MOST_PAGES = 200, 25
_NO_BLOCKS = {"invalid_blocks", "invalid_attachments", "msg_blocks_too_long", "msg_too_long"}
_NO_THREAD = {"thread_not_found", "message_not_found", "cannot_reply_to_message", "invalid_thread_ts"}
_FILLED_IN = {"readOnly": True}


class Config(BaseConfig):
    bot_token: Annotated[
        Secret,
        StringConstraints(pattern=r"^xox(b|e\.xoxb)-[\w-]+$", max_length=500),
        Field(
            title="Bot token", description="In your app, under OAuth & Permissions.", examples=["xoxb-1234-5678-AbCd"]
        ),
    ]
    signing_secret: Annotated[
        Secret,
        StringConstraints(pattern=r"^[0-9a-fA-F]{16,128}$"),
        Field(
            title="Signing secret",
            description="In your app, under Basic Information. It shows that a press comes from Slack.",
        ),
    ]
    channel: Annotated[
        str,
        StringConstraints(pattern=r"^([CG][A-Z0-9]{6,20}|#?[^\s#@,]{1,80})$"),
        Field(
            title="Channel",
            description="Its name, or its id. Into a private one you have to invite the app.",
            examples=["#ops"],
        ),
    ]
    api_url: Annotated[HttpUrl, Field(title="API address", description="Another one only for GovSlack.")] = HttpUrl(
        "https://slack.com/api"
    )
    channel_name: Annotated[str, Field(title="Channel's name", json_schema_extra=_FILLED_IN)] = ""
    workspace: Annotated[str, Field(title="Workspace's id", json_schema_extra=_FILLED_IN)] = ""
    workspace_name: Annotated[str, Field(title="Workspace", json_schema_extra=_FILLED_IN)] = ""


async def send(message: Message, config: Config, recipient: Recipient | None) -> str | Posted:
    """About an alert of which a message stands already: an answer to that, which the channel sees too."""
    is_page = message.facts.get("kind") == "page"
    place: dict[str, Any] = {"channel": config.channel, "unfurl_links": False, "unfurl_media": False}
    if thread := message.thread:
        there = place | {"channel": thread["channel"], "thread_ts": thread["ts"], "reply_broadcast": is_page}
        try:
            answer = await _write("chat.postMessage", there, message, config)
            return f"{answer.status} answered in {answer.json.get('ts')}"
        except SlackSays as refused:
            # Somebody has deleted what this would answer; but the people are to be told.
            if refused.error not in _NO_THREAD:
                raise
    answer = await _write("chat.postMessage", place, message, config)
    ts, channel = str(answer.json.get("ts", "")), str(answer.json.get("channel") or config.channel)
    said = f"{answer.status} message {ts}"
    return Posted(said, {"channel": channel, "ts": ts}) if is_page and ts else said


async def edit(message: Message, config: Config, reference: Reference) -> str:
    answer = await _write("chat.update", dict(reference), message, config)
    return f"{answer.status} changed {answer.json.get('ts')}"


async def _write(method: str, place: dict[str, Any], message: Message, config: Config) -> Answer:
    try:
        return await call(config, method, place | blocks(message))
    except SlackSays as refused:
        if refused.error not in _NO_BLOCKS:
            raise
        return await call(config, method, place | plain(message))


async def check(config: Config) -> Config:
    try:
        me = await read(config, "auth.test", {})
        # What it may do comes with every answer.
        if granted := me.headers.get("x-oauth-scopes"):
            _check_scopes({scope.strip() for scope in granted.split(",")})
        room = await _room(config)
    except SlackSays as refused:
        about_room = refused.error in {"channel_not_found", "invalid_channel"}
        raise NotAccepted(refused.answer, "channel" if about_room else "bot_token") from refused
    except Undelivered as failure:
        raise NotAccepted(failure.answer, None) from failure
    if room.get("is_archived"):
        raise NotAccepted("This Slack channel is archived.", "channel")
    filled_in = {
        "channel": str(room["id"]),
        "channel_name": f"#{room.get('name', '')}",
        "workspace": str(me.json.get("team_id", "")),
        "workspace_name": str(me.json.get("team", "")),
    }
    return config.model_copy(update=filled_in)


def _check_scopes(granted: set[str]) -> None:
    if lacking := [scope for scope in SCOPES if scope not in granted]:
        raise NotAccepted(
            f"The app lacks {', '.join(lacking)}. Compare its scopes with the manifest, and install it again.",
            "bot_token",
        )


async def _room(config: Config) -> dict[str, Any]:
    if config.channel[:1] in "CG" and config.channel.isupper():
        found: dict[str, Any] = (await read(config, "conversations.info", {"channel": config.channel})).json["channel"]
        return found
    name, cursor = config.channel.removeprefix("#"), ""
    for _ in range(_MOST_PAGES):
        params = {"types": "public_channel,private_channel", "limit": str(_LISTED), "cursor": cursor}
        listed = (await read(config, "conversations.list", params)).json
        for room in listed.get("channels", []):
            if room.get("name") == name:
                return dict(room)
        cursor = (listed.get("response_metadata") or {}).get("next_cursor", "")
        if not cursor:
            break
    raise NotAccepted(
        "The app sees no channel of this name. Enter the channel's id, and type /invite @Pulsar in it.", "channel"
    )


def manifest(url: str) -> str:
    """What to paste when a new app is made. Slack tells of presses only over https."""
    reachable = url.startswith("https://")
    interactivity = {"is_enabled": True, "request_url": url} if reachable else {"is_enabled": False}
    app = {
        "display_information": {
            "name": "Pulsar",
            "description": "Pages, and the buttons to acknowledge them",
            "background_color": "#1858b8",
        },
        "features": {"bot_user": {"display_name": "Pulsar", "always_online": True}},
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "interactivity": interactivity,
            "org_deploy_enabled": False,
            "socket_mode_enabled": False,
            "token_rotation_enabled": False,
        },
    }
    return json.dumps(app, indent=2)
