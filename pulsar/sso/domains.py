"""Is this domain the organization's? Whoever can put a record into its DNS has shown that it is.

It matters where an address alone says which provider to send somebody to: without, any organization of an installation
could claim a domain, and people who type their address would be sent to its provider.
"""

import contextlib
from collections.abc import Iterator
from uuid import UUID

from dns.asyncresolver import Resolver
from dns.exception import DNSException

from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, NotFound
from pulsar.sso.actions import standing
from pulsar.sso.events import SsoDomainProven
from pulsar.sso.model import Connection

_SECONDS = 5.0
_resolver: Resolver | None = None


class NotProven(Conflict):
    """The record is not there, or not yet: a change of the DNS can take a while to be seen everywhere."""


def record_of(domain: str, org: UUID) -> tuple[str, str]:
    """The name and the text of the record. No secret: what counts is who can put it there."""
    return f"_pulsar.{domain}", f"pulsar-organization={org}"


@contextlib.contextmanager
def asking(nameserver: str, port: int) -> Iterator[None]:
    """That server instead of the machine's, for tests."""
    global _resolver
    _resolver = Resolver(configure=False)
    _resolver.nameservers, _resolver.port = [nameserver], port
    try:
        yield
    finally:
        _resolver = None


async def texts_at(name: str) -> list[str]:
    """Raises NotProven with what the DNS says."""
    try:
        found = await (_resolver or Resolver()).resolve(name, "TXT", lifetime=_SECONDS)
    except DNSException as error:
        raise NotProven(f"The DNS has no such record: {error}") from None
    return [b"".join(record.strings).decode(errors="replace") for record in found]


async def among(tx: Transaction, domain: str) -> Connection:
    connection = await standing(tx, to_change=True)
    if domain not in connection.domains:
        raise NotFound("This domain is not among those of the single sign-on.")
    return connection


async def prove(tx: Transaction, domain: str, texts: list[str]) -> Connection:
    """`texts`: those that stand at the record's name."""
    assert tx.org
    connection = await among(tx, domain)
    name, wanted = record_of(domain, tx.org)
    if wanted not in texts:
        raise NotProven(f"{name} has other texts than {wanted}.")
    if domain not in connection.proven_domains:
        connection.proven_domains = [*connection.proven_domains, domain]
        await tx.flush()
        tx.record(SsoDomainProven(tx.org, domain=domain))
    return connection
