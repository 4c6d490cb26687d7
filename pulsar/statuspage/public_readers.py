"""Where the public subscribes and confirms. GET changes nothing: mail scanners follow links."""

from urllib.parse import parse_qs
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from pydantic import EmailStr, TypeAdapter, ValidationError

from pulsar.base.errors import Conflict, NotFound, TooManyAttempts
from pulsar.base.http import PulsarNode
from pulsar.base.pages import said
from pulsar.notify.unsubscribing import gone
from pulsar.people.signed_in import address_of
from pulsar.statuspage import readers
from pulsar.statuspage.public import missing
from pulsar.statuspage.readers import CONFIRM, LINKS, UNSUBSCRIBING
from pulsar.statuspage.reading import NoSuchPage

router = APIRouter(include_in_schema=False)
router.include_router(UNSUBSCRIBING.router())

_EMAIL: TypeAdapter[str] = TypeAdapter(EmailStr)
_LONGEST = 254


@router.post("/status/{slug}/subscribe")
async def subscribe(slug: str, request: Request, pulsar: PulsarNode) -> HTMLResponse:
    """Answers the same whoever reads already."""
    sent = parse_qs((await request.body()).decode("utf-8", "replace")).get("email", [""])[0].strip()
    try:
        email = _EMAIL.validate_python(sent[: _LONGEST + 1])
        await readers.ask(pulsar.db, slug, email, address_of(request))
    except ValidationError:
        return said("This is no e-mail address", "Go back and look at what you typed.", 422)
    except TooManyAttempts:
        return said("Too many at once", "Wait an hour and try again.", 429)
    except NoSuchPage:
        return missing()
    return said("Look into your mailbox", "If you do not read this page by mail yet, a mail with a link is on its way.")


@router.get(LINKS + "confirm/{token}")
async def show_confirm(token: str, pulsar: PulsarNode) -> HTMLResponse:
    try:
        email = readers.claims_of(pulsar.db, CONFIRM, token)["email"]
    except NotFound:
        return gone()
    return said("Read this by mail?", f"Mails go to {email}, with a link to end it in each.", button="Confirm")


@router.post(LINKS + "confirm/{token}")
async def confirm(token: str, pulsar: PulsarNode) -> HTMLResponse:
    try:
        claims = readers.claims_of(pulsar.db, CONFIRM, token)
        async with pulsar.db.in_org(UUID(claims["org"])) as tx:
            await readers.confirm(tx, claims["email"])
    except NotFound:
        return gone()
    except Conflict as full:
        return said("This cannot be done", full.detail, 409)
    return said("You are told from now on", "Each mail has a link in it that ends them.")
