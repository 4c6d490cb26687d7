"""What only looks: `pulsar check`, `openapi`."""

import secrets
import sys

import click

from pulsar.cli.ground import keys_of, read_settings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def check(as_json: bool) -> None:
    """Look whether Pulsar can work here, and say of what is wrong what to do.

    Ends with 1 when something is wrong; a note is worth reading, and nothing is wrong.
    """
    import json

    settings = read_settings()
    from pulsar.checkup import examine
    from pulsar.serve import database_url

    findings = []
    for finding in examine(settings, keys_of, database_url):
        findings.append(finding)
        if not as_json:
            click.echo(f"{finding.state:<4}  {finding.what}: {finding.detail}")
    well = all(finding.state != "FAIL" for finding in findings)
    if as_json:
        click.echo(json.dumps({"well": well, "findings": [vars(finding) for finding in findings]}, indent=2))
    sys.exit(0 if well else 1)


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
