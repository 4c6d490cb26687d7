"""What an operator does about accounts, past the API and while Pulsar runs."""

import re
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.processes import Starter, run
from tests.world import API, Person, person_of


async def logged_in(http: httpx.AsyncClient, email: str, password: str) -> Person | None:
    answer = await http.post(f"{API}/auth/login", json={"email": email, "password": password})
    return person_of(http, answer.json()) if answer.is_success else None


def password_in(stdout: str) -> str:
    (found,) = re.findall(r"^Password: (\S+)$", stdout, re.MULTILINE)
    return str(found)


async def test_an_operator_makes_an_owner_lets_them_in_again_and_shows_the_demo(data_dir: Path, start: Starter) -> None:
    pulsar = start(data_dir, "serve", "--no-worker", registration="closed")
    await pulsar.answers("/healthz")

    async def admin(*arguments: str, code: int = 0) -> Any:
        done = await run(data_dir, "admin", *arguments)
        assert done.code == code, done.stderr
        return done

    async with httpx.AsyncClient(base_url=pulsar.url, timeout=20) as http:
        who = ("ana@example.org", "--name", "Ana", "--organization", "Ana's")
        first = password_in((await admin("create-owner", *who)).stdout)
        ana = await logged_in(http, who[0], first)
        assert ana
        assert (await ana.get("/system")).status_code == 200, "alone here, and so an operator"

        second = password_in((await admin("reset-password", who[0], "--remove-second-factors")).stdout)
        assert (await ana.get("/alerts")).status_code == 401, "her sessions have ended"
        assert await logged_in(http, who[0], first) is None
        ana = await logged_in(http, who[0], second)
        assert ana
        assert "no account" in (await admin("reset-password", "eve@example.org", code=1)).stderr

        listed = (await admin("organizations")).stdout
        assert "owned by ana@example.org" in listed
        assert "--force" in (await admin("demo", code=1)).stderr
        shown = (await admin("demo", "--force")).stdout
        (email,) = re.findall(r"as (\S+)$", shown, re.MULTILINE)
        mara = await logged_in(http, email, password_in(shown))
        assert mara
        alerts = (await mara.has("/alerts", page_size=100))["items"]
        assert {alert["status"] for alert in alerts} == {"open", "acknowledged", "snoozed", "closed"}
        assert {one["status"] for one in (await mara.has("/incidents"))["items"]} >= {"resolved"}
        assert (await mara.get("/system")).status_code == 403, "two organizations, and nobody was named"
        await admin("operator", email.upper())
        assert (await mara.get("/system")).status_code == 200
