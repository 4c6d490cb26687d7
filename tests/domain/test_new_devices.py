"""Who signs in with a device of yours? If it was none, you are told."""

from datetime import timedelta

import httpx
from sqlalchemy import delete

from pulsar.people.model import SessionRow
from tests.domain.mailing import Post
from tests.domain.test_sessions import registration
from tests.world import API, PASSWORD, Clock, Person


async def sign_in(http: httpx.AsyncClient, who: Person, device: str) -> None:
    body = {"email": who.email, "password": PASSWORD}
    answer = await http.post(f"{API}/auth/login", json=body, headers={"user-agent": device})
    assert answer.status_code == 200, answer.text


async def test_a_sign_in_with_a_new_device_is_told_once_and_to_whose_account_it_is(
    post: Post, ana: Person, bo: Person
) -> None:
    known = ana.http.headers["user-agent"]
    await sign_in(ana.http, ana, known)
    assert await post.to(ana.email) == []
    for _ in range(2):
        await sign_in(post.http, ana, "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) Version/18.5 Safari/604.1")
    (mail,) = await post.to(ana.email)
    assert mail.subject == "Somebody signed in to your account from a new device or place"
    assert "By password, with Safari on iPad, from 2001:db8:" in mail.text
    assert mail.text.rstrip().endswith("/me/security")
    assert await post.to(bo.email) == []


async def test_who_has_just_made_the_account_is_not_told_of_it_and_an_old_one_without_sessions_is(
    post: Post, clock: Clock, ana: Person
) -> None:
    await post.http.post(f"{API}/auth/register", json=(body := registration()))
    assert [mail.subject for mail in await post.to(body["email"])] == ["Verify your address"]
    async with post.pulsar.db.without_org() as tx:
        await tx.execute(delete(SessionRow).where(SessionRow.user_id == ana.id))
    await sign_in(post.http, ana, "A telephone")
    assert await post.to(ana.email) == [], "the account is new"
    async with post.pulsar.db.without_org() as tx:
        await tx.execute(delete(SessionRow).where(SessionRow.user_id == ana.id))
    clock.pass_time(timedelta(hours=2))
    await sign_in(post.http, ana, "A telephone")
    assert len(await post.to(ana.email)) == 1
