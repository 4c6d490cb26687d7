"""What only looks: `pulsar check`, `openapi`."""

import secrets
import sys

import click

from pulsar.cli.ground import read_settings, secret_key


@click.command()
def check() -> None:
    """Look whether Pulsar can work here: settings, secret, database, schema, role, worker."""
    settings = read_settings()
    from pulsar.checkup import examine
    from pulsar.serve import database_url

    healthy = True
    for finding in examine(settings, secret_key, database_url):
        healthy = healthy and finding.fine
        click.echo(f"{'ok  ' if finding.fine else 'FAIL'}  {finding.what}: {finding.detail}")
    sys.exit(0 if healthy else 1)


@click.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    import json

    from pulsar.app import build_api
    from pulsar.base.crypto import Keys
    from pulsar.serve import node
    from pulsar.settings import Settings

    document = build_api(node(Settings(), "postgresql://localhost/none", Keys(secrets.token_hex()))).openapi()
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))
