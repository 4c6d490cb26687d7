"""Is this a password that everybody tries first? Those that were stolen most often, from a list that is part of Pulsar.

The list is what has eight characters or more of those of zxcvbn and Django (see NOTICE), in small letters. Nothing is
asked of anybody outside.
"""

import gzip
from functools import cache
from importlib.resources import files

from pulsar.base.errors import Invalid


class StolenPassword(Invalid):
    """This password is on every list of stolen ones, so it is guessed at once. A sentence of your own is better."""


@cache
def _known() -> frozenset[str]:
    packed = files(__package__).joinpath("stolen_passwords.txt.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode("ascii").split("\n")) - {""}


def is_stolen(password: str) -> bool:
    """However its letters are written."""
    return password.lower() in _known()


def refuse(password: str, *, field: str = "password") -> None:
    """Raises StolenPassword."""
    if is_stolen(password):
        raise StolenPassword(field=field)
