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


def _password(ask: bool) -> tuple[str, bool]:
    """And whether it was made up, so that it has to be shown."""
    import secrets

    from pulsar.people.signed_in import SHORTEST_PASSWORD
    from pulsar.people.stolen import StolenPassword, is_stolen

    if not ask:
        return secrets.token_urlsafe(15), True
    given: str = click.prompt("New password", hide_input=True, confirmation_prompt=True)
    if len(given) < SHORTEST_PASSWORD:
        raise fail(f"A password has at least {SHORTEST_PASSWORD} characters.")
    if is_stolen(given):
        raise fail(str(StolenPassword.__doc__))
    return given, False


_ASK = click.option("--ask", is_flag=True, help="Ask for the password; without it, one is made up and shown once.")


@admin.command("create-owner")
@click.argument("email")
@click.option("--name", required=True, help="Full name.")
@click.option("--organization", required=True, help="Name of the organization that is founded.")
@click.option("--username", help="Default: what stands before the @.")
@_ASK
def create_owner(email: str, name: str, organization: str, username: str | None, ask: bool) -> None:
    """Make an account, and an organization that it owns; also where registration is closed."""
    from pydantic import ValidationError

    from pulsar.signin.api import Registration
    from pulsar.signin.registration import Applicant, create

    password, made_up = _password(ask)
    who = {"email": email, "username": username or email.partition("@")[0], "full_name": name}
    try:
        Registration(**who, password=password, organization_name=organization)
    except ValidationError as error:
        raise fail("\n".join(f"{e['loc'][0]}: {e['msg']}" for e in error.errors())) from None
    org_id = _do(lambda db: create(db, Applicant(**who, organization_name=organization), password))
    click.echo(f"{name} <{email}> owns {organization} ({org_id}).")
    if made_up:
        click.echo(f"Password: {password}")


@admin.command("reset-password")
@click.argument("email")
@click.option("--remove-second-factors", is_flag=True, help="Also the app, the passkeys and the recovery codes.")
@_ASK
def reset_password(email: str, remove_second_factors: bool, ask: bool) -> None:
    """Set a new password for this account, and end all sessions of it."""
    from pulsar.signin.rescue import rescue

    password, made_up = _password(ask)
    user = _do(lambda db: rescue(db, email, password, without_factors=remove_second_factors))
    click.echo(f"{user.full_name} <{user.email}> has a new password, and is signed in nowhere.")
    if made_up:
        click.echo(f"Password: {password}")
    if user.second_factor_at:
        click.echo("The second factor is still asked for; --remove-second-factors takes it away.")


@admin.command()
def organizations() -> None:
    """List them, with how many there are in each and who owns it."""
    from pulsar.system.organizations import listed

    found = _do(lambda db: listed(db.url))
    for one in found:
        click.echo(f"{one.id}  {one.created_at:%Y-%m-%d}  {one.members:>4} members  {one.alerts:>7} alerts  {one.name}")
        click.echo(f"{'':38}owned by {', '.join(one.owners) or 'nobody'}")
    if not found:
        click.echo("There is none yet. `pulsar admin create-owner` makes one.")


@admin.command()
@click.option("--force", is_flag=True, help="Also where there are organizations already, beside them.")
def demo(force: bool) -> None:
    """Found an organization with people, schedules, alerts and an incident in it, to look around in."""
    import asyncio

    settings = read_settings()
    with migrated(settings) as (url, keys):
        from pulsar.base import logs
        from pulsar.demo import fill, is_empty
        from pulsar.serve import node

        logs.configure("WARNING", as_json=settings.logs_as_json)
        pulsar = node(settings, url, keys, connections=4)
        if not force and not asyncio.run(is_empty(url)):
            raise fail("There are organizations here already. --force puts the demo beside them.")
        email, password = asyncio.run(fill(pulsar))
    click.echo(f"Sign in at {settings.base_url} as {email}\nPassword: {password}")
