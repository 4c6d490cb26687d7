"""Routes of the caller's organization itself: what it is called, and whether members keep to their teams."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter

from pulsar.base.db import Transaction
from pulsar.base.events import edited
from pulsar.base.http import Body, View, check_version
from pulsar.orgs.events import OrganizationUpdated
from pulsar.orgs.model import Organization
from pulsar.people.access import AsOwner, AsViewer
from pulsar.people.signed_in import Name

router = APIRouter(prefix="/organizations/current", tags=["Organizations"])


class OrganizationChange(Body):
    name: Name = ""
    members_within_teams: bool = False
    version: int | None = None


class OrganizationSettings(View):
    """`slug` is its short name, by which people enter it and its status page is found. It stays.
    `members_within_teams`: members change only what belongs to their teams, or to none."""

    id: UUID
    name: str
    slug: str
    members_within_teams: bool
    version: int
    created_at: datetime


async def _here(tx: Transaction, *, to_change: bool = False) -> Organization:
    return await tx.get_one(Organization, tx.org, with_for_update={"key_share": True} if to_change else None)


@router.get("")
async def get_organization(tx: AsViewer) -> OrganizationSettings:
    return OrganizationSettings.model_validate(await _here(tx))


@router.patch("")
async def update_organization(body: OrganizationChange, tx: AsOwner) -> OrganizationSettings:
    row = await _here(tx, to_change=True)
    check_version(row.version, body.version, OrganizationSettings.model_validate(row))
    for field, value in body.sent("version").items():
        setattr(row, field, value)
    if changes := edited(row):
        row.version += 1
        await tx.flush()
        tx.record(OrganizationUpdated(row.id, name=row.name, changes=changes))
    return OrganizationSettings.model_validate(row)
