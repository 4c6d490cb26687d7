"""Twilio by its own SDK: a request is right if the SDK, asked for the same, makes the same one."""

import base64
import json
import logging
import re
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree

from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.twiml.voice_response import Gather, Say, VoiceResponse

from tests.receiver import Received

SID, TOKEN = "AC" + "0a" * 16, "12345678901234567890123456789012"
NUMBER = "+15017122661"
ACCOUNT = {"account_sid": SID, "auth_token": TOKEN, "from_number": NUMBER}
TAKEN = {"sid": "SM" + "1b" * 16, "status": "queued"}
LONGEST_BODY, LONGEST_TWIML = 1600, 4000


class Recorded(HttpClient):  # type: ignore[misc]
    """Keeps the request that the SDK would send."""

    def request(self, method: str, uri: str, params: Any = None, data: Any = None, *rest: Any, **more: Any) -> Response:
        self.made = (method, uri.removeprefix("https://api.twilio.com"), data)
        return Response(201, json.dumps(TAKEN))


def api(request: Received) -> str:
    credentials = base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
    if request.headers["authorization"] != f"Basic {credentials}":
        return refused(401, 20003, "Authenticate")
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    form = fields(request)
    recorded = Recorded(logging.getLogger("twilio"), is_async=False)
    client = Client(SID, TOKEN, http_client=recorded)
    resource = client.calls if request.path.endswith("/Calls.json") else client.messages
    resource.create(**{_argument(name): value for name, value in form.items()})
    method, path, data = recorded.made
    assert (request.method, request.path, form) == (method, path, {k: v for k, v in data.items() if isinstance(v, str)})
    assert len(form.get("Body", "")) <= LONGEST_BODY
    if "Twiml" in form:
        assert len(form["Twiml"]) <= LONGEST_TWIML
        assert canonical(form["Twiml"]) == canonical(str(_voice(form["Twiml"])))
    return "201 Created\r\n\r\n" + json.dumps(TAKEN)


def fields(request: Received) -> dict[str, str]:
    return dict(parse_qsl(request.body.decode(), keep_blank_values=True))


def refused(status: int, code: int, message: str) -> str:
    body = {"code": code, "message": message, "more_info": "https://www.twilio.com/docs/errors", "status": status}
    return f"{status} X\r\n\r\n{json.dumps(body)}"


def signature(url: str, form: dict[str, str], token: str = TOKEN) -> dict[str, str]:
    return {"X-Twilio-Signature": RequestValidator(token).compute_signature(url, form)}


def canonical(xml: str) -> str:
    return ElementTree.canonicalize(xml)


def said(xml: str) -> list[str]:
    """What a TwiML document has in its innermost verbs."""
    return [element.text or "" for element in ElementTree.fromstring(xml).iter() if element.text]


def _voice(xml: str) -> VoiceResponse:
    """The same, made by the SDK."""
    response = VoiceResponse()
    for child in ElementTree.fromstring(xml):
        if child.tag == "Gather":
            gather = Gather(**{_argument(k): v for k, v in child.attrib.items()})
            for inner in child:
                gather.append(Say(inner.text, **inner.attrib))
            response.append(gather)
        else:
            assert child.tag == "Say"
            response.append(Say(child.text, **child.attrib))
    return response


def _argument(name: str) -> str:
    """The SDK's name for a field: StatusCallback is status_callback."""
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    return f"{snake}_" if snake == "from" else snake
