"""An organization in which every text that anybody can give is an attempt to run a script. The attempts stand in
hostile.txt, one a line, with ␤ and ␉ for what cannot stand in a line: after those that everybody's lists have, and
short enough to be a name."""

import asyncio
import itertools
import json
import secrets
import smtplib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

from tests.e2e.inhabited import Inhabited, came, inhabit
from tests.e2e.processes import until
from tests.ladders import integration, level
from tests.world import Mailbox, Person

Json = dict[str, Any]
PAYLOADS = Path(__file__).parents[1] / "inbound" / "payloads"
HERE = Path(__file__).with_suffix(".txt")
ATTEMPTS = [line.replace("␤", "\n").replace("␉", "\t") for line in HERE.read_text().splitlines()]
ALL = "\n\n".join(ATTEMPTS)
AT_ONCE = 8
COUNT = itertools.count()


def attempt() -> str:
    """The next of them: who asks for many gets all."""
    return ATTEMPTS[next(COUNT) % len(ATTEMPTS)]


def name() -> str:
    """One line, as a name is."""
    return " ".join(attempt().split())


async def many(calls: Iterable[Callable[[], Awaitable[Any]]]) -> list[Any]:
    """A few at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(call: Callable[[], Awaitable[Any]]) -> Any:
        async with gate:
            return await call()

    return await asyncio.gather(*map(one, calls))


@dataclass
class Hostile:
    ana: Person
    screens: dict[str, str]
    public: str
    """Of the status page."""
    mails: list[str]
    """The HTML of those that it sent, and the page behind the link in one."""


async def plant(ana: Person, mail: Mailbox, mail_place: str) -> Hostile:
    """On top of what an inhabited organization has."""
    lived_in = await inhabit(ana)
    await _people(lived_in)
    mails = await _mailed(ana, mail)
    # Two hundred alerts that page nobody: it is about what they say.
    policy = lived_in.screens["/policies/[id]"].rpartition("/")[2]
    assert (await ana.patch(f"/escalation-policies/{policy}", is_default=False)).is_success
    await _names(ana)
    wrong = await _tools(ana)
    alert = await _alert(ana, mail_place, policy)
    incident = await _incident(ana, alert)
    public = await _public(ana, incident)
    screens = lived_in.screens | {
        "/alerts/[id]": f"/alerts/{alert['id']}",
        "/incidents/[id]": f"/incidents/{incident['id']}",
        "/incidents/[id]/postmortem": f"/incidents/{incident['id']}/postmortem",
        "/integrations/[id]": f"/integrations/{wrong}",
        "/integrations/[id]/mapping": f"/integrations/{wrong}/mapping",
    }
    return Hostile(ana, screens, public, mails)


async def _people(lived_in: Inhabited) -> None:
    for person in (lived_in.ana, lived_in.bo, await came(lived_in.ana, "Tom", "member")):
        answer = await person.patch("/auth/me", full_name=name())
        assert answer.is_success, answer.text
    assert (await lived_in.ana.patch("/organizations/current", name=name())).is_success


async def _names(ana: Person) -> None:
    """Of everything that has one."""
    squad = (await ana.has("/teams"))["items"][0]["id"]
    to_team = level(0, {"type": "team", "team_id": squad})
    kinds: dict[str, Callable[[], Json]] = {
        "/teams": lambda: {"description": attempt()},
        "/schedules": lambda: {"time_zone": "UTC", "description": attempt(), "rotations": [{"name": name()}]},
        "/escalation-policies": lambda: {"description": attempt(), "rules": [to_team]},
        "/heartbeats": lambda: {"interval_seconds": 86400, "description": attempt(), "tags": [name(), name()]},
        "/notifications/channels": lambda: {"channel_type": "webhook", "config": {"url": "http://127.0.0.1:9/x"}},
        "/webhooks/endpoints": lambda: {"url": f"http://127.0.0.1:9/{secrets.token_hex(4)}?{attempt()}".split()[0]},
        "/api-keys": lambda: {"scopes": ["read"]},
        "/incident-fields": lambda: {"description": attempt()},
        "/incident-templates": lambda: {"title": name(), "description": ALL, "tasks": [attempt(), attempt()]},
        "/status-page/components": lambda: {"description": attempt(), "group_name": name()},
    }
    await many(partial(ana.makes, path, name=name(), **fields()) for path, fields in kinds.items() for _ in range(5))


def poisoned(said: Any) -> Any:
    """What a tool sent, with an attempt in each text that a person would read, and in place of each address."""
    if isinstance(said, dict):
        return {key: poisoned(value) for key, value in said.items()}
    if isinstance(said, list):
        return [poisoned(value) for value in said]
    if not isinstance(said, str):
        return said
    if said.startswith("http"):
        return "javascript:alert(1)//" + said
    return f"{said} {attempt()}" if " " in said else said


async def _tools(ana: Person) -> str:
    """Of every kind one, which sends; answers the id of one that has a mapping, and could not read something."""
    for folder in sorted(PAYLOADS.iterdir()):
        if folder.is_dir():
            tool = await integration(ana, name=name(), integration_type=folder.name, default_tags=[name()])
            real = json.loads(min(folder.glob("*.json")).read_text())
            answer = await tool.post(poisoned(real))
            # 403: of AWS, whose signature is not the one.
            assert answer.status_code in {202, 403, 422}, answer.text
    own = await integration(ana, name=name(), integration_type="custom")
    says = {field: json.dumps(attempt()) for field in ("description", "source", "entity")}
    mapping = {"message": "title", "details": {"*": "@"}, **says}
    answer = await ana.request("PUT", f"/webhooks/incoming/{own.id}/mapping", json={"mapping": mapping})
    assert answer.is_success, answer.text
    await own.tells(title=attempt(), **dict(zip(ATTEMPTS[:40], ATTEMPTS[40:80], strict=True)))
    assert (await own.post({"what": ALL})).status_code == 422
    return own.id


async def _alert(ana: Person, mail_place: str, policy: str) -> Json:
    """Each attempt as an alert's message, and one alert that has all of them in every field."""
    tool = await integration(ana, name=name())
    await tool.tells_all([{"message": said, "alias": secrets.token_hex(8), "tags": [name()]} for said in ATTEMPTS])
    mails = await ana.makes("/webhooks/incoming", name=name(), integration_type="email")
    await asyncio.to_thread(_send, mail_place, mails["email"])
    fields: Json = {"source": attempt(), "entity": attempt(), "tags": ATTEMPTS[:50], "description": ALL}
    details = dict(zip(ATTEMPTS[:80], ATTEMPTS[-80:], strict=True))
    fields |= {"priority": "P1", "details": details, "escalation_policy_id": policy}
    alert: Json = await ana.makes("/alerts", message=attempt(), **fields)
    path = f"/alerts/{alert['id']}"
    await many(partial(ana.makes, f"{path}/notes", text=said) for said in (ALL, *ATTEMPTS[:5]))
    return alert


def _send(place: str, to: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "cron@db-1.example", to, attempt()
    mail.set_content(ALL)
    mail.add_alternative(ALL, subtype="html")
    host, port = place.split(":")
    with smtplib.SMTP(host, int(port), timeout=20) as client:
        client.send_message(mail)


async def _incident(ana: Person, alert: Json) -> Json:
    """Markdown: a few attempts in each note, and all in one, where one may open what the next closes."""
    own = (await ana.has("/incident-fields"))["items"][0]["id"]
    fields = {"severity": "critical", "alert_ids": [alert["id"]], "fields": {own: attempt()}}
    made: Json = await ana.makes("/incidents", title=name(), description=ALL, **fields)
    path = f"/incidents/{made['id']}"
    notes = ["\n\n".join(ATTEMPTS[at : at + 3]) for at in range(0, len(ATTEMPTS), 3)]
    await many(partial(ana.makes, f"{path}/notes", text=said) for said in (ALL, *notes))
    await ana.makes(f"{path}/tasks", title=attempt())
    await ana.makes(f"{path}/tasks", title=attempt(), kind="action_item")
    await ana.makes(f"{path}/links", url='https://meet.example.org/"onmouseover="alert(1)', title=attempt())
    await ana.makes(f"{path}/updates", text=ALL)
    await ana.makes(f"{path}/pages", user_id=str(ana.id), message=attempt())
    written = await ana.makes(f"{path}/postmortem")
    answer = await ana.patch(f"{path}/postmortem", text=f"# {attempt()}\n\n{ALL}", version=written["version"])
    assert answer.is_success, answer.text
    return made


async def _public(ana: Person, incident: Json) -> str:
    slug = f"acme-{secrets.token_hex(4)}"
    answer = await ana.patch("/status-page", enabled=True, slug=slug, title=name(), description=ALL[:2000])
    assert answer.is_success, answer.text
    said = {"status": "investigating", "text": ALL}
    notice = await ana.makes("/status-page/notices", title=name(), incident_id=incident["id"], **said)
    await ana.makes(f"/status-page/notices/{notice['id']}/updates", status="resolved", text=ALL)
    return f"/status/{slug}"


async def _mailed(ana: Person, mail: Mailbox) -> list[str]:
    """Of a page, whose link leads to a page of ours, and of a message to her."""
    channel = await ana.makes("/notifications/channels", **(mail.channel | {"name": name(), "bundle_seconds": 0}))
    alone = {"user_id": str(ana.id), "channel_id": channel["id"]}
    await ana.makes("/notifications/send", subject=attempt(), body=ALL[:10000], **alone)
    await until("a mail", lambda: mail.to(ana))
    bodies = [one.message.get_body(("html",)) for one in mail.to(ana)]
    return [str(body.get_content()) for body in bodies if body]
