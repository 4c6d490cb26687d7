"""What can be typed? `pulsar serve`, and the commands of an operator."""

import gc
import signal

import click

from pulsar import __version__
from pulsar.cli import admin, backups, keys, looking, running


@click.group()
@click.version_option(__version__)
def main() -> None:
    """Pulsar wakes the right person when something breaks."""
    # What is imported stays, and looking for cycles in it would take an eighth of the start.
    gc.disable()
    # From the first moment on, a SIGTERM stops in order what was started, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


for _command in (
    running.serve,
    running.worker,
    running.migrate,
    looking.check,
    looking.openapi,
    backups.backup,
    backups.restore,
    keys.rotate_key,
    admin.admin,
):
    main.add_command(_command)
