"""Debian's Prometheus and Alertmanager send to us as they send to anybody."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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
    address: str

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
    command = ("prometheus-alertmanager", f"--storage.path={tmp_path / 'alertmanager'}", "--cluster.listen-address=")
    async with running(*command, config=config, address=address) as http:
        yield Alertmanager(http, address)


@asynccontextmanager
async def running(*command: str, config: Path, address: str) -> AsyncIterator[httpx.AsyncClient]:
    """One of the two, ready; ended with the test."""
    said = config.with_suffix(".log")
    with said.open("wb") as log:
        process = subprocess.Popen(
            [*command, f"--config.file={config}", f"--web.listen-address={address}"], stdout=log, stderr=log
        )
    try:
        async with httpx.AsyncClient(base_url=f"http://{address}") as http:

            async def ready() -> bool:
                assert process.poll() is None, said.read_text()
                try:
                    return (await http.get("/-/ready")).is_success
                except httpx.TransportError:
                    return False

            await until(f"a ready {command[0]}", ready, 30)
            yield http
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


async def test_a_rule_of_prometheus_that_fires_opens_an_alert_and_one_that_ends_closes_it(
    alertmanager: Alertmanager, ana: Person, tmp_path: Path
) -> None:
    watched = free_port()
    rule = {
        "alert": "Down",
        "expr": 'up{job="db"} == 0',
        "labels": {"severity": "critical"},
        "annotations": {"summary": "{{ $labels.instance }} does not answer"},
    }
    (tmp_path / "rules.yml").write_text(json.dumps({"groups": [{"name": "db", "rules": [rule]}]}))
    config = tmp_path / "prometheus.yml"
    scrape = {"job_name": "db", "static_configs": [{"targets": [f"127.0.0.1:{watched}"]}]}
    ours = {
        "global": {"scrape_interval": "250ms", "scrape_timeout": "200ms", "evaluation_interval": "250ms"},
        "rule_files": [str(tmp_path / "rules.yml")],
        "scrape_configs": [scrape],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager.address]}]}]},
    }
    config.write_text(json.dumps(ours))
    command = ("prometheus", f"--storage.tsdb.path={tmp_path / 'tsdb'}", "--rules.alert.resend-delay=1s")

    async def stands(status: str) -> bool:
        return [alert["status"] for alert in (await ana.has("/alerts"))["items"]] == [status]

    async with running(*command, config=config, address=f"127.0.0.1:{free_port()}"):
        await until("an open alert", lambda: stands("open"))
        (opened,) = (await ana.has("/alerts"))["items"]
        assert (opened["priority"], opened["message"]) == ("P1", f"127.0.0.1:{watched} does not answer")
        mended = await asyncio.start_server(_metrics, "127.0.0.1", watched)
        async with mended:
            await until("the close", lambda: stands("closed"))


async def _metrics(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The least that Prometheus calls up."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\nConnection: close\r\n\r\na 1\n")
    await writer.drain()
    writer.close()
