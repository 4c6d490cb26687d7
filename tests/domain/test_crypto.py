"""Secrets: how they are kept, that no key serves for two purposes, and that they turn up nowhere else."""

import base64
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from pulsar import settings
from pulsar.base import crypto
from pulsar.base.crypto import BadSignature, Keys, SecretUnreadable
from tests.world import Mailbox, Person

KEYS = Keys("a secret key for tests, long enough")
OTHER = Keys("another secret key, also long enough")
NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

values = st.dictionaries(st.text(max_size=10), st.text(max_size=50) | st.integers() | st.none(), max_size=5)


@pytest.mark.parametrize("key", ["short", "x" * 31, "a" * 64, "changeme" * 4])
def test_a_key_that_can_be_guessed_is_refused_and_not_repeated(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSAR_SECRET_KEY", key)
    with pytest.raises(settings.BadSettings) as refused:
        settings.load()
    assert "PULSAR_SECRET_KEY" in str(refused.value)
    assert "32 characters" in str(refused.value)
    assert key not in str(refused.value)


def test_a_key_that_is_long_enough_is_taken_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    key = secrets.token_urlsafe(48)
    monkeypatch.setenv("PULSAR_SECRET_KEY", key)
    loaded = settings.load()
    assert loaded.secret_key == key
    assert key not in repr(loaded)


async def test_passwords_are_kept_by_argon2id_with_a_salt_each(ana: Person, bo: Person, owner: AsyncConnection) -> None:
    found = (await owner.scalars(text("SELECT password_hash FROM users"))).all()
    assert all(stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for stored in found)
    assert len(set(found)) == len(found)


async def test_an_account_that_does_not_exist_takes_as_long_as_a_wrong_password() -> None:
    stored = await crypto.hash_password("the right one")

    async def effort(against: str | None) -> float:
        """Of the processor, which does not depend on what else the machine is doing."""
        begun = time.process_time()
        assert not await crypto.password_matches("a guess", against)
        return time.process_time() - begun

    pairs = [(await effort(stored), await effort(None)) for _ in range(7)]
    wrong, unknown = (min(efforts) for efforts in zip(*pairs, strict=True))
    assert 0.5 < wrong / unknown < 2


@given(values)
def test_what_is_sealed_opens_with_the_same_key_only(secret: dict[str, Any]) -> None:
    sealed = KEYS.seal(secret)
    assert KEYS.unseal(sealed) == secret
    assert KEYS.seal(secret) != sealed, "the same secret twice does not look the same"
    with pytest.raises(SecretUnreadable):
        OTHER.unseal(sealed)


@given(values, st.data())
def test_what_was_tampered_with_does_not_open(secret: dict[str, Any], data: st.DataObject) -> None:
    sealed = bytearray(KEYS.seal(secret))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(SecretUnreadable):
        KEYS.unseal(bytes(sealed))


@pytest.mark.parametrize("length", [0, 1, 11, 12, 20])
def test_what_was_cut_off_does_not_open(length: int) -> None:
    with pytest.raises(SecretUnreadable):
        KEYS.unseal(KEYS.seal({"password": "x"})[:length])


@given(values)
def test_a_signature_serves_its_purpose_for_its_time(claims: dict[str, Any]) -> None:
    token = KEYS.sign("access", {"sub": "ana", "given": claims}, NOW, HOUR)
    for at in (NOW, NOW + HOUR - timedelta(seconds=1)):
        found = KEYS.verify("access", token, at)
        assert (found["sub"], found["given"]) == ("ana", claims)
    for keys, purpose, at in (
        (KEYS, "access", NOW + HOUR),
        (KEYS, "acknowledge", NOW),
        (KEYS, "seal", NOW),
        (OTHER, "access", NOW),
    ):
        with pytest.raises(BadSignature):
            keys.verify(purpose, token, at)


@given(st.data())
def test_a_token_that_was_tampered_with_is_none(data: st.DataObject) -> None:
    token = KEYS.sign("access", {"sub": "ana"}, NOW, HOUR)
    head, payload, signature = token.split(".")
    forged = base64.urlsafe_b64encode(b'{"sub":"eve","iss":"pulsar","aud":"access","iat":0,"exp":9999999999}').decode()
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    place = data.draw(st.integers(0, len(token) - 2))
    flipped = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
    for wrong in (flipped, f"{head}.{forged.rstrip('=')}.{signature}", f"{unsigned}.{payload}.", "", "..", "x.y.z"):
        with pytest.raises(BadSignature):
            KEYS.verify("access", wrong, NOW)


def test_the_fingerprint_tells_keys_apart_and_gives_nothing_away() -> None:
    assert KEYS.fingerprint == Keys("a secret key for tests, long enough").fingerprint != OTHER.fingerprint
    assert "secret" not in KEYS.fingerprint


async def dump(owner: AsyncConnection) -> str:
    """Every row of every table, as its owner sees it."""
    await owner.rollback()
    tables = (await owner.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))).all()
    assert len(tables) > 20
    rows = [row for table in tables for row in await owner.scalars(text(f"SELECT t::text FROM {table} t"))]
    return "\n".join(rows)


def in_all_spellings(secret: str) -> list[str]:
    return [secret, secret.encode().hex(), base64.b64encode(secret.encode()).decode().rstrip("=")]


async def test_a_copy_of_the_database_gives_away_no_secret(
    ana: Person, bo: Person, mail: Mailbox, owner: AsyncConnection
) -> None:
    planted = {name: f"{name} {secrets.token_hex(16)}" for name in ("smtp", "header", "replaced", "guess")}
    mail_config = mail.channel["config"] | {"username": "pulsar", "password": planted["smtp"]}
    channel = await ana.makes("/notifications/channels", name="Mail", channel_type="email", config=mail_config)
    hook = {"url": "http://127.0.0.1:1/", "headers": {"Authorization": planted["replaced"]}}
    room = await ana.makes("/notifications/channels", name="Room", channel_type="webhook", config=hook)
    await ana.patch(f"/notifications/channels/{room['id']}", config={"headers": {"X-Key": planted["header"]}})
    for made in (channel, room):
        await ana.makes(f"/notifications/channels/{made['id']}/test")
    planted["incoming token"] = (await ana.makes("/webhooks/incoming", name="Nagios"))["token"]
    await ana.http.post("/api/v1/auth/login", json={"email": ana.email, "password": planted["guess"]})
    session = await ana.makes("/auth/refresh", refresh_token=ana.refresh_token)
    planted |= {"rotated": ana.refresh_token, "refresh": session["refresh_token"], "access": session["access_token"]}
    planted["ticket"] = (await ana.makes("/ws/ticket"))["ticket"]

    copy = await dump(owner)
    assert ana.email in copy, "the copy is whole"
    found = [name for name, secret in planted.items() for spelt in in_all_spellings(secret) if spelt in copy]
    assert found == []
    assert "a password for tests" not in copy
