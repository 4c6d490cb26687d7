"""Routes of an organization's single sign-on: how it is set up, whether it works, and who has come in by it.

Only owners set it up: whoever names the provider can be anybody in the organization.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import AfterValidator, Field, StringConstraints
from sqlalchemy import select

from pulsar.base.db import Transaction
from pulsar.base.errors import Invalid, StaleVersion
from pulsar.base.http import Body, Named, Page, Pages, Pulsar, PulsarNode, View, page_of
from pulsar.orgs.model import Organization
from pulsar.orgs.roles import Role
from pulsar.people.access import AnOwner, AsAdmin, AsOwner, entered
from pulsar.people.names import user_names
from pulsar.sso import actions, checks, domains
from pulsar.sso.actions import Terms
from pulsar.sso.flow import redirect_uri
from pulsar.sso.model import Connection, Identity

router = APIRouter(prefix="/sso", tags=["Single sign-on"])

MappedRole = Literal["viewer", "member", "admin"]
Value = Annotated[str, StringConstraints(min_length=1, max_length=200)]


def _domain(value: str) -> str:
    found = value.lower().removeprefix("@").rstrip(".")
    if "." not in found or not all(part and len(part) < 64 for part in found.split(".")):
        raise ValueError("a domain such as example.org is needed")
    return found


Domain = Annotated[
    str, StringConstraints(min_length=3, max_length=253, pattern=r"^@?[A-Za-z0-9.-]+$"), AfterValidator(_domain)
]
Issuer = Annotated[str, StringConstraints(max_length=500, pattern=r"^https?://[^\s?#@]+$")]


class Draft(Body):
    issuer: Issuer
    client_id: Value
    client_secret: Annotated[
        str | None, Field(max_length=500, description="Without it the one that is there stays.")
    ] = None


class NewConnection(Draft):
    enabled: bool = True
    required: Annotated[bool, Field(description="Members other than owners come in by it and by nothing else.")] = False
    domains: Annotated[list[Domain], Field(min_length=1, max_length=50)]
    makes_members: Annotated[bool, Field(description="Whoever comes for the first time becomes a member.")] = False
    new_role: MappedRole = "member"
    role_claim: Annotated[str, StringConstraints(max_length=200)] = ""
    role_map: Annotated[dict[Value, MappedRole], Field(max_length=100)] = Field(default_factory=dict)
    version: int | None = None


class DomainToProve(Body):
    domain: Domain


class DomainView(View):
    name: str
    proven: bool
    record_name: str
    record_text: str


class ConnectionView(View):
    enabled: bool
    required: bool
    issuer: str
    client_id: str
    domains: list[DomainView]
    makes_members: bool
    new_role: MappedRole
    role_claim: str
    role_map: dict[str, MappedRole]
    version: int
    updated_at: datetime


class SsoView(View):
    """`redirect_uri` is what to register at the provider; `slug` is what people enter to come in."""

    connection: ConnectionView | None
    redirect_uri: str
    slug: str


class FindingView(View):
    check: str
    verdict: checks.Verdict
    text: str


class Findings(View):
    items: list[FindingView]


class IdentityView(View):
    id: UUID
    user: Named
    email: str
    last_used_at: datetime
    created_at: datetime


def _connection_view(tx: Transaction, row: Connection) -> ConnectionView:
    assert tx.org
    shown = []
    for name in row.domains:
        record_name, record_text = domains.record_of(name, tx.org)
        proven = name in row.proven_domains
        shown.append(DomainView(name=name, proven=proven, record_name=record_name, record_text=record_text))
    plain = {field: getattr(row, field) for field in ConnectionView.model_fields if field != "domains"}
    return ConnectionView(**plain, domains=shown)


async def _view(tx: Transaction, pulsar: Pulsar, row: Connection | None) -> SsoView:
    assert tx.org
    organization = await tx.get_one(Organization, tx.org)
    return SsoView(
        connection=_connection_view(tx, row) if row else None,
        redirect_uri=redirect_uri(pulsar.settings.base_url, tx.org),
        slug=organization.slug,
    )


def _terms(body: Draft, pulsar: Pulsar, fields: dict[str, Any]) -> Terms:
    """Without TLS a provider can only be tried, by a Pulsar that is being tried itself."""
    if pulsar.settings.base_url.startswith("https://") and not body.issuer.startswith("https://"):
        raise Invalid("The issuer must begin with https://.", field="issuer")
    return Terms(body.issuer, body.client_id, body.client_secret or None, fields)


@router.get("")
async def get_sso(tx: AsAdmin, pulsar: PulsarNode) -> SsoView:
    """Never with the secret. `connection` is null as long as there is none."""
    return await _view(tx, pulsar, await actions.connection_of(tx))


@router.put("")
async def configure_sso(body: NewConnection, tx: AsOwner, pulsar: PulsarNode) -> SsoView:
    row = await actions.connection_of(tx, to_change=True)
    if body.version is not None and body.version != (row.version if row else 0):
        raise StaleVersion(current=(await _view(tx, pulsar, row)).model_dump(mode="json"))
    draft = {*Draft.model_fields, "version"}
    fields = body.model_dump(exclude=draft) | {"domains": list(dict.fromkeys(body.domains))}
    return await _view(tx, pulsar, await actions.configure(tx, row, _terms(body, pulsar, fields)))


@router.delete("", status_code=204)
async def remove_sso(tx: AsOwner) -> None:
    """Everybody signs in with what their own account has again."""
    await actions.remove(tx, await actions.standing(tx, to_change=True))


@router.post("/test")
async def test_sso(body: Draft, caller: AnOwner, pulsar: PulsarNode) -> Findings:
    """Tries these settings before they are saved, as far as it goes without a person. Changes nothing."""
    async with entered(pulsar, caller, Role.OWNER) as tx:
        client = await actions.client_by(tx, _terms(body, pulsar, {}))
    found = await checks.findings(body.issuer, client, pulsar.settings.base_url, caller.org_id)
    return Findings(items=[FindingView.model_validate(finding) for finding in found])


@router.post("/domains/verify")
async def verify_sso_domain(body: DomainToProve, caller: AnOwner, pulsar: PulsarNode) -> SsoView:
    """Asks the DNS whether the domain is this organization's. Then its addresses alone lead to this provider."""
    async with entered(pulsar, caller, Role.OWNER) as tx:
        await domains.among(tx, body.domain)
    texts = await domains.texts_at(domains.record_of(body.domain, caller.org_id)[0])
    async with entered(pulsar, caller, Role.OWNER) as tx:
        row = await domains.prove(tx, body.domain, texts)
        return await _view(tx, pulsar, row)


@router.get("/identities")
async def list_sso_identities(tx: AsAdmin, paging: Pages) -> Page[IdentityView]:
    """Who has come in by it."""
    page = await page_of(tx, select(Identity), Identity.id, paging, list, descending=False)
    names = await user_names(tx, (row.user_id for row in page.items))
    return Page[IdentityView](**page.model_dump(exclude={"items"}), items=_identity_views(page.items, names))


def _identity_views(rows: Sequence[Identity], names: dict[UUID, str]) -> list[IdentityView]:
    return [
        IdentityView(
            id=row.id,
            user=Named(id=row.user_id, name=names.get(row.user_id, "")),
            email=row.email,
            last_used_at=row.last_used_at,
            created_at=row.created_at,
        )
        for row in rows
    ]


@router.delete("/identities/{identity_id}", status_code=204)
async def unlink_sso_identity(identity_id: UUID, tx: AsOwner) -> None:
    """When an address has passed to another person. The member stays, their sessions by it end."""
    await actions.unlink(tx, identity_id)
