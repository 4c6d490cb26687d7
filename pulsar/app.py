"""What is the program that a web server runs? Routers, error shape and console, wired in this one place."""

import contextlib
import logging
import time
from collections.abc import AsyncIterator
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from pulsar import __version__, docs_page
from pulsar.alerts import api as alerts
from pulsar.alerts import explain_api as explanations
from pulsar.alerts import history_api as alert_history
from pulsar.alerts import searches_api as alert_searches
from pulsar.alerts import slack_api as slack
from pulsar.alerts import telegram_api as telegram
from pulsar.answers import acknowledge_page
from pulsar.answers import phone_api as phones
from pulsar.audit import api as audit
from pulsar.base import clock
from pulsar.base.errors import Problem
from pulsar.base.follower import Follower
from pulsar.base.http import API, Pulsar, PulsarNode, View
from pulsar.base.logs import safe_path
from pulsar.console_files import Console, folder
from pulsar.door.headers import Defaults
from pulsar.door.limits import Limits, TooManyRequests, limits_from, of_address, standing_headers
from pulsar.door.request_ids import request_id_of
from pulsar.door.sharing import Sharing
from pulsar.door.values import with_values_counted
from pulsar.engine import health_api as health
from pulsar.escalation import api as escalation
from pulsar.escalation import simulation_api as simulation
from pulsar.heartbeats import api as heartbeats
from pulsar.heartbeats import pings
from pulsar.inbound import api as inbound
from pulsar.inbound import history_api as payload_history
from pulsar.inbound import mail_address, smtp
from pulsar.inbound import mapping_api as mappings
from pulsar.inbound.enqueue import ENQUEUE_PATH, Enqueue
from pulsar.inbound.ingest import DOCUMENTED, LARGEST_BODY, Ingest
from pulsar.incidents import api as incidents
from pulsar.incidents import declare_api as incident_declaring
from pulsar.incidents import pages_api as incident_pages
from pulsar.incidents import postmortems_api as postmortems
from pulsar.incidents import room_api as incident_rooms
from pulsar.incidents import setup_api as incident_setup
from pulsar.incidents import updates
from pulsar.incidents import updates_api as incident_updates
from pulsar.incidents import work_api as incident_work
from pulsar.invitations import api as invitations
from pulsar.invitations import guest_api as guests
from pulsar.live import api as live
from pulsar.live import events_api as events
from pulsar.live.hub import Hub
from pulsar.notify import api as channels
from pulsar.notify import contacts_api as contacts
from pulsar.notify import devices_api as devices
from pulsar.notify import log_api as notification_log
from pulsar.notify import preferences_api as preferences
from pulsar.notify import receipts_api as receipts
from pulsar.oncall import api as schedules
from pulsar.oncall import covers_api as covers
from pulsar.oncall import feeds_api as feeds
from pulsar.oncall import ical_import_api as calendar_import
from pulsar.oncall import oncall_api as oncall
from pulsar.oncall import overrides_api as overrides
from pulsar.oncall import preview_api as preview
from pulsar.oncall import rotations_api as rotations
from pulsar.oncall import shift_notices_api as shift_notices
from pulsar.people import accounts_api as accounts
from pulsar.people import api as people
from pulsar.people import keys_api as api_keys
from pulsar.people import me_api as me
from pulsar.people import members_api as members
from pulsar.people import organization_api as organization
from pulsar.people import teams_api as teams
from pulsar.problems import api as problems
from pulsar.refusals import TooLarge, answer_error, document_problems, problem_response
from pulsar.reports import api as reports
from pulsar.reports import incidents_api as incident_reports
from pulsar.signin import account_api as my_sign_in
from pulsar.signin import api as signin
from pulsar.signin import factors_api as my_factors
from pulsar.signin import passkeys_api as my_passkeys
from pulsar.signin import proving_api as proving
from pulsar.signin import requiring_api as requiring
from pulsar.signin import second_step_api as second_step
from pulsar.signin import sessions_api as my_sessions
from pulsar.sso import api as sso
from pulsar.sso import signin_api as sso_signin
from pulsar.statuspage import api as status_page
from pulsar.statuspage import public as public_status_page
from pulsar.statuspage import public_readers, readers_api
from pulsar.system import api as system
from pulsar.system.presence import present
from pulsar.webhooks import again_api as webhooks_again
from pulsar.webhooks import api as webhooks
from pulsar.webhooks import deliveries_api as webhook_deliveries

log = structlog.get_logger()


_ROUTES = (
    signin,
    second_step,
    my_sign_in,
    proving,
    my_factors,
    my_passkeys,
    my_sessions,
    requiring,
    people,
    me,
    members,
    organization,
    guests,
    invitations,
    teams,
    api_keys,
    sso,
    sso_signin,
    alerts,
    alert_history,
    alert_searches,
    explanations,
    incidents,
    incident_rooms,
    incident_pages,
    incident_updates,
    incident_declaring,
    incident_setup,
    postmortems,
    incident_work,
    schedules,
    rotations,
    overrides,
    preview,
    oncall,
    feeds,
    covers,
    shift_notices,
    calendar_import,
    simulation,
    escalation,
    problems,
    channels,
    contacts,
    accounts,
    devices,
    receipts,
    phones,
    slack,
    telegram,
    preferences,
    notification_log,
    inbound,
    payload_history,
    mappings,
    heartbeats,
    status_page,
    readers_api,
    webhooks,
    webhook_deliveries,
    webhooks_again,
    reports,
    incident_reports,
    live,
    events,
    audit,
    system,
)


# What needs no credentials is counted by where it comes from.
_FOR_STRANGERS = (
    "/ack/",
    "/status/",
    "/unsubscribe/",
    f"{API}/meta",
    f"{API}/calendar/",
    f"{API}/invitations/",
    f"{API}/auth/",
)


class Meta(View):
    version: str
    public_url: str


meta = APIRouter(tags=["Meta"])


@meta.get("/meta")
async def about(pulsar: PulsarNode) -> Meta:
    return Meta(version=__version__, public_url=pulsar.settings.base_url)


class Edge:
    """The outermost ASGI callable: names the request, sends ingest its short way, logs what came of it."""

    def __init__(self, api: FastAPI, console: Console, headers: Defaults) -> None:
        self.api = api
        self._console = console
        self._headers = headers

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.api(scope, receive, send)
            return
        scope["request_id"] = request_id = request_id_of(scope["headers"])
        scope["arrived_at"] = clock.now()
        started, status = time.monotonic(), 0

        async def answering(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                given = message.setdefault("headers", [])
                given += [
                    *self._headers.missing(given, data=scope["path"].startswith(API)),
                    *standing_headers(scope),
                    (b"x-request-id", request_id.encode()),
                ]
            await send(message)

        # Nothing unbinds it: the server runs each request in a task, and so in a context, of its own.
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            await self._route(scope, receive, answering)
        finally:
            quiet = _quiet(scope["path"])
            if not quiet or log.is_enabled_for(logging.DEBUG):
                say = log.debug if quiet else log.info
                took = round((time.monotonic() - started) * 1000, 1)
                say("request", method=scope["method"], path=safe_path(scope["path"]), status=status, ms=took)

    def leave(self) -> None:
        """The server is about to stop: whoever listens may connect to another node now."""
        if hub := getattr(self.api.state, "hub", None):
            hub.leave()

    def _way_in(self, path: str) -> Any:
        """Past the framework, for what comes by the thousand."""
        if path.startswith(inbound.PUBLIC_PATH):
            return self.api.state.ingest
        if path.startswith(pings.PUBLIC_PATH):
            return self.api.state.pings
        return self.api.state.enqueue if path == ENQUEUE_PATH else None

    async def _route(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"]
        if taken_by := self._way_in(path):
            try:
                await taken_by(scope, receive, send)
            except Exception as error:
                response = await answer_error(Request(scope), error)
                await response(scope, receive, send)
        elif path.startswith(
            ("/api/", "/ack/", "/status/", "/unsubscribe/", "/health/", "/healthz", "/readyz", "/metrics")
        ):
            if problem := self._refusal(scope):
                await problem_response(problem, scope["request_id"])(scope, receive, send)
            else:
                await self.api(scope, with_values_counted(scope, receive), send)
        else:
            await self._console(scope, receive, send)

    def _refusal(self, scope: Any) -> Problem | None:
        if _announces_too_much(scope):
            # Here, because the framework's own answer to it would be plain text.
            return TooLarge()
        if scope["path"].startswith(_FOR_STRANGERS):
            try:
                self.api.state.limits.admit(scope, of_address(scope))
            except TooManyRequests as problem:
                return problem
        return None


def _quiet(path: str) -> bool:
    """What comes by the thousand and is counted in metrics instead: signals, probes, files of the console."""
    return not path.startswith(("/api/", "/ack/")) or path.startswith((inbound.PUBLIC_PATH, pings.PUBLIC_PATH))


def _announces_too_much(scope: Any) -> bool:
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return length.isdigit() and int(length) > LARGEST_BODY


def _beside_the_api() -> list[APIRouter]:
    """At addresses of their own: pages for people who are not signed in, and probes."""
    pages = [acknowledge_page.router, updates.UNSUBSCRIBING.router(), public_status_page.router, public_readers.router]
    return [*pages, health.router, docs_page.router]


def build_api(pulsar: Pulsar) -> FastAPI:
    follower = Follower(pulsar.db.url)

    @contextlib.asynccontextmanager
    async def lifespan(api: FastAPI) -> AsyncIterator[None]:
        sharing = Sharing(pulsar.db.url, api.state.limits)
        present_here = present(pulsar.db, lambda: follower.up)
        mails = smtp.listening(api.state.ingest, api.state.mail_sockets, mail_address.domain(pulsar.settings))
        async with pulsar.db.opened(), sharing.running(), follower.running(), present_here, mails:
            api.state.hub = Hub(pulsar, follower)
            yield
            await api.state.ingest.history.close()

    api = FastAPI(
        title="Pulsar",
        version=__version__,
        description="Alerts in, the right person woken. All errors are RFC 9457 problem details.",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        max_body_size=LARGEST_BODY,
        generate_unique_id_function=lambda route: route.name,
    )
    api.state.follower = follower
    _give(api.state, pulsar)
    for domain in _ROUTES:
        api.include_router(domain.router, prefix=API)
    api.include_router(meta, prefix=API)
    for router in _beside_the_api():
        api.include_router(router)
    for kind in (Problem, RequestValidationError, HTTPException, Exception):
        api.add_exception_handler(kind, answer_error)
    _document_ingest(api)
    return api


def _give(state: Any, pulsar: Pulsar) -> None:
    """What handlers find by their request."""
    state.pulsar = pulsar
    state.limits = Limits(limits_from(pulsar.settings))
    state.known_keys = {}
    state.ingest = Ingest(pulsar.db, state.limits)
    state.enqueue = Enqueue(state.ingest)
    state.mail_sockets = []
    state.pings = pings.Pings(pulsar.db)


def _document_ingest(api: FastAPI) -> None:
    """The way in that goes past the framework stands in its document all the same."""
    generate = api.openapi

    def openapi() -> dict[str, Any]:
        description = generate()
        description["paths"].setdefault(f"{inbound.PUBLIC_PATH}{{token}}", DOCUMENTED)
        description["paths"].setdefault(f"{pings.PUBLIC_PATH}{{token}}", pings.DOCUMENTED)
        document_problems(description)
        return description

    api.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document


def build(pulsar: Pulsar) -> Edge:
    return Edge(build_api(pulsar), Console(folder()), Defaults(pulsar.settings.base_url))
