"""Where a browser comes in by single sign-on: which organization's, out to its provider, and back.

The two addresses that a browser is sent to answer with another address, and never with an error: whoever cannot come in
reads why on the page of the console.
"""

import re
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import StringConstraints

from pulsar.base.errors import Invalid, Problem
from pulsar.base.http import API, Body, Pulsar, PulsarNode, View
from pulsar.people import throttle
from pulsar.people.signed_in import address_of, client_of, keep_cookie
from pulsar.sso import flow
from pulsar.sso.arrivals import NotLetIn
from pulsar.sso.flow import LIFETIME, ProviderRefused

log = structlog.get_logger()
router = APIRouter(prefix="/auth/sso", tags=["Single sign-on"])

COOKIE = "pulsar_sso"
_PATH = f"{API}/auth/sso"
_PAGE = "/login/sso"
_TRIES = 600
"""From one address in an hour, behind which a whole office may be. Each makes Pulsar ask a provider."""

Slug = Annotated[str, StringConstraints(max_length=100)]


class Wanted(Body):
    """One of the two. An organization is known by its slug."""

    organization: Slug = ""
    email: Annotated[str, StringConstraints(max_length=320)] = ""


class Start(View):
    """Where to send the browser."""

    url: str


@router.post("/find")
async def find_sso(body: Wanted, request: Request, pulsar: PulsarNode) -> Start:
    """Where to come in. Of an organization or a domain without single sign-on no more is said than of one that there
    is not."""
    await _admit(request, pulsar)
    if body.organization:
        org = await flow.organization_at(pulsar.db, body.organization)
    elif "@" in body.email:
        org = await flow.organization_of(pulsar.db, body.email)
    else:
        raise Invalid("Enter the organization, or an e-mail address.", field="organization")
    return Start(url=f"{pulsar.settings.base_url}{_PATH}/{org}/start")


async def _admit(request: Request, pulsar: Pulsar) -> None:
    await throttle.admit(pulsar.db, (f"sso:{address_of(request)}", _TRIES, throttle.ADDRESS_WINDOW))


@router.get("/{org_id}/start", include_in_schema=False)
async def start_sso(
    org_id: UUID, request: Request, pulsar: PulsarNode, then: Annotated[str, Query(alias="next")] = "/"
) -> Response:
    """Out to the provider. Not when another site sends the browser here: nobody is signed in unasked."""
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return _page(pulsar, "begin_again")
    try:
        await _admit(request, pulsar)
        url, begun = await flow.start(pulsar.db, org_id, pulsar.settings.base_url, safe_path(then))
    except Problem as problem:
        return _page(pulsar, _reason(problem))
    return _with_flow(_to(url), begun, pulsar)


def _with_flow(answer: Response, begun: flow.Flow, pulsar: Pulsar) -> Response:
    answer.set_cookie(
        COOKIE,
        begun.sealed(pulsar.keys),
        max_age=int(LIFETIME.total_seconds()),
        path=_PATH,
        httponly=True,
        # Strict would not come back with a browser that another site sends here.
        samesite="lax",
        secure=pulsar.settings.base_url.startswith("https://"),
    )
    return answer


@router.get("/{org_id}/callback", include_in_schema=False)
async def finish_sso(org_id: UUID, request: Request, pulsar: PulsarNode) -> Response:
    """Back from the provider. Its cookie is good once."""
    given = request.query_params
    try:
        begun = flow.opened(pulsar.keys, request.cookies.get(COOKIE, ""), org_id, given.get("state", ""))
        if "code" not in given:
            log.info("sso refused by the provider", error=given.get("error", "")[:100])
            raise ProviderRefused
        session = await flow.finish(
            pulsar.db, begun, given["code"], given.get("iss", ""), pulsar.settings.base_url, client_of(request)
        )
    except Problem as problem:
        answer = _page(pulsar, _reason(problem))
    else:
        answer = _to(f"{pulsar.settings.base_url}{begun.next}")
        keep_cookie(request, answer, session)
    answer.delete_cookie(COOKIE, path=_PATH)
    return answer


def safe_path(path: str) -> str:
    """A place in the console, and never one elsewhere."""
    return path if re.match(r"/(?![/\\])[^\s\x00-\x1f]*$", path) else "/"


def _to(url: str) -> RedirectResponse:
    return RedirectResponse(url, 303, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})


def _page(pulsar: Pulsar, reason: str) -> RedirectResponse:
    """The console's, which has words for each reason."""
    return _to(f"{pulsar.settings.base_url}{_PAGE}?reason={reason}")


def _reason(problem: Problem) -> str:
    """The details are for whoever runs this, and stay here."""
    log.info("sso refused", code=problem.code, detail=problem.detail)
    return problem.why.value if isinstance(problem, NotLetIn) else problem.code
