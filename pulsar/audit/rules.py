"""Of which kind is an event? Pure: by its type."""

from collections.abc import Collection
from typing import Any, Literal

Kind = Literal["activity", "audit"]

# What alerts do, by the thousand and mostly by themselves. Everything else is somebody's doing, and kept for the audit.
ACTIVITY_FAMILIES = ("alert", "escalation", "notification")


def kind_of(event_type: str) -> Kind:
    return "activity" if event_type.partition(".")[0] in ACTIVITY_FAMILIES else "audit"


def wanted(event_type: str, types: Collection[str]) -> bool:
    """By its name (`alert.closed`) or its family (`alert.*`); no types are all types."""
    return not types or event_type in types or f"{event_type.partition('.')[0]}.*" in types


def for_everybody(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """From where, and with what, somebody signs in is for admins to read, in the audit log."""
    if not kind.startswith("user.sign"):
        return data
    return {name: value for name, value in data.items() if name not in {"address", "device"}}
