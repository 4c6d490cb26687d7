"""What does Prometheus's Alertmanager say? Its webhook, version 4; version 3 reads alike."""

from collections.abc import Iterator
from typing import Any

from pulsar.inbound.alertmanager import Alert, Group, reading
from pulsar.inbound.decode import decoded
from pulsar.inbound.rules import Reading

slug = "prometheus"
title = "Prometheus"
description = "Alerts from Prometheus Alertmanager; a resolved one closes its alert."


def read(payload: Any) -> Iterator[Reading]:
    group = decoded(payload, Group[Alert])
    for alert in group.alerts:
        yield reading(alert, group, title)
