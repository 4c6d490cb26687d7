"""May a spreadsheet open this? A cell that begins like a formula would be run as one."""

from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell(value: Any) -> Any:
    """What a monitoring tool sent, or somebody wrote, must not become a formula in somebody else's spreadsheet."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
