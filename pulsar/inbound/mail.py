"""What does a mail say? Its headers and its text, as JSON for the source `email`. No I/O.

Whatever comes is read somehow: a mail that is broken, nested without end or in no known character set is a page all the
same. Python's parser takes a header's length squared, so a header is read to a length that no honest one has."""

import email
import email.policy
import html
import re
from collections.abc import Iterator
from email.message import EmailMessage, Message
from typing import Any

_LONGEST_HEADER = 4_000
_LONGEST_HEADERS = 256 * 1024
_LONGEST_TEXT = 60_000
_LONGEST_HTML = 400_000
_MOST_PARTS = 1_000
_MOST_NAMES = 20
_BLOCKS = {
    "p",
    "div",
    "br",
    "tr",
    "li",
    "ul",
    "ol",
    "table",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "pre",
    "blockquote",
}
_UNSEEN = {"!--": "-->", **{tag: f"</{tag}" for tag in ("script", "style", "head", "title", "template")}}
_TAG = re.compile(r"<(?:!--|(/?)([a-z][a-z0-9]*)\b([^<>]*)>|[!?][^<>]*>)", re.IGNORECASE)
_HREF = re.compile(r"\bhref\s*=\s*[\"']?(https?://[^\s\"'<>]{1,2000})", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_EMPTY = re.compile(r"\n{3,}")
HEADERS = ("from", "to", "subject", "date", "message_id", "in_reply_to", "references", "importance", "x_priority")


class _Policy(email.policy.EmailPolicy):
    """The modern one of the standard library, with bounds."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        text = str(value)[:_LONGEST_HEADER]
        try:
            return super().header_fetch_parse(name, text)
        except Exception:
            # The parser has no error of its own for what it cannot read: it trips in many ways.
            return (
                None if name.lower().startswith("content-") else super().header_fetch_parse("x", " ".join(text.split()))
            )


_POLICY = _Policy()


def said(content: bytes) -> dict[str, Any]:
    """Texts without halves of surrogate pairs, so that JSON can hold them."""
    head, body = _split(content)
    message: Message | None
    try:
        if content.count(b"\n--") > _MOST_PARTS:
            raise RecursionError
        message = email.message_from_bytes(content, EmailMessage, policy=_POLICY)
        text, files = _text(message), _files(message)
    except Exception:
        # Thousands of parts within parts. What is on the outside can still be read.
        message = email.message_from_bytes(head + b"\r\n\r\n", EmailMessage, policy=_POLICY)
        text, files = body[:_LONGEST_TEXT].decode("utf-8", "replace"), []
    found = {name: _header(message, name.replace("_", "-")) for name in HEADERS}
    return {
        **found,
        "text": _whole(text.replace("\r\n", "\n").strip()[:_LONGEST_TEXT]),
        "attachments": [_whole(name) for name in files],
    }


def _split(content: bytes) -> tuple[bytes, bytes]:
    found = re.search(rb"\r?\n\r?\n", content[:_LONGEST_HEADERS])
    return (content[: found.start()], content[found.end() :]) if found else (content[:_LONGEST_HEADERS], b"")


def _header(message: Message, name: str) -> str:
    return _whole(" ".join(str(message.get(name, "")).split()))


def _whole(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace") if not text.isascii() else text


def _parts(message: Message) -> Iterator[Message]:
    return (part for part in message.walk() if not part.is_multipart())


def _text(message: Message) -> str:
    """The plain one, or else that of the HTML: some tools send a plain part with nothing in it."""
    seen = ""
    for part in _parts(message):
        kind = part.get_content_type()
        if kind not in ("text/plain", "text/html") or part.get_content_disposition() == "attachment":
            continue
        text = _decoded(part)
        if kind == "text/html":
            seen = seen or plain_text(text)
        elif text.strip():
            return text
    return seen


def _decoded(part: Message) -> str:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    try:
        return content.decode(part.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")


def _files(message: Message) -> list[str]:
    names = (part.get_filename() for part in _parts(message))
    return [name for name in names if name][:_MOST_NAMES]


def plain_text(markup: str) -> str:
    """What a person would see of HTML, and where links lead. One walk: Python's own parser takes minutes over markup
    that never closes what it opens."""
    markup = markup[:_LONGEST_HTML]
    lower, text, place, link = markup.lower(), [], 0, ""
    missing: set[str] = set()
    while found := _TAG.search(markup, place):
        text.append(_SPACE.sub(" ", html.unescape(markup[place : found.start()])))
        place, tag = found.end(), (found[2] or "!--").lower()
        if not found[1] and tag in _UNSEEN and tag not in missing:
            end = lower.find(_UNSEEN[tag], place)
            missing |= {tag} if end < 0 else set()
            place = place if end < 0 else end + len(_UNSEEN[tag]) if tag == "!--" else end
        elif tag in _BLOCKS:
            text.append("\n")
        elif tag in ("td", "th"):
            text.append(" ")
        elif tag == "a":
            text.append(f" ({link})" if found[1] and link else "")
            address = _HREF.search(found[3] or "")
            link = html.unescape(address[1]) if address and not found[1] else ""
    text.append(_SPACE.sub(" ", html.unescape(markup[place:])))
    lines = (_SPACE.sub(" ", line).strip() for line in "".join(text).split("\n"))
    return _EMPTY.sub("\n\n", "\n".join(lines)).strip()
