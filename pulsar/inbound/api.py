"""Routes of integrations. What they receive goes another way, made for speed: see ingest.py."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, StringConstraints
from sqlalchemy import select

from pulsar.alerts.rules import Priority
from pulsar.base.http import Body, Name, Page, Pages, PulsarNode, Tags, View, check_version, page_of
from pulsar.inbound import actions, mail_address, signing
from pulsar.inbound.model import IncomingToken
from pulsar.inbound.source import Source, registry
from pulsar.people.access import AsAdmin, AsViewer

router = APIRouter(prefix="/webhooks/incoming", tags=["Integrations"])

PUBLIC_PATH = "/api/v1/webhook/"


Unreadable = Literal["reject", "alert"]
"""What becomes of JSON that an integration cannot read."""

SigningSecret = Annotated[str, StringConstraints(min_length=8, max_length=200, pattern=r"^[ -~]+$")]
"""What a header can carry."""


class NewToken(Body):
    name: Name
    integration_type: str = "generic"
    default_priority: Priority | None = None
    default_tags: Tags = Field(default_factory=list)
    team_id: UUID | None = None
    escalation_policy_id: UUID | None = None
    unreadable: Unreadable = "reject"
    signing_secret: SigningSecret | None = None


class TokenChange(Body):
    name: Name = ""
    enabled: bool = True
    default_priority: Priority | None = None
    default_tags: Tags = Field(default_factory=list)
    team_id: UUID | None = None
    escalation_policy_id: UUID | None = None
    unreadable: Unreadable = "reject"
    signing_secret: SigningSecret | None = None
    """Null: nothing has to be signed any more."""
    version: int | None = None


class TokenView(View):
    id: UUID
    name: str
    integration_type: str
    enabled: bool
    default_priority: Priority | None
    default_tags: list[str]
    team_id: UUID | None
    escalation_policy_id: UUID | None
    unreadable: Unreadable
    signed: bool
    """What is sent has to be, with a secret that was set."""
    token_prefix: str
    request_count: int
    last_used_at: datetime | None
    last_error: str | None
    last_error_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class CreatedToken(TokenView):
    token: str
    url: str
    email: str | None


class SourceView(View):
    slug: str
    title: str
    description: str
    signature_header: str | None
    """In which the proof stands that the sender knows a secret, where it can give one."""


class Sources(View):
    items: list[SourceView]


def _views(rows: Sequence[IncomingToken]) -> list[TokenView]:
    return [TokenView.model_validate(row) for row in rows]


@router.get("/sources")
async def list_sources(tx: AsViewer) -> Sources:
    return Sources(items=[_source(one) for one in registry().values()])


def _source(one: Source) -> SourceView:
    kind = signing.KINDS.get(one.slug)
    header = kind.header if kind else None
    return SourceView(slug=one.slug, title=one.title, description=one.description, signature_header=header)


@router.get("")
async def list_tokens(tx: AsViewer, paging: Pages) -> Page[TokenView]:
    return await page_of(tx, select(IncomingToken), IncomingToken.id, paging, _views, descending=False)


@router.post("", status_code=201)
async def create_token(body: NewToken, tx: AsAdmin, pulsar: PulsarNode) -> CreatedToken:
    """The only answer that has the secret in it."""
    row, secret = await actions.create(tx, _values(body.model_dump()))
    shown = TokenView.model_validate(row).model_dump()
    url = f"{pulsar.settings.base_url}{PUBLIC_PATH}{secret}"
    email = mail_address.address(pulsar.settings, row.integration_type, secret)
    return CreatedToken(**shown, token=secret, url=url, email=email)


def _values(values: dict[str, Any]) -> dict[str, Any]:
    if "default_tags" in values:
        values["default_tags"] = list(dict.fromkeys(values["default_tags"]))
    return values


@router.get("/{token_id}")
async def get_token(token_id: UUID, tx: AsViewer) -> TokenView:
    return TokenView.model_validate(await actions.get(tx, token_id))


@router.patch("/{token_id}")
async def update_token(token_id: UUID, body: TokenChange, tx: AsAdmin) -> TokenView:
    row = await actions.get(tx, token_id, to_change=True)
    check_version(row.version, body.version, TokenView.model_validate(row))
    await actions.change(tx, row, _values(body.sent("version")))
    return TokenView.model_validate(row)


@router.delete("/{token_id}", status_code=204)
async def delete_token(token_id: UUID, tx: AsAdmin) -> None:
    await actions.remove(tx, await actions.get(tx, token_id, to_change=True))
