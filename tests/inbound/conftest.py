import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulsar.inbound.rules import Reading
from pulsar.inbound.source import registry

PAYLOADS = Path(__file__).parent / "payloads"


@pytest.fixture
def payload() -> Callable[[str], Any]:
    """What a tool sent, fresh for each call: "grafana/zulip_v8_resolved"."""
    return lambda name: json.loads((PAYLOADS / f"{name}.json").read_text())


@pytest.fixture
def read(payload: Callable[[str], Any]) -> Callable[[str], list[Reading]]:
    """What its source makes of it."""
    return lambda name: list(registry()[name.partition("/")[0]].read(payload(name)))
