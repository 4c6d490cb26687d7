"""The status page as the public sees it: no session, no cookie, no script; to be kept by whatever stands in between."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Header, Response
from fastapi.responses import HTMLResponse

from pulsar.base import clock
from pulsar.base.http import PulsarNode
from pulsar.base.pages import said
from pulsar.statuspage import atom, markup, reading
from pulsar.statuspage.reading import NoSuchPage

router = APIRouter(include_in_schema=False)

_KEPT = {"Cache-Control": "public, max-age=30"}

IfNoneMatch = Annotated[str, Header()]


def kept(body: str, media_type: str, known: str) -> Response:
    """With a tag of what it says; who has it already gets no more than that it still holds."""
    tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    headers = markup.HEADERS | _KEPT | {"ETag": tag}
    # A proxy that compresses makes the tag a weak one.
    if tag in {one.strip().removeprefix("W/") for one in known.split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def missing() -> HTMLResponse:
    return said("There is no status page here", "It may have moved, or been switched off.", 404)


@router.get("/status/{slug}")
async def read_status_page(slug: str, pulsar: PulsarNode, if_none_match: IfNoneMatch = "") -> Response:
    try:
        found = await reading.shown(pulsar.db, slug)
    except NoSuchPage:
        return missing()
    return kept(markup.page(found, clock.now()), "text/html; charset=utf-8", if_none_match)


@router.get("/status/{slug}/feed.atom")
async def read_status_feed(slug: str, pulsar: PulsarNode, if_none_match: IfNoneMatch = "") -> Response:
    try:
        found = await reading.shown(pulsar.db, slug)
    except NoSuchPage:
        return missing()
    return kept(atom.feed(found, pulsar.settings.base_url), "application/atom+xml; charset=utf-8", if_none_match)
