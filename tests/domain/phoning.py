"""People with telephones, and a Twilio that calls back: what tests of texts and calls begin with."""

from urllib.parse import urlsplit

import httpx

from tests.ladders import Json
from tests.receiver import Received, Receiver
from tests.vendors import twilio
from tests.world import Person

CHANNELS, CONTACTS = "/notifications/channels", "/users/me/contacts"
ANAS, BOS = "+4915112345678", "+4915187654321"


async def channel(owner: Person, at: Receiver, kind: str = "sms", **config: object) -> Json:
    at.vendor = twilio.api
    settings = twilio.ACCOUNT | {"api_url": at.root} | config
    made: Json = await owner.makes(CHANNELS, name=kind, channel_type=kind, config=settings)
    return made


def code_in(request: Received) -> str:
    form = twilio.fields(request)
    if "Body" in form:
        return form["Body"].split(" is your code")[0][-6:]
    return "".join(twilio.said(form["Twiml"])[0].partition("Your code is: ")[2][:16].split(", "))


async def verified(person: Person, at: Receiver, number: str = ANAS) -> str:
    """The id of a number that is the person's from now on. A channel is there already."""
    sent = await person.makes(CONTACTS, value=number)
    assert sent["delivered"], sent
    contact = sent["contact"]["id"]
    await person.makes(f"{CONTACTS}/{contact}/verify", code=code_in(at.received[-1]))
    at.received.clear()
    return str(contact)


async def calls_back(http: httpx.AsyncClient, url: str, token: str = twilio.TOKEN, **form: str) -> httpx.Response:
    """As Twilio does, with its signature."""
    headers = twilio.signature(url, form, token)
    return await http.post(urlsplit(url).path, data=form, headers=headers)
