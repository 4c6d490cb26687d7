"""What an operator does past the API: `pulsar admin ...`."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import click

from pulsar.cli.ground import fail, migrated, read_settings

if TYPE_CHECKING:
    from pulsar.base.db import Database

T = TypeVar("T")


@click.group()
def admin() -> None:
    """Accounts and organizations, from the machine that Pulsar runs on."""


def _do(verb: "Callable[[Database], Awaitable[T]]") -> T:
    """On the database as it is configured, beside a Pulsar that runs or by itself."""
    import asyncio

    from pulsar.base.errors import Problem

    settings = read_settings()
    with migrated(settings) as (url, keys):
        from pulsar.serve import node

        async def done() -> T:
            async with node(settings, url, keys, connections=2).db.opened() as db:
                return await verb(db)

        try:
            return asyncio.run(done())
        except Problem as problem:
            raise fail(problem.detail) from None


@admin.command()
@click.argument("email")
@click.option("--remove", is_flag=True, help="Let them be none any more.")
def operator(email: str, remove: bool) -> None:
    """Let the person with this e-mail address look at how the installation does."""
    from pulsar.people.operators import appoint

    user = _do(lambda db: appoint(db, email, operator=not remove))
    click.echo(f"{user.full_name} <{user.email}> is {'no operator any more' if remove else 'an operator'}.")
