"""Any of the services that the library apprise knows, by its address for them."""

import asyncio
import logging
import re
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Annotated, Any

from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType, PersistentStoreMode
from apprise.manager_attachment import AttachmentManager
from pydantic import Field, StringConstraints, field_validator

from pulsar.base import outbound
from pulsar.base.outbound import ForbiddenAddress
from pulsar.notify.channel import Config as BaseConfig
from pulsar.notify.channel import Message, Reach, Recipient, Secret, Undelivered

slug = "apprise"
title = "Apprise"
reach: Reach = "room"
help = "Any of the services that Apprise knows: Discord, Matrix, Mattermost, Pushover and so on."  # noqa: A001 - the protocol's word

_SECONDS = 50
# Threads of its own: one provider that hangs must not keep the whole process from hashing and from asking the DNS.
_THREADS = ThreadPoolExecutor(16, "apprise")
# These reach the machine that Pulsar runs on, and nobody. vapid writes its keys into files there.
_OF_THIS_MACHINE = {"blink1", "dbus", "glib", "gnome", "kde", "macosx", "qt", "syslog", "vapid", "windows"}
_STATUS = re.compile(r"error=(\d{3})")
_PASSING = {"408", "425", "429"}
_URGENT = {"P1": NotifyType.FAILURE, "P2": NotifyType.FAILURE, "P3": NotifyType.WARNING}

# Some addresses may name files (?template=, ?keyfile=), which would be read here and sent out. Not any more.
_attachments: Any = AttachmentManager
_attachments().remove("file", "http", "https", unload=False)
# What it would log has addresses in it, and an address is a secret.
logging.getLogger("apprise").propagate = False


def _asset() -> AppriseAsset:
    return AppriseAsset(
        app_id="Pulsar",
        app_desc="Pulsar",
        async_mode=False,
        pgp_autogen=False,
        pem_autogen=False,
        storage_mode=PersistentStoreMode.MEMORY,
    )


class Config(BaseConfig):
    url: Annotated[
        Secret,
        StringConstraints(min_length=4, max_length=2000),
        Field(
            title="Apprise address",
            description="As Apprise's documentation has it for the service; a single one.",
            examples=["discord://webhook_id/webhook_token"],
        ),
    ]

    @field_validator("url")
    @classmethod
    def _known(cls, url: str) -> str:
        if url.partition(":")[0].lower() in _OF_THIS_MACHINE:
            raise ValueError("this reaches the machine that Pulsar runs on, and nobody else")
        if _service(url) is None:
            raise ValueError("Apprise does not know this service, or something is missing in its address")
        return url


def _service(url: str) -> Any:
    """None if Apprise cannot do anything with this address."""
    service = Apprise.instantiate(url, asset=_asset(), suppress_exceptions=True)
    if service is not None:
        service.redirects = False
    return service


async def send(message: Message, config: Config, recipient: Recipient | None) -> str:
    await _check_host(config.url)
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_THREADS, _send, message, config.url)


@cache
def _guard() -> None:
    """Checks each address that a library connects to in a thread of its own, whatever it resolved by then. Nothing else
    here connects in threads; a hook for auditing cannot be taken off, so it is there from the first use on."""

    def on_connect(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect" and threading.current_thread() is not threading.main_thread():
            literal = str(arguments[1][0])
            outbound.check(literal, literal)

    sys.addaudithook(on_connect)


async def _check_host(url: str) -> None:
    """With words for its owner, before anything is sent. What is no name of a machine is an account at a service."""
    host = getattr(_service(url), "host", None)
    try:
        await outbound.addresses(host or "", 0)
    except ForbiddenAddress as error:
        raise Undelivered(str(error), permanent=True, channel_broken=True) from error
    except (OSError, UnicodeError):
        return


def _send(message: Message, url: str) -> str:
    _guard()
    # Not `add(url)`, which takes several addresses in one text, and checks none of them as we did.
    sender = Apprise(_service(url), asset=_asset())
    parts = [message.text, *(f"{label}: {link}" for label, link in message.labelled_links)]
    with sender.notify(
        title=message.line,
        body="\n\n".join(part for part in parts if part) or message.line,
        body_format=NotifyFormat.TEXT,
        notify_type=_URGENT.get(message.priority or "", NotifyType.INFO),
        timeout=_SECONDS,
        log_level=logging.WARNING,
    ) as result:
        if result:
            return f"{result.results[0].name} has taken it."
        raise _failure(result, url)


def _failure(result: Any, url: str) -> Undelivered:
    """Apprise says yes or no; why not, and whether for good, is only in what it logged."""
    said = _without_secrets("; ".join(entry.message for entry in result.logs()), url)
    status = _STATUS.search(said)
    refused = status is not None and status[1] < "500" and status[1] not in _PASSING
    return Undelivered(said or "Apprise could not deliver it.", permanent=refused)


def _without_secrets(said: str, url: str) -> str:
    parts = {part for part in re.split(r"[/:@?&=]+", url) if len(part) >= 8}
    for part in sorted(parts, key=len, reverse=True):
        said = said.replace(part, "…")
    return said
