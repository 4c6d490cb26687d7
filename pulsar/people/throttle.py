"""How often may a password be guessed? Per account and per address, counted in the database of all nodes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from pulsar.base import clock
from pulsar.base.db import Database, Transaction
from pulsar.base.errors import TooManyAttempts
from pulsar.base.ids import new_id
from pulsar.people.model import LoginFailure

# ASVS 6.3.1: enough for a person who mistypes, too little for a list of passwords.
ACCOUNT_LIMIT, ACCOUNT_WINDOW = 10, timedelta(minutes=15)
ADDRESS_LIMIT, ADDRESS_WINDOW = 100, timedelta(hours=1)


Bucket = tuple[str, int, timedelta]
"""What is counted, how many there may be, and within which time."""


def _buckets(email: str, address: str) -> list[Bucket]:
    """The account by its canonical name: "Ana@x.org " and "ana@x.org" share one count (CVE-2026-47203)."""
    return [
        (f"account:{email.strip().casefold()}", ACCOUNT_LIMIT, ACCOUNT_WINDOW),
        (f"address:{address}", ADDRESS_LIMIT, ADDRESS_WINDOW),
    ]


async def check(db: Database, email: str, address: str) -> None:
    """Raises TooManyAttempts while either count is full."""
    async with db.without_org() as tx:
        await _check(tx, _buckets(email, address), clock.now())


async def _check(tx: Transaction, buckets: Sequence[Bucket], now: datetime) -> None:
    for bucket, limit, window in buckets:
        count, oldest = (
            await tx.execute(
                select(func.count(), func.min(LoginFailure.at)).where(
                    LoginFailure.bucket == bucket, LoginFailure.at > now - window
                )
            )
        ).one()
        if count >= limit:
            raise TooManyAttempts(_seconds_until(oldest + window, now))


def _seconds_until(then: datetime, now: datetime) -> int:
    return max(1, int((then - now).total_seconds()) + 1)


async def count_failure(db: Database, email: str, address: str) -> None:
    """Raises TooManyAttempts when others filled the count meanwhile."""
    await admit(db, *_buckets(email, address))


async def admit(db: Database, *buckets: Bucket) -> None:
    """Counts one more, or raises TooManyAttempts. One at a time for each bucket, accounts first, or a burst of guesses
    would find it empty all at once."""
    now = clock.now()
    async with db.without_org() as tx:
        for bucket, _, _ in buckets:
            await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(bucket, 0))))
        await _check(tx, buckets, now)
        for bucket, _, _ in buckets:
            tx.add(LoginFailure(id=new_id(), bucket=bucket, at=now))


async def forget(db: Database, email: str) -> None:
    """The right password clears the account's count. The address keeps its own: others may be guessing there."""
    async with db.without_org() as tx:
        await tx.execute(delete(LoginFailure).where(LoginFailure.bucket == _buckets(email, "")[0][0]))
