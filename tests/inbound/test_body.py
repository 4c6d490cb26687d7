"""What becomes of a request's body before a source reads it."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from pulsar.inbound.body import as_json
from pulsar.inbound.problems import MalformedJson

FORM = ("content-type", "application/x-www-form-urlencoded; charset=utf-8")
EVENT = (("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/a"), ("ce-type", "t"), ("ce-subject", "%C3%A4"))


def carried(body: bytes, *headers: tuple[str, str], events: bool = False) -> Any:
    return json.loads(as_json([(name.encode(), value.encode()) for name, value in headers], body, events=events))


def test_json_stays_as_it_is() -> None:
    assert as_json([(b"content-type", b"application/json")], b"{ ") == b"{ "


def test_a_form_is_an_object_of_texts() -> None:
    body = urlencode({"Status": "Down", "Name": "Größe & mehr", "Tags": ""}).encode()
    assert carried(body, FORM) == {"Status": "Down", "Name": "Größe & mehr", "Tags": ""}


def test_what_curl_calls_a_form_and_is_json_is_json() -> None:
    assert carried(b' {"message": "a=b&c"}', FORM) == {"message": "a=b&c"}


def test_a_form_s_only_field_payload_is_the_json_in_it() -> None:
    assert carried(urlencode({"payload": '{"a": 1}'}).encode(), FORM) == {"a": 1}
    assert carried(b"payload=text", FORM) == {"payload": "text"}


def test_a_form_that_is_not_unicode_or_badly_encoded_is_read_all_the_same() -> None:
    assert carried(b"Name=caf\xe9&message=100 % of %ff", FORM) == {"Name": "caf�", "message": "100 % of �"}


def test_a_form_of_too_many_fields_is_refused() -> None:
    with pytest.raises(MalformedJson, match="more than 1000 fields"):
        carried(b"&".join([b"a=b"] * 5000), FORM)


def test_an_event_in_binary_mode_is_put_together() -> None:
    event = carried(b'{"message": "m"}', ("content-type", "application/json"), *EVENT, events=True)
    assert event["data"] == {"message": "m"}
    assert (event["type"], event["subject"], event["datacontenttype"]) == ("t", "ä", "application/json")


@pytest.mark.parametrize(
    ("kind", "body", "field", "expected"),
    [
        ("text/plain", b"caf\xe9", "data", "caf�"),
        ("application/octet-stream", b"\x00\xff", "data_base64", "AP8="),
        ("application/octet-stream", b"", "data", None),
    ],
)
def test_data_of_another_kind_comes_along(kind: str, body: bytes, field: str, expected: str | None) -> None:
    assert carried(body, ("content-type", kind), *EVENT, events=True).get(field) == expected


def test_structured_mode_and_other_integrations_keep_their_body() -> None:
    kind = ("content-type", "application/cloudevents+json")
    assert carried(b'{"specversion": "1.0"}', kind, *EVENT, events=True) == {"specversion": "1.0"}
    assert carried(b'{"a": 1}', ("content-type", "application/json"), *EVENT) == {"a": 1}


@pytest.mark.parametrize("body", [b"{", b'"\xff"', b"[" * 100_000])
def test_an_event_whose_data_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedJson):
        carried(body, ("content-type", "application/json"), *EVENT, events=True)
