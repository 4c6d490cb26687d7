"""A second factor: an app on the phone, a passkey, or a code that was written down."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pyotp
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from pulsar.base import clock as base_clock
from tests.domain.mailing import Post
from tests.domain.test_signing_in import audited, login
from tests.world import API, PASSWORD, Clock, Person, person_of


async def enrolled(who: Person) -> tuple[pyotp.TOTP, list[str]]:
    """An app with a code of each step yet to come, and the recovery codes."""
    secret = (await who.makes("/auth/totp"))["secret"]
    app = pyotp.TOTP(secret)
    made = await who.makes("/auth/totp/confirm", code=code(app, -1))
    return app, made["recovery_codes"]


def code(app: pyotp.TOTP, steps: int = 0) -> str:
    """What the app shows, so many steps from now."""
    return app.at(base_clock.now() + timedelta(seconds=app.interval * steps))


async def challenge(http: httpx.AsyncClient, who: Person) -> str:
    answer = await login(http, who)
    assert (answer.status_code, answer.json()["code"]) == (401, "second_factor_needed"), answer.text
    token: str = answer.json()["challenge"]
    return token


async def second(http: httpx.AsyncClient, token: str, **shown: Any) -> httpx.Response:
    return await http.post(f"{API}/auth/second-factor", json={"challenge": token, **shown})


class TestTotp:
    async def test_makes_a_login_take_two_steps(self, http: httpx.AsyncClient, ana: Person) -> None:
        app, _ = await enrolled(ana)
        answer = await login(http, ana)
        assert answer.status_code == 401
        assert answer.json()["methods"] == ["totp", "recovery_code"]
        assert "access_token" not in answer.text
        session = await second(http, answer.json()["challenge"], code=code(app))
        assert session.status_code == 200
        assert (await person_of(http, session.json()).get("/alerts")).status_code == 200
        assert (await audited(ana, "user.signed_in"))[0]["data"]["method"] == "password+totp"

    async def test_counts_from_the_first_right_code_on(self, http: httpx.AsyncClient, ana: Person) -> None:
        secret = (await ana.makes("/auth/totp"))["secret"]
        assert (await ana.post("/auth/totp/confirm", code="000000")).json()["code"] == "wrong_code"
        assert (await login(http, ana)).status_code == 200
        made = await ana.makes("/auth/totp")
        assert made["secret"] != secret, "begun anew"
        assert made["uri"].startswith("otpauth://totp/Pulsar:")
        assert made["qr"].startswith("data:image/svg+xml")
        assert (await ana.post("/auth/totp/confirm", code=code(pyotp.TOTP(secret)))).status_code == 422
        assert (await ana.post("/auth/totp/confirm", code=code(pyotp.TOTP(made["secret"])))).status_code == 200
        assert (await ana.post("/auth/totp")).json()["code"] == "totp_there"

    async def test_takes_no_code_twice(self, http: httpx.AsyncClient, ana: Person) -> None:
        """S16, and CVE-2026-27855: a code that was seen over a shoulder is spent."""
        app, _ = await enrolled(ana)
        now = code(app)
        assert (await second(http, await challenge(http, ana), code=now)).status_code == 200
        again = await second(http, await challenge(http, ana), code=now)
        assert (again.status_code, again.json()["code"]) == (401, "wrong_second_factor")
        before = await second(http, await challenge(http, ana), code=code(app, -1))
        assert before.status_code == 401, "nor one from before it"
        assert (await second(http, await challenge(http, ana), code=code(app, 1))).status_code == 200

    async def test_of_eight_who_send_one_code_at_once_one_comes_in(self, http: httpx.AsyncClient, ana: Person) -> None:
        app, _ = await enrolled(ana)
        tokens = [await challenge(http, ana) for _ in range(8)]
        now = code(app)
        answers = await asyncio.gather(*(second(http, token, code=now) for token in tokens))
        assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7

    async def test_takes_the_step_before_and_the_one_after_and_no_other(
        self, http: httpx.AsyncClient, ana: Person, bo: Person, vic: Person
    ) -> None:
        for who, steps, status in ((ana, -2, 401), (bo, 3, 401), (vic, 1, 200)):
            app, _ = await enrolled(who)
            assert (await second(http, await challenge(http, who), code=code(app, steps))).status_code == status

    async def test_ten_guesses_are_the_most_over_all_logins_that_were_begun(
        self, http: httpx.AsyncClient, clock: Clock, ana: Person
    ) -> None:
        """S4: a new challenge gives no new tries."""
        app, _ = await enrolled(ana)
        for _ in range(10):
            assert (await second(http, await challenge(http, ana), code="000000")).status_code == 401
        answer = await second(http, await challenge(http, ana), code=code(app))
        assert (answer.status_code, "retry-after" in answer.headers) == (429, True)
        assert len(await audited(ana, "user.sign_in_failed")) == 10
        clock.pass_time(timedelta(minutes=15, seconds=1))
        assert (await second(http, await challenge(http, ana), code=code(app))).status_code == 200

    async def test_the_secret_lies_sealed(self, owner: AsyncConnection, ana: Person) -> None:
        """S6."""
        made = await ana.makes("/auth/totp")
        query = text("SELECT encode(sealed_secret, 'escape') FROM totp WHERE user_id = :id")
        assert made["secret"] not in str(await owner.scalar(query, {"id": ana.id}))

    async def test_can_be_removed_and_then_the_password_is_enough(
        self, http: httpx.AsyncClient, post: Post, ana: Person
    ) -> None:
        await enrolled(ana)
        assert (await ana.delete("/auth/totp")).status_code == 204
        assert (await login(http, ana)).status_code == 200
        assert (await ana.has("/auth/security"))["recovery_codes_left"] == 0
        subjects = [mail.subject for mail in await post.to(ana.email)]
        assert sorted(subjects) == [
            "A second factor was added to your account",
            "A second factor was removed from your account",
            "Somebody signed in to your account from a new device or place",
        ]
        assert [event["type"] for event in await audited(ana, "user.second_factor_added", "user.second_factor_removed")]

    async def test_the_first_one_ends_sessions_that_were_begun_without_it(
        self, http: httpx.AsyncClient, ana: Person
    ) -> None:
        other = person_of(http, (await login(http, ana)).json())
        await enrolled(ana)
        assert (await other.get("/alerts")).status_code == 401
        assert (await ana.get("/alerts")).status_code == 200


class TestTheChallenge:
    async def test_is_good_once_for_five_minutes_and_for_this_account(
        self, http: httpx.AsyncClient, clock: Clock, ana: Person, eve: Person
    ) -> None:
        app, _ = await enrolled(ana)
        of_eve, _ = await enrolled(eve)
        token = await challenge(http, ana)
        assert (await second(http, token, code=code(of_eve))).status_code == 401
        assert (await second(http, token, code=code(app))).status_code == 200
        assert (await second(http, token, code=code(app, 1))).json()["code"] == "challenge_gone"
        late = await challenge(http, ana)
        clock.pass_time(timedelta(minutes=5))
        assert (await second(http, late, code=code(app))).status_code == 410

    async def test_is_no_token_for_anything_else(self, http: httpx.AsyncClient, ana: Person) -> None:
        await enrolled(ana)
        token = await challenge(http, ana)
        headers = {"Authorization": f"Bearer {token}"}
        assert (await http.get(f"{API}/auth/me", headers=headers)).status_code == 401
        assert (await http.post(f"{API}/auth/refresh", json={"refresh_token": token})).status_code == 401
        bare = await http.post(f"{API}/auth/second-factor", json={"challenge": token})
        assert bare.status_code == 401, "and nothing shown is nothing"

    async def test_goes_when_the_password_is_changed(self, http: httpx.AsyncClient, ana: Person) -> None:
        app, _ = await enrolled(ana)
        token = await challenge(http, ana)
        body = {"current_password": PASSWORD, "new_password": "quite another password"}
        assert (await ana.request("PUT", "/auth/password", json=body)).status_code == 204
        assert (await second(http, token, code=code(app))).status_code == 410


class TestRecoveryCodes:
    async def test_come_with_the_first_factor_and_each_is_good_once(
        self, http: httpx.AsyncClient, post: Post, ana: Person
    ) -> None:
        """S16."""
        _, codes = await enrolled(ana)
        assert len(set(codes)) == 10
        typed = codes[0].lower().replace("-", " ").replace("0", "o")
        assert (await second(http, await challenge(http, ana), recovery_code=typed)).status_code == 200
        assert (await second(http, await challenge(http, ana), recovery_code=codes[0])).status_code == 401
        assert (await ana.has("/auth/security"))["recovery_codes_left"] == 9
        assert "9 are left" in (await post.to(ana.email))[-1].text

    async def test_of_eight_who_send_one_at_once_one_comes_in(self, http: httpx.AsyncClient, ana: Person) -> None:
        _, codes = await enrolled(ana)
        tokens = [await challenge(http, ana) for _ in range(8)]
        answers = await asyncio.gather(*(second(http, token, recovery_code=codes[0]) for token in tokens))
        assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7

    async def test_new_ones_make_the_old_ones_void(self, http: httpx.AsyncClient, ana: Person) -> None:
        assert (await ana.post("/auth/recovery-codes")).json()["code"] == "no_second_factor"
        _, codes = await enrolled(ana)
        made = (await ana.makes("/auth/recovery-codes"))["recovery_codes"]
        assert (await second(http, await challenge(http, ana), recovery_code=codes[1])).status_code == 401
        assert (await second(http, await challenge(http, ana), recovery_code=made[1])).status_code == 200

    async def test_are_nowhere_to_be_read(self, owner: AsyncConnection, ana: Person) -> None:
        """S6."""
        _, codes = await enrolled(ana)
        query = text("SELECT string_agg(encode(code_hash, 'hex'), ' ') FROM recovery_codes WHERE user_id = :id")
        kept = str(await owner.scalar(query, {"id": ana.id}))
        assert not any(part in kept.upper() for part in codes)


class TestAFreshProof:
    async def test_is_wanted_for_whatever_changes_how_somebody_signs_in(self, clock: Clock, ana: Person) -> None:
        """ASVS 7.5.1: an open session on somebody's desk is not enough."""
        app, _ = await enrolled(ana)
        clock.pass_time(timedelta(minutes=10, seconds=1))
        for method, path, body in (
            ("PUT", "/auth/email", {"email": "new@example.org"}),
            ("POST", "/auth/totp", None),
            ("DELETE", "/auth/totp", None),
            ("POST", "/auth/recovery-codes", None),
            ("POST", "/auth/passkeys/options", None),
        ):
            answer = await ana.request(method, path, json=body)
            assert (answer.status_code, answer.json()["code"]) == (403, "proof_needed"), path
            assert answer.json()["methods"] == ["totp", "recovery_code"]
        assert (await ana.post("/auth/confirm", password=PASSWORD)).status_code == 422, "the password is not enough"
        assert (await ana.post("/auth/confirm", code=code(app))).status_code == 204
        assert (await ana.delete("/auth/totp")).status_code == 204


class TestAfterAReset:
    async def test_the_second_factor_is_asked_for_all_the_same(self, post: Post, ana: Person) -> None:
        """ASVS 6.4.3: a mailbox is no way round it."""
        app, _ = await enrolled(ana)
        await post.http.post(f"{API}/auth/password/forgotten", json={"email": ana.email})
        body = {"token": await post.token(ana.email), "password": "quite another password"}
        assert (await post.http.post(f"{API}/auth/password/reset", json=body)).status_code == 204
        answer = await login(post.http, ana, "quite another password")
        assert answer.json()["code"] == "second_factor_needed"
        assert (await second(post.http, answer.json()["challenge"], code=code(app))).status_code == 200
