"""A Pulsar to measure: its own process tree on a fresh data directory, as `pulsar serve` starts it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil


@dataclass
class Server:
    port: int
    process: psutil.Process
    started_in: float
    """Seconds from the command to the first answered request."""
    ready_in: float
    """Until a worker was there too."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _tree(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True), *_postgres(self.process)]

    def memory(self) -> dict[str, float]:
        """Megabytes of the whole tree: what is resident, and what is not shared with each other."""
        infos = [process.memory_full_info() for process in self._tree()]
        return {"rss": sum(i.rss for i in infos) / 2**20, "pss": sum(i.pss for i in infos) / 2**20}

    def processor_seconds(self) -> float:
        """What the whole tree has used so far: web server, worker, database, and the children that they had."""
        seconds = 0.0
        for process in self._tree():
            with contextlib.suppress(psutil.NoSuchProcess):
                seconds += sum(process.cpu_times()[:4])
        return seconds


def _postgres(process: psutil.Process) -> list[psutil.Process]:
    """The embedded server's processes, which are nobody's children."""
    folder = process.environ()["PULSAR_DATA_DIR"]
    pid = int((Path(folder) / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    postmaster = psutil.Process(pid)
    return [postmaster, *postmaster.children(recursive=True)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def serving(data_dir: Path) -> Iterator[Server]:
    port = free_port()
    environment = {**os.environ, "PULSAR_DATA_DIR": str(data_dir), "PULSAR_PORT": str(port)}
    log = (data_dir / "serve.log").open("ab")
    started = time.perf_counter()
    command = [sys.executable, "-m", "pulsar.cli", "serve"]
    child = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        first = _wait(f"http://127.0.0.1:{port}/healthz", started, child)
        ready = _wait(f"http://127.0.0.1:{port}/readyz", started, child)
        yield Server(port, psutil.Process(child.pid), first, ready)
    finally:
        child.send_signal(signal.SIGINT)
        child.wait(10)
        log.close()


def _wait(url: str, started: float, child: subprocess.Popen[bytes]) -> float:
    while child.poll() is None and time.perf_counter() - started < 60:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(url, timeout=1).is_success:
                return time.perf_counter() - started
        time.sleep(0.02)
    raise RuntimeError(f"{url} did not answer")


class Customer:
    """A new organization on it, with what paging needs."""

    def __init__(self, server: Server) -> None:
        self._http = httpx.Client(base_url=f"{server.url}/api/v1", timeout=30)
        name = f"bench-{time.time_ns()}"
        self.email, self.password = f"{name}@example.org", "a password for the bench"
        body = {
            "email": self.email,
            "username": name,
            "password": self.password,
            "full_name": "Bench",
            "organization_name": name,
        }
        session = self.post("/auth/register", **body)
        self.user_id: str = session["user"]["id"]
        self.access_token: str = session["access_token"]
        self._refresh_token = session["refresh_token"]
        self._http.headers["Authorization"] = f"Bearer {self.access_token}"

    def close(self) -> None:
        self._http.close()

    def renew(self) -> str:
        """A new access token: one is good for a quarter of an hour, and a busy machine may take longer."""
        session = self.post("/auth/refresh", refresh_token=self._refresh_token)
        self.access_token, self._refresh_token = session["access_token"], session["refresh_token"]
        return self.access_token

    def post(self, path: str, **body: Any) -> Any:
        response = self._http.post(path, json=body)
        response.raise_for_status()
        return response.json()

    def colleague(self) -> str:
        """Another member: their id."""
        name = f"bench-{time.time_ns()}"
        link = self.post("/invitations", email=f"{name}@example.org", role="member")["link"]
        account = {"full_name": name, "username": name, "password": "a password for the bench"}
        user_id: str = self.post("/invitations/accept", token=link.partition("#")[2], **account)["user"]["id"]
        return user_id

    def policy(self, first_delay: int = 0, also: Sequence[str] = ()) -> None:
        """A first level that pages this customer, and `also` these members."""
        targets = [{"type": "user", "user_id": user_id} for user_id in (self.user_id, *also)]
        rules = [{"delay_seconds": first_delay, "targets": targets}, {"delay_seconds": 300, "targets": targets}]
        self.post("/escalation-policies", name="Bench", is_default=True, rules=rules)

    def email_channel(self, port: int) -> None:
        config = {"host": "127.0.0.1", "port": port, "security": "none", "from_address": "bench@example.org"}
        self.post("/notifications/channels", name="E-mail", channel_type="email", config=config)

    def webhook_channel(self, name: str, url: str) -> None:
        self.post("/notifications/channels", name=name, channel_type="webhook", config={"url": url})

    def webhook_path(self, mapping: dict[str, Any] | None = None) -> str:
        made = self.post("/webhooks/incoming", name="Bench", integration_type="custom" if mapping else "generic")
        if mapping:
            saved = self._http.put(f"/webhooks/incoming/{made['id']}/mapping", json={"mapping": mapping})
            saved.raise_for_status()
        return f"/api/v1/webhook/{made['token']}"
