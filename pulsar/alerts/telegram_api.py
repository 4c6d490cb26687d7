"""What does somebody do with a message in Telegram? Telegram tells which button was pressed, and by whom, and says the
secret that the bot was given with every word.

What it is answered is in the answer to its own request: one method of its API.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from fastapi import APIRouter, BackgroundTasks, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import select

from pulsar.alerts import actions, presses
from pulsar.alerts.endings import standing_of
from pulsar.alerts.model import Alert
from pulsar.alerts.presses import Press
from pulsar.base.db import Transaction
from pulsar.base.errors import NotFound, Problem
from pulsar.base.http import Pulsar, PulsarNode
from pulsar.notify.callbacks import PREFIX, NotTheProvider
from pulsar.notify.channel import Undelivered
from pulsar.notify.channel_setup import config_of
from pulsar.notify.channels import telegram as channel
from pulsar.notify.model import ChannelRow, Notification
from pulsar.notify.telegram import SNOOZES, Keyboard, buttons, call, is_telegram
from pulsar.people import accounts
from pulsar.people.accounts import Account
from pulsar.people.names import user_names

router = APIRouter(prefix=PREFIX, include_in_schema=False)
log = structlog.get_logger()

_LONGEST_ANSWER = 200
_GONE = "This alert is not there any more."
_OLD = "This press came late. The message shows what stands."

Method = dict[str, Any]


@dataclass(frozen=True)
class Pressed:
    """A button under a message in a chat. `number` counts what Telegram tells."""

    query: str
    number: int
    who: Account
    verb: str
    alert_id: UUID
    more: str
    chat: str
    chat_name: str
    message: str


@dataclass(frozen=True)
class Menu:
    """Other buttons for the message that was pressed."""

    config: channel.Config
    pressed: Pressed
    keyboard: Keyboard


@router.post("/{org_id}/telegram")
async def take_update(org_id: UUID, request: Request, pulsar: PulsarNode, later: BackgroundTasks) -> Response:
    body = await request.body()
    async with pulsar.db.in_org(org_id) as tx:
        bots = [(row, config) for row, config in await _bots(tx) if is_telegram(config, request.headers)]
        if not bots:
            raise NotTheProvider
        update = _read(body)
        pressed = _pressed(update)
        answer: Method | None
        menu: Menu | None = None
        if pressed:
            answer, menu = await _act(tx, pulsar, bots, pressed)
        else:
            answer = await _introduce(tx, pulsar, update)
    if menu:
        later.add_task(_show, menu)
    return JSONResponse(answer) if answer else Response(status_code=200)


async def _bots(tx: Transaction) -> list[tuple[ChannelRow, channel.Config]]:
    """Several channels may go over one bot, and an organization may have several bots."""
    found = []
    for row in await tx.scalars(select(ChannelRow).where(ChannelRow.channel_type == channel.slug)):
        try:
            config = config_of(tx, row)
        except Problem:
            continue  # Its secrets do not open: whoever knows them is not known here.
        assert isinstance(config, channel.Config)
        found.append((row, config))
    return found


def _read(body: bytes) -> dict[str, Any]:
    try:
        update = json.loads(body)
    except ValueError:
        return {}
    return update if isinstance(update, dict) else {}


def _pressed(update: dict[str, Any]) -> Pressed | None:
    """None for what is no button of ours."""
    try:
        query = update["callback_query"]
        verb, alert, more = query["data"].split(":")
        message, chat = query["message"], query["message"]["chat"]
        return Pressed(
            query=str(query["id"]),
            number=int(update["update_id"]),
            who=_account(query["from"]),
            verb=verb,
            alert_id=UUID(alert),
            more=more,
            chat=str(chat["id"]),
            chat_name=f"@{chat.get('username', '')}".lower(),
            message=str(message["message_id"]),
        )
    except (KeyError, ValueError, TypeError, AttributeError):
        return None


def _account(user: dict[str, Any]) -> Account:
    name = user.get("username") or user.get("first_name") or user["id"]
    return Account("telegram", "", str(user["id"]), str(name))


async def _act(
    tx: Transaction, pulsar: Pulsar, bots: list[tuple[ChannelRow, channel.Config]], pressed: Pressed
) -> tuple[Method, Menu | None]:
    # Who has put the bot into a chat of their own can press there what they like: it is about that chat's alerts only.
    here = [(row, config) for row, config in bots if config.chat_id.lower() in {pressed.chat, pressed.chat_name}]
    if not here or not await presses.alert_told_over(tx, pressed.alert_id, [row.id for row, _ in here]):
        return _says(pressed, _GONE), None
    config = here[0][1]
    user_id = await accounts.owner_of(tx, "telegram", "", pressed.who.account)
    if not user_id:
        return _answered(pressed, url=f"https://t.me/{config.bot_name}?start=link"), None
    if pressed.verb == "menu":
        return _answered(pressed), await _menu(tx, pulsar, config, pressed)
    press = _press(pressed)
    if not press:
        return _answered(pressed), None
    try:
        # Before its message: everybody else locks them in this order.
        await actions.locked(tx, pressed.alert_id)
    except NotFound:
        return _says(pressed, _GONE), None
    if not await _is_new(tx, pressed, [row.id for row, _ in here]):
        return _says(pressed, _OLD), None
    outcome = await presses.press(tx, user_id, press)
    return _says(pressed, outcome.words, aloud=not outcome.done), None


def _press(pressed: Pressed) -> Press | None:
    match pressed.verb:
        case "acknowledge" | "close":
            return Press(pressed.alert_id, pressed.verb)
        case "snooze" if pressed.more in {str(minutes) for minutes in SNOOZES.values()}:
            return Press(pressed.alert_id, "snooze", timedelta(minutes=int(pressed.more)))
    return None


async def _is_new(tx: Transaction, pressed: Pressed, channels: list[UUID]) -> bool:
    """Telegram says again what it had no answer to, and whoever has overheard it could; it counts once."""
    query = select(Notification).where(
        Notification.subject_id == pressed.alert_id,
        Notification.channel_id.in_(channels),
        Notification.reference["message_id"].as_string() == pressed.message,
    )
    shown: Notification | None = await tx.scalar(query.with_for_update())
    # None: it was pressed before we could write down that it has been sent.
    if not shown or shown.reference is None:
        return True
    if pressed.number <= int(shown.reference.get("pressed", "-1")):
        return False
    shown.reference = shown.reference | {"pressed": str(pressed.number)}
    return True


async def _menu(tx: Transaction, pulsar: Pulsar, config: channel.Config, pressed: Pressed) -> Menu | None:
    alert = await tx.scalar(select(Alert).where(Alert.id == pressed.alert_id))
    if not alert:
        return None
    link, standing = f"{pulsar.settings.base_url}/alerts/{alert.id}", await standing_of(tx, alert)
    return Menu(config, pressed, buttons(alert.id, standing, link, "Open in Pulsar", pressed.more))


async def _show(menu: Menu) -> None:
    """If this gets lost, it is pressed once more."""
    there = {"chat_id": menu.pressed.chat, "message_id": int(menu.pressed.message)}
    try:
        await call(menu.config, "editMessageReplyMarkup", there | {"reply_markup": {"inline_keyboard": menu.keyboard}})
    except Undelivered as failure:
        log.warning("telegram_menu_not_shown", answer=failure.answer)


async def _introduce(tx: Transaction, pulsar: Pulsar, update: dict[str, Any]) -> Method | None:
    """To who says /start to the bot itself: who they are here, or a link that only they see."""
    try:
        message = update["message"]
        if message["chat"]["type"] != "private" or not str(message.get("text", "")).startswith("/start"):
            return None
        who, chat = _account(message["from"]), message["chat"]["id"]
    except (KeyError, TypeError, AttributeError):
        return None
    if user_id := await accounts.owner_of(tx, "telegram", "", who.account):
        name = (await user_names(tx, [user_id])).get(user_id, "")
        return {"method": "sendMessage", "chat_id": chat, "text": f"You are {name} in Pulsar. What you press is yours."}
    assert tx.org
    link = {"text": "Link my account", "url": pulsar.settings.base_url + accounts.offer_path(tx.keys, tx.org, who)}
    text = "Pulsar does not know yet who you are. Link this account within half an hour, then press again."
    return {"method": "sendMessage", "chat_id": chat, "text": text, "reply_markup": {"inline_keyboard": [[link]]}}


def _answered(pressed: Pressed, **more: Any) -> Method:
    return {"method": "answerCallbackQuery", "callback_query_id": pressed.query, **more}


def _says(pressed: Pressed, words: str, *, aloud: bool = True) -> Method:
    """To whoever pressed, and to nobody else."""
    return _answered(pressed, text=words[:_LONGEST_ANSWER], show_alert=aloud)
