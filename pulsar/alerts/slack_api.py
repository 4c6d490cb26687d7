"""What does somebody do with a message in Slack? Slack tells which button was pressed, and by whom, and signs it.

It waits three seconds for an answer. So what is pressed is done at once, and its outcome told after the answer, to
whoever pressed and nobody else.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import structlog
from fastapi import APIRouter, BackgroundTasks, Request, Response
from sqlalchemy import select

from pulsar.alerts import presses
from pulsar.alerts.presses import Press
from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import Problem
from pulsar.base.http import Pulsar, PulsarNode
from pulsar.notify import slack
from pulsar.notify.callbacks import PREFIX, NotTheProvider
from pulsar.notify.channel import Undelivered
from pulsar.notify.channel_setup import config_of
from pulsar.notify.channels import slack_app
from pulsar.notify.model import ChannelRow
from pulsar.notify.sending import post
from pulsar.notify.slack_blocks import alert_in
from pulsar.people import accounts
from pulsar.people.accounts import Account

router = APIRouter(prefix=PREFIX, include_in_schema=False)
log = structlog.get_logger()

# Of the three that Slack waits.
_SECONDS_TO_LOOK_UP = 2
_LONGEST_WORDS = 1000


@dataclass(frozen=True)
class Pressed:
    """A press, as signed for channels of this organization."""

    press: Press
    who: Account
    channels: list[UUID]
    config: slack_app.Config
    answer_to: str
    again: bool
    """Slack had no answer to it in time, and says it once more."""


@router.post("/{org_id}/slack")
async def take_press(org_id: UUID, request: Request, pulsar: PulsarNode, later: BackgroundTasks) -> Response:
    body = await request.body()
    if not slack.fresh(request.headers, clock.now()):
        raise NotTheProvider
    async with pulsar.db.in_org(org_id) as tx:
        signers = [row for row in await _apps(tx) if slack.signed(row[1].signing_secret, body, request.headers)]
        if not signers:
            raise NotTheProvider
        pressed = _read(body, signers, again="x-slack-retry-num" in request.headers)
        words = await _act(tx, pressed) if pressed else ""
    if pressed:
        said = await _introduce(pulsar, org_id, pressed) if words is None else words
        later.add_task(_tell, pressed, said)
    return Response(status_code=200)


async def _apps(tx: Transaction) -> list[tuple[ChannelRow, slack_app.Config]]:
    """Several channels may go over one app, and an organization may have several apps."""
    found = []
    for row in await tx.scalars(select(ChannelRow).where(ChannelRow.channel_type == slack_app.slug)):
        try:
            config = config_of(tx, row)
        except Problem:
            continue  # Its secrets do not open: whoever signs with them is not known here.
        assert isinstance(config, slack_app.Config)
        found.append((row, config))
    return found


def _read(body: bytes, signers: list[tuple[ChannelRow, slack_app.Config]], *, again: bool) -> Pressed | None:
    """None for what is no button of ours, such as the link to Pulsar, of which Slack tells too."""
    try:
        said: dict[str, Any] = json.loads(parse_qs(body.decode())["payload"][0])
        action, user = said["actions"][0], said["user"]
        workspace = user.get("team_id") or said["team"]["id"]
        verb, alert_id = action["action_id"], UUID(alert_in(action["block_id"]))
        seconds = int(action["selected_option"]["value"]) if verb == "snooze" else 0
    except (ValueError, KeyError, IndexError, TypeError):
        return None
    if said.get("type") != "block_actions" or verb not in {"acknowledge", "snooze", "close"}:
        return None
    return Pressed(
        Press(alert_id, verb, timedelta(seconds=seconds)),
        Account("slack", workspace, user["id"], user.get("username") or user.get("name") or user["id"]),
        [row.id for row, _ in signers],
        next((config for _, config in signers if config.workspace == workspace), signers[0][1]),
        said.get("response_url", ""),
        again,
    )


async def _act(tx: Transaction, pressed: Pressed) -> str | None:
    """What to say, or None when nobody knows who that is."""
    if not await presses.alert_told_over(tx, pressed.press.alert_id, pressed.channels):
        return "This alert is not there any more."
    who = pressed.who
    user_id = await accounts.owner_of(tx, "slack", who.workspace, who.account)
    if not user_id:
        return None
    outcome = await presses.press(tx, user_id, pressed.press)
    # Whoever is asked a second time need not hear that the first was heard.
    return slack.escaped(outcome.words, _LONGEST_WORDS) if outcome.done or not pressed.again else ""


async def _introduce(pulsar: Pulsar, org: UUID, pressed: Pressed) -> str:
    """A member by the address that Slack has confirmed, which is then remembered; or how to become known."""
    email = await _email(pressed)
    async with pulsar.db.in_org(org) as tx:
        member = await accounts.member_with_email(tx, email) if email else None
        if not member:
            path = accounts.offer_path(tx.keys, org, pressed.who)
            return (
                "Pulsar does not know who you are, so nothing was done."
                f" <{pulsar.settings.base_url}{path}|Link your Slack account>, and press again."
            )
        await accounts.link(tx, member, pressed.who)
        return await _act(tx, pressed) or ""


async def _email(pressed: Pressed) -> str | None:
    """Of somebody in the app's own workspace: what another one says of its people, its owners may have made up."""
    if pressed.who.workspace != pressed.config.workspace:
        return None
    asked = {"user": pressed.who.account}
    try:
        answer = await slack.read(pressed.config, "users.info", asked, timeout_seconds=_SECONDS_TO_LOOK_UP)
    except Undelivered as failure:
        log.warning("slack_user_unknown", answer=failure.answer)
        return None
    user = answer.json.get("user") or {}
    doubtful = user.get("deleted") or user.get("is_bot") or user.get("is_stranger")
    if doubtful or user.get("is_email_confirmed") is False or user.get("team_id") != pressed.config.workspace:
        return None
    email: str | None = (user.get("profile") or {}).get("email")
    return email


async def _tell(pressed: Pressed, words: str) -> None:
    """The alert itself shows what stands; so if this gets lost, nothing is."""
    if not words or not _is_slacks(pressed.answer_to, pressed.config):
        return
    said = {"text": words, "response_type": "ephemeral", "replace_original": False}
    try:
        await post(pressed.answer_to, json=said)
    except Undelivered as failure:
        log.warning("slack_not_told", answer=failure.answer)


def _is_slacks(url: str, config: slack_app.Config) -> bool:
    """Who has the signing secret could name any address."""
    asked, own = urlsplit(url), urlsplit(str(config.api_url))
    if (asked.scheme, asked.netloc) == (own.scheme, own.netloc):
        return True
    host = asked.hostname or ""
    return asked.scheme == "https" and host.endswith((".slack.com", ".slack-gov.com"))
