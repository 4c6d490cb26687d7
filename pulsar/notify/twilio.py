"""What do the channels through Twilio have in common? Whose account it is, how it is asked, and what it tells later."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from html import escape
from typing import Annotated

from pydantic import Field, HttpUrl, StringConstraints

from pulsar.notify.channel import Config, Message, Receipt, Secret
from pulsar.notify.sending import ask, refusal

_SIGNATURE = "x-twilio-signature"

_FAILED = {"failed", "undelivered", "busy", "no-answer", "canceled"}
_DELIVERED = {"delivered", "read", "completed"}
_PLAIN_WORDS = {
    21610: "This number has answered STOP to messages from here. Its owner has to text START first.",
    21614: "This number cannot get text messages.",
    21608: "A trial account of Twilio's sends only to numbers that are verified there.",
    20003: "Twilio does not accept the account SID and the auth token.",
}


class Account(Config):
    account_sid: Annotated[
        str,
        StringConstraints(pattern=r"^AC[0-9a-fA-F]{32}$"),
        Field(title="Account SID", description="From the first page of Twilio's console.", examples=["AC…"]),
    ]
    auth_token: Annotated[
        Secret,
        StringConstraints(min_length=1, max_length=200),
        Field(title="Auth token", description="Stands beside the account SID. Twilio also signs with it."),
    ]
    from_number: Annotated[
        str,
        StringConstraints(pattern=r"^\+[1-9]\d{6,14}$"),
        Field(title="From", description="A number of yours at Twilio, with + and country.", examples=["+15017122661"]),
    ]
    api_url: Annotated[
        HttpUrl,
        Field(title="API address", description="Another one only for an account in another region of Twilio's."),
    ] = HttpUrl("https://api.twilio.com")


async def create(account: Account, resource: str, form: Mapping[str, str]) -> str:
    """Asks for a message or a call. Raises Undelivered with what Twilio says."""
    url = f"{str(account.api_url).rstrip('/')}/2010-04-01/Accounts/{account.account_sid}/{resource}.json"
    answer = await ask(url, data=dict(form), auth=(account.account_sid, account.auth_token))
    said = answer.json
    if answer.status == 201:
        return f"{said.get('status', 'taken')}, {said.get('sid', '')}"
    code = said.get("code")
    words = " ".join(str(part) for part in (code, said.get("message"), _PLAIN_WORDS.get(code or 0)) if part)
    raise refusal(answer, words)


def callbacks(message: Message) -> dict[str, str]:
    """Where Twilio tells what became of it. Nowhere, when it cannot reach us: it refuses such an address."""
    return {"StatusCallback": f"{message.callback_url}/receipt"} if message.callback_url else {}


def signed(account: Account, url: str, form: Sequence[tuple[str, str]], headers: Mapping[str, str]) -> bool:
    """By Twilio, with this account's token: HMAC-SHA1 over the address and the sorted fields."""
    fields = "".join(name + value for name, value in sorted(set(form)))
    digest = hmac.new(account.auth_token.encode(), (url + fields).encode(), hashlib.sha1).digest()
    return hmac.compare_digest(base64.b64encode(digest).decode(), headers.get(_SIGNATURE, "").strip())


def receipt(form: Mapping[str, str]) -> Receipt | None:
    """What a status callback of a message or a call says, once it is final."""
    status = form.get("MessageStatus") or form.get("CallStatus") or ""
    if status in _DELIVERED:
        return Receipt("delivered", f"Twilio says: {status}")
    if status not in _FAILED:
        return None
    code = form.get("ErrorCode", "")
    why = _PLAIN_WORDS.get(int(code), "") if code.isdecimal() else ""
    return Receipt("failed", " ".join(part for part in (f"Twilio says: {status}", code, why) if part))


def twiml(*verbs: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{"".join(verbs)}</Response>'


def verb(name: str, text: str, **attributes: str) -> str:
    written = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>{text}</{name}>"
