"""Text messages through Twilio, to each person's verified number; an answer to one acknowledges."""

from typing import Annotated

from pydantic import Field, StringConstraints

from pulsar.notify import twilio
from pulsar.notify.channel import Contact, Message, Reach, Recipient

slug = "sms"
title = "SMS"
reach: Reach = "personal"
contact: Contact = "phone"
help = "Texts each person's verified phone number, through your account at Twilio."  # noqa: A001 - the protocol's word
signed, receipt = twilio.signed, twilio.receipt
reads_replies = True

# Twilio takes 1600 characters, and each 153 of them are paid for.
_LONGEST_TITLE = 200
_LONGEST_TEXT = 300


class Config(twilio.Account):
    from_number: Annotated[
        str,
        StringConstraints(pattern=r"^(\+[1-9]\d{6,14}|MG[0-9a-fA-F]{32})$"),
        Field(
            title="From",
            description="A number of yours at Twilio, with + and country, or a messaging service (MG…).",
            examples=["+15017122661"],
        ),
    ]
    with_link: Annotated[
        bool, Field(title="With the link that acknowledges", description="Makes a message longer.")
    ] = True


async def send(message: Message, config: Config, recipient: Recipient | None) -> str:
    assert recipient
    assert recipient.phone
    sender = "MessagingServiceSid" if config.from_number.startswith("MG") else "From"
    form = {"To": recipient.phone, sender: config.from_number, "Body": _body(message, with_link=config.with_link)}
    return await twilio.create(config, "Messages", form | twilio.callbacks(message))


def _body(message: Message, *, with_link: bool) -> str:
    lines = [_cut(message.line, _LONGEST_TITLE), _cut(" ".join(message.text.split()), _LONGEST_TEXT)]
    if (name := message.called) and message.callback_url and message.acknowledge_link:
        lines.append(f"Reply ACK {name} to {message.acknowledge_words}.")
    if with_link and message.acknowledge_link:
        lines.append(message.acknowledge_link)
    return "\n".join(line for line in lines if line)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
