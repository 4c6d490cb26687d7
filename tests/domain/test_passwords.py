"""A password that is forgotten, or changed: who gets a new one, and what the old one is good for then."""

import asyncio
from datetime import timedelta

import httpx

from tests.domain.mailing import Post
from tests.domain.test_signing_in import audited, login
from tests.world import API, PASSWORD, Clock, Person

NEW = "quite another password"


async def forgotten(post: Post, email: str) -> httpx.Response:
    return await post.http.post(f"{API}/auth/password/forgotten", json={"email": email})


async def reset(post: Post, token: str, password: str = NEW) -> httpx.Response:
    return await post.http.post(f"{API}/auth/password/reset", json={"token": token, "password": password})


class TestForgotten:
    async def test_a_link_by_mail_sets_a_new_one_and_the_old_one_is_good_for_nothing(
        self, post: Post, ana: Person
    ) -> None:
        assert (await forgotten(post, f" {ana.email.upper()} ")).status_code == 202
        assert (await reset(post, await post.token(ana.email))).status_code == 204
        assert (await login(post.http, ana)).status_code == 401
        assert (await login(post.http, ana, NEW)).status_code == 200

    async def test_every_session_of_the_user_ends_at_once(self, post: Post, ana: Person, bo: Person) -> None:
        """C8: nothing that was given for the old password is good any more."""
        await forgotten(post, ana.email)
        await reset(post, await post.token(ana.email))
        assert (await ana.get("/alerts")).status_code == 401
        refreshed = await post.http.post(f"{API}/auth/refresh", json={"refresh_token": ana.refresh_token})
        assert refreshed.status_code == 401
        (event,) = await audited(bo, "user.password_set")
        assert event["data"] == {"by_mail": True, "sessions_ended": 1}
        assert [mail.subject for mail in await post.to(ana.email)][-1] == "Your password was changed"

    async def test_an_address_that_nobody_has_is_answered_the_same_and_costs_the_same(
        self, post: Post, ana: Person
    ) -> None:
        """S4: up to the answer both do the very same, so there is no difference in time to measure."""
        known, unknown = await forgotten(post, ana.email), await forgotten(post, f"nobody-{ana.email}")
        assert (known.status_code, known.content) == (unknown.status_code, unknown.content) == (202, b"null")
        jobs = await post.waiting()
        assert [sorted(job) for job in jobs] == [["at", "email", "kind"]] * 2
        assert await post.to(f"nobody-{ana.email}") == []

    async def test_the_link_is_good_once_and_only_the_newest_is(self, post: Post, ana: Person) -> None:
        tokens = []
        for _ in range(2):
            await forgotten(post, ana.email)
            tokens.append(await post.token(ana.email))
        for token, status in ((tokens[0], 410), (tokens[1], 204), (tokens[1], 410)):
            assert (await reset(post, token)).status_code == status

    async def test_of_ten_who_use_it_at_once_one_does(self, post: Post, ana: Person) -> None:
        await forgotten(post, ana.email)
        token = await post.token(ana.email)
        answers = await asyncio.gather(*(reset(post, token, f"password number {n}") for n in range(10)))
        assert sorted(answer.status_code for answer in answers) == [204] + [410] * 9

    async def test_the_link_is_good_for_an_hour(self, post: Post, clock: Clock, ana: Person) -> None:
        await forgotten(post, ana.email)
        token = await post.token(ana.email)
        clock.pass_time(timedelta(hours=1))
        assert (await reset(post, token)).status_code == 410
        assert (await login(post.http, ana)).status_code == 200

    async def test_a_bad_new_password_does_not_spend_the_link(self, post: Post, ana: Person) -> None:
        await forgotten(post, ana.email)
        token = await post.token(ana.email)
        assert (await reset(post, token, "short")).status_code == 422
        assert (await reset(post, token)).status_code == 204

    async def test_no_secret_waits_in_the_queue_or_the_database(self, post: Post, ana: Person) -> None:
        """S6."""
        await forgotten(post, ana.email)
        (job,) = await post.waiting()
        assert set(job) == {"at", "email", "kind"}

    async def test_a_mailbox_gets_three_an_hour_and_nobody_can_see_that(self, post: Post, ana: Person) -> None:
        answers = [await forgotten(post, ana.email) for _ in range(2)]
        await post.to(ana.email)
        answers += [await forgotten(post, ana.email.title()) for _ in range(4)]
        assert {answer.status_code for answer in answers} == {202}, "C17: one count however it is written"
        assert len(await post.waiting()) == 1

    async def test_who_asks_for_many_has_to_wait(self, post: Post) -> None:
        answers = [await forgotten(post, f"somebody-{n}@example.org") for n in range(21)]
        assert [answer.status_code for answer in answers] == [202] * 20 + [429]

    async def test_a_pulsar_that_sends_no_mail_says_so_whoever_is_meant(
        self, http: httpx.AsyncClient, ana: Person
    ) -> None:
        for email in (ana.email, "nobody@example.org"):
            answer = await http.post(f"{API}/auth/password/forgotten", json={"email": email})
            assert (answer.status_code, answer.json()["code"]) == (409, "no_mail")
        assert (await http.get(f"{API}/auth/options")).json()["mail"] is False

    async def test_a_mail_server_that_is_down_gets_it_later_and_after_an_hour_nobody_waits_for_it(
        self, post: Post, clock: Clock, ana: Person
    ) -> None:
        await forgotten(post, ana.email)
        (job,) = await post.waiting()
        clock.pass_time(timedelta(hours=1, seconds=1))
        await post.does(job)
        assert post.mailbox.mails == []


class TestChanged:
    async def change(self, who: Person, current: str, new: str = NEW) -> httpx.Response:
        return await who.request("PUT", "/auth/password", json={"current_password": current, "new_password": new})

    async def test_needs_the_one_before_and_ends_all_other_sessions(self, post: Post, ana: Person, bo: Person) -> None:
        other = (await login(ana.http, ana)).json()
        refused = await self.change(ana, "not her password")
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "current_password")
        assert (await self.change(ana, PASSWORD)).status_code == 204
        assert (await ana.get("/alerts")).status_code == 200
        headers = {"Authorization": f"Bearer {other['access_token']}"}
        assert (await ana.http.get(f"{API}/alerts", headers=headers)).status_code == 401
        assert (await login(ana.http, ana, NEW)).status_code == 200
        (event,) = await audited(bo, "user.password_set")
        assert (event["actor"]["id"], event["data"]) == (str(ana.id), {"by_mail": False, "sessions_ended": 1})
        subjects = [mail.subject for mail in await post.to(ana.email)]
        assert [one for one in subjects if not one.startswith("Somebody signed in")] == ["Your password was changed"]

    async def test_guesses_of_it_count_as_at_the_login(self, ana: Person) -> None:
        """S4."""
        answers = [await self.change(ana, "not her password") for _ in range(11)]
        assert [answer.status_code for answer in answers] == [422] * 10 + [429]
        assert (await login(ana.http, ana)).status_code == 429

    async def test_makes_a_link_for_a_new_one_void(self, post: Post, ana: Person) -> None:
        await forgotten(post, ana.email)
        token = await post.token(ana.email)
        await self.change(ana, PASSWORD)
        assert (await reset(post, token)).status_code == 410
