"""How a page is set up and something published in tests."""

import secrets
from typing import Any

import httpx

from tests.world import Person

SECRET_TITLE = "db-7 of customer Acme is down"


async def status_page(admin: Person, **fields: Any) -> str:
    """Switched on, at this path."""
    slug = f"acme-{secrets.token_hex(4)}"
    answer = await admin.patch("/status-page", enabled=True, slug=slug, title="Acme status", **fields)
    assert answer.status_code == 200, answer.text
    return f"/status/{slug}"


async def published(member: Person, **fields: Any) -> dict[str, Any]:
    body = {"title": "Checkout is slow", "status": "investigating", "text": "We look into it."} | fields
    made: dict[str, Any] = await member.makes("/status-page/notices", **body)
    return made


async def text_at(http: httpx.AsyncClient, path: str) -> str:
    answer = await http.get(path)
    assert answer.status_code == 200
    return answer.text
