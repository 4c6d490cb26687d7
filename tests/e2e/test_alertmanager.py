"""Debian's Prometheus Alertmanager sends to us as it sends to anybody."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest_asyncio

from tests.e2e.processes import Running, free_port, until
from tests.ladders import integration, ladder, level, mail_channel
from tests.world import API, Mailbox, Person

LABELS = {"alertname": "DiskFull", "instance": "db-1", "severity": "critical"}


@dataclass
class Alertmanager:
    http: httpx.AsyncClient

    async def hears(self, **times: str) -> None:
        alert = {"labels": LABELS, "annotations": {"summary": "Disk full on db-1"}, **times}
        answer = await self.http.post("/api/v2/alerts", json=[alert])
        assert answer.status_code == 200, answer.text


@pytest_asyncio.fixture
async def alertmanager(ana: Person, server: Running, tmp_path: Path) -> AsyncIterator[Alertmanager]:
    """Sends everything to ana's organization, at once."""
    token = (await integration(ana, integration_type="prometheus")).token
    receiver = {"url": f"{server.url}{API}/webhook/{token}", "send_resolved": True}
    route = {"receiver": "pulsar", "group_wait": "10ms", "group_interval": "200ms", "repeat_interval": "1h"}
    receivers = [{"name": "pulsar", "webhook_configs": [receiver]}]
    config = tmp_path / "alertmanager.yml"
    config.write_text(json.dumps({"route": route, "receivers": receivers}))  # JSON is YAML
    address = f"127.0.0.1:{free_port()}"
    with (tmp_path / "alertmanager.log").open("wb") as log:
        process = subprocess.Popen(
            [
                "prometheus-alertmanager",
                f"--config.file={config}",
                f"--storage.path={tmp_path / 'alertmanager'}",
                f"--web.listen-address={address}",
                "--cluster.listen-address=",
            ],
            stdout=log,
            stderr=log,
        )
    try:
        async with httpx.AsyncClient(base_url=f"http://{address}") as http:

            async def ready() -> bool:
                assert process.poll() is None, (tmp_path / "alertmanager.log").read_text()
                try:
                    return (await http.get("/-/ready")).is_success
                except httpx.TransportError:
                    return False

            await until("a ready Alertmanager", ready, 30)
            yield Alertmanager(http)
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 10)


async def test_a_firing_alert_opens_one_and_pages_and_its_end_closes_it(
    alertmanager: Alertmanager, ana: Person, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    began = datetime.now(UTC).isoformat()

    await alertmanager.hears(startsAt=began)
    await until("the page", lambda: mail.to(ana))
    (opened,) = (await ana.has("/alerts"))["items"]
    assert (opened["status"], opened["priority"], opened["message"]) == ("open", "P1", "Disk full on db-1")
    assert opened["details"]["instance"] == "db-1"

    await alertmanager.hears(startsAt=began, endsAt=datetime.now(UTC).isoformat())

    async def closed() -> bool:
        return [alert["status"] for alert in (await ana.has("/alerts"))["items"]] == ["closed"]

    await until("the close", closed)
    await until("word of it", lambda: len(mail.to(ana)) == 2)
    page, end = [m.subject for m in mail.to(ana)]
    assert page == "[P1] #1 Disk full on db-1"
    assert end.startswith("Closed by ")
