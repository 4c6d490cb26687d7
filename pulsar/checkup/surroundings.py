"""What is around Pulsar: the address that people use, the disk, who notices its end, and who may register."""

import shutil
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from pulsar.checkup.finding import Finding, fine, note, wrong
from pulsar.settings import Settings

_FULL, _NEARLY_FULL = 500_000_000, 2_000_000_000


def public_url(settings: Settings) -> Finding:
    url = urlsplit(settings.base_url)
    if url.scheme not in {"http", "https"} or not url.hostname or url.query or url.fragment:
        return wrong(
            "public URL", f"{settings.base_url} is no address; set PULSAR_PUBLIC_URL=https://pulsar.example.org"
        )
    if _is_here(url.hostname):
        return note(
            "public URL", f"links in pages lead to {settings.base_url}, this machine alone; set PULSAR_PUBLIC_URL"
        )
    if url.scheme == "http":
        return note("public URL", f"{settings.base_url}: passwords travel in clear; put a proxy with TLS in front")
    return fine("public URL", settings.base_url)


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def deadman(settings: Settings) -> Finding:
    if settings.deadman_url:
        return fine("dead man's switch", f"told every {settings.deadman_seconds} s while pages go out in time")
    return note("dead man's switch", "nobody outside would notice the end of Pulsar; set PULSAR_DEADMAN_URL")


def registration(settings: Settings) -> Finding:
    if settings.registration == "closed":
        return fine("registration", "closed: once there is an account, only who is invited comes in")
    if settings.registration_left_open:
        return note(
            "registration",
            f"open: whoever reaches {settings.base_url} can make an account; when you have yours, set "
            "PULSAR_REGISTRATION=closed, or =open if it is to stay so",
        )
    return fine("registration", "open, as you have set it")


def disk(data_dir: Path) -> Finding:
    free = shutil.disk_usage(data_dir).free
    said = f"{free / 1e9:.1f} GB free at {data_dir}"
    if free < _FULL:
        return wrong("disk", f"{said}; when it is full, no alert is taken in: make room, or move PULSAR_DATA_DIR")
    return note("disk", f"{said}; make room before it is full") if free < _NEARLY_FULL else fine("disk", said)
