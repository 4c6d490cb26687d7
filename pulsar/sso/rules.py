"""Who is it that the provider sent, and may they come in? No I/O, no clock."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pulsar.orgs.roles import Role

MAPPED_ROLES = (Role.VIEWER, Role.MEMBER, Role.ADMIN)
"""What a provider can make of somebody. Owners are made by owners."""


class Refusal(StrEnum):
    """Why somebody whom the provider vouches for does not come in. Each has its words in the console."""

    DEACTIVATED = "deactivated"
    EMAIL_MISSING = "email_missing"
    EMAIL_UNVERIFIED = "email_unverified"
    FOREIGN_DOMAIN = "foreign_domain"
    NOT_INVITED = "not_invited"
    ACCOUNT_ELSEWHERE = "account_elsewhere"
    SOMEBODY_ELSE = "somebody_else"


class Standing(StrEnum):
    """What the address of somebody who comes for the first time belongs to here."""

    NOBODY = "nobody"
    STRANGER = "stranger"
    ACTIVE = "active"
    INACTIVE = "inactive"


@dataclass(frozen=True)
class Comer:
    """Somebody as the provider's claims describe them."""

    subject: str
    email: str
    email_verified: bool
    name: str
    username: str
    role: Role | None


def comer(claims: Mapping[str, Any], role_claim: str, role_map: Mapping[str, str]) -> Comer:
    """`xms_edov` is what Microsoft says in the place of `email_verified`."""
    email = _text(claims.get("email")).strip()
    vouched = any(claims.get(name) in (True, "true", "1", 1) for name in ("email_verified", "xms_edov"))
    name = _text(claims.get("name")) or " ".join(_text(claims.get(part)) for part in ("given_name", "family_name"))
    return Comer(
        subject=str(claims["sub"]),
        email=email,
        email_verified=vouched,
        name=name.strip()[:200] or email.partition("@")[0],
        username=_text(claims.get("preferred_username")) or email,
        role=role_of(claims.get(role_claim), role_map) if role_claim else None,
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def role_of(value: Any, role_map: Mapping[str, str]) -> Role | None:
    """The highest that any of the claim's values is mapped to; None if none is."""
    values: Iterable[Any] = value if isinstance(value, list) else [value]
    roles = [Role(role_map[one]) for one in values if isinstance(one, str) and one in role_map]
    return max((role for role in roles if role in MAPPED_ROLES), key=MAPPED_ROLES.index, default=None)


def domain_of(email: str) -> str:
    return email.rpartition("@")[2].lower().rstrip(".")


def first_time(
    who: Comer, here: Standing, domains: Collection[str], *, makes_members: bool, linked: bool
) -> Refusal | None:
    """Why somebody is refused whose subject is not known yet. `linked`: the member with that address is known by
    another subject already, so the address has passed from one person to another.

    An account that is in other organizations only is never taken in: this provider's word counts in this organization,
    and its owner has not agreed to come.
    """
    if not who.email:
        return Refusal.EMAIL_MISSING
    if not who.email_verified:
        return Refusal.EMAIL_UNVERIFIED
    if domain_of(who.email) not in domains:
        return Refusal.FOREIGN_DOMAIN
    if linked:
        return Refusal.SOMEBODY_ELSE
    if here is Standing.INACTIVE:
        return Refusal.DEACTIVATED
    if here is Standing.STRANGER:
        return Refusal.ACCOUNT_ELSEWHERE
    return Refusal.NOT_INVITED if here is Standing.NOBODY and not makes_members else None
