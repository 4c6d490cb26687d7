"""What did a request carry, as JSON? Most tools send JSON; some a form, and CloudEvents has a mode that puts half of
the event into headers. No I/O.

From here on there is only JSON, so what is kept, mapped and sent again is the same for every tool."""

import base64
from collections.abc import Iterable
from urllib.parse import parse_qsl, unquote

import msgspec

from pulsar.inbound.problems import MalformedJson

_MOST_FIELDS = 1000
_FORM = b"application/x-www-form-urlencoded"
_ATTRIBUTE = b"ce-"
Headers = Iterable[tuple[bytes, bytes]]


def as_json(headers: Headers, body: bytes, *, events: bool = False) -> bytes:
    """`events`: the integration reads CloudEvents, so attributes in headers are meant. Raises MalformedJson."""
    kind = next((value for name, value in headers if name == b"content-type"), b"")
    media = kind.partition(b";")[0].strip().lower()
    if media == _FORM and not _looks_like_json(body):
        body = _of_form(body)
    if events:
        attributes = {
            name[len(_ATTRIBUTE) :].decode("latin-1"): unquote(value.decode("latin-1"), errors="replace")
            for name, value in headers
            if name.startswith(_ATTRIBUTE)
        }
        if "specversion" in attributes and not media.startswith(b"application/cloudevents"):
            return _of_binary_mode(attributes, media.decode("latin-1"), body)
    return body


def _looks_like_json(body: bytes) -> bool:
    """`curl -d` calls everything a form."""
    return body.lstrip()[:1] in (b"{", b"[")


def _of_form(body: bytes) -> bytes:
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, errors="replace", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        raise MalformedJson(f"The form has more than {_MOST_FIELDS} fields.") from None
    fields = dict(pairs)
    # Many tools offer a form whose only field is the JSON; GitHub's and Slack's have this name.
    if list(fields) == ["payload"] and _looks_like_json(fields["payload"].encode("utf-8", "replace")):
        return fields["payload"].encode("utf-8", "replace")
    return msgspec.json.encode(fields)


def _of_binary_mode(attributes: dict[str, str], media: str, body: bytes) -> bytes:
    """https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#31-binary-content-mode"""
    event: dict[str, object] = {**attributes}
    if media:
        event["datacontenttype"] = media
    if not body:
        return msgspec.json.encode(event)
    if media in ("", "application/json") or media.endswith("+json"):
        try:
            return msgspec.json.encode({**event, "data": msgspec.Raw(msgspec.json.encode(msgspec.json.decode(body)))})
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise MalformedJson(f"The body is not JSON: {error}") from None
    if media.startswith("text/"):
        return msgspec.json.encode({**event, "data": body.decode("utf-8", "replace")})
    return msgspec.json.encode({**event, "data_base64": base64.b64encode(body).decode()})
