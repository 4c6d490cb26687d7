"""Calls through Twilio, to each person's verified number; a key acknowledges."""

import re
from html import escape
from typing import Annotated

from pydantic import Field

from pulsar.notify import twilio
from pulsar.notify.channel import Contact, Message, Reach, Recipient

slug = "voice"
title = "Voice call"
reach: Reach = "personal"
contact: Contact = "phone"
help = "Calls each person's verified phone number, through your account at Twilio."  # noqa: A001 - the protocol's word
signed, receipt = twilio.signed, twilio.receipt

# TwiML that comes along with a call may have 4000 characters.
_LONGEST_SAID = 500
_TIMES = 3


class Config(twilio.Account):
    ring_seconds: Annotated[
        int, Field(title="Rings for so many seconds", description="Shorter than a voicemail takes.", ge=5, le=600)
    ] = 30
    language: Annotated[
        str, Field(title="Language of the voice", pattern=r"^[a-z]{2,3}-[A-Z]{2}$", examples=["en-GB"])
    ] = "en-US"


async def send(message: Message, config: Config, recipient: Recipient | None) -> str:
    assert recipient
    assert recipient.phone
    form = {
        "To": recipient.phone,
        "From": config.from_number,
        "Twiml": _script(message, config.language),
        "Timeout": str(config.ring_seconds),
    }
    return await twilio.create(config, "Calls", form | twilio.callbacks(message))


def _script(message: Message, language: str) -> str:
    """Said three times over, because whoever is woken by it hears nothing the first time."""
    said = f"{_spoken(message.line)}. {_spoken(_told(message))}"[:_LONGEST_SAID]
    if not message.callback_url or not message.acknowledge_link:
        return twilio.twiml(*[_say(said, language)] * _TIMES)
    ask = twilio.verb(
        "Gather",
        _say(f"{said} Press 1 to {message.acknowledge_words}.", language),
        numDigits="1",
        timeout="8",
        action=f"{message.callback_url}/key",
        method="POST",
    )
    return twilio.twiml(*[ask] * _TIMES, _say("Nothing was pressed. Paging goes on. Goodbye.", language))


def _told(message: Message) -> str:
    """What is not read out in full: an alert's text can be long. A code is read digit by digit."""
    if code := message.facts.get("code"):
        return f"Your code is: {', '.join(code)}"
    return "" if message.facts.get("kind") == "page" else message.text


def _say(text: str, language: str) -> str:
    return twilio.verb("Say", escape(text, quote=False), language=language)


def _spoken(text: str) -> str:
    """Without what a voice would spell out."""
    return " ".join(re.sub(r"[\[\]#*_`|<>]+", " ", text).split())
