"""An address that is verified, or changed: by whoever can read what is mailed there."""

from datetime import timedelta

import httpx

from tests.domain.mailing import Post
from tests.domain.test_sessions import registration
from tests.domain.test_signing_in import audited, login
from tests.world import API, PASSWORD, Clock, Person, person_of


async def verify(post: Post, token: str) -> httpx.Response:
    return await post.http.post(f"{API}/auth/email/verify", json={"token": token})


async def change(post: Post, who: Person, email: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {who.access_token}"}
    return await post.http.put(f"{API}/auth/email", json={"email": email}, headers=headers)


class TestVerified:
    async def test_registration_mails_a_link_and_the_account_works_before_it_is_opened(self, post: Post) -> None:
        made = await post.http.post(f"{API}/auth/register", json=registration())
        new = person_of(post.http, made.json())
        assert (await new.post("/alerts", message="A disk is full")).status_code == 201
        assert (await new.has("/auth/security"))["email_verified_at"] is None
        token = await post.token(new.email)
        assert (await verify(post, token)).json() == {"email": new.email}
        assert (await verify(post, token)).status_code == 200, "twice is as once"
        assert (await new.has("/auth/security"))["email_verified_at"]
        assert len(await audited(new, "user.email_verified")) == 1

    async def test_the_link_is_mailed_again_to_whoever_has_the_account_and_nobody_else(
        self, post: Post, ana: Person
    ) -> None:
        """C3: who may ask is who is signed in, and it goes to their own address."""
        assert (await post.http.post(f"{API}/auth/email/verification")).status_code == 401
        headers = {"Authorization": f"Bearer {ana.access_token}"}
        answer = await post.http.post(f"{API}/auth/email/verification", headers=headers)
        assert answer.status_code == 202
        await verify(post, await post.token(ana.email))
        again = await post.http.post(f"{API}/auth/email/verification", headers=headers)
        assert again.json()["code"] == "already_verified"

    async def test_a_link_is_good_for_three_days_and_for_nothing_else(
        self, post: Post, clock: Clock, ana: Person
    ) -> None:
        headers = {"Authorization": f"Bearer {ana.access_token}"}
        await post.http.post(f"{API}/auth/email/verification", headers=headers)
        token = await post.token(ana.email)
        reset = {"token": token, "password": "quite another password"}
        assert (await post.http.post(f"{API}/auth/password/reset", json=reset)).status_code == 410
        clock.pass_time(timedelta(days=3))
        assert (await verify(post, token)).status_code == 410
        assert (await verify(post, "nonsense")).status_code == 410


class TestChanged:
    async def test_counts_when_the_link_to_the_new_one_was_opened_and_the_old_one_is_told(
        self, post: Post, ana: Person, bo: Person
    ) -> None:
        new = f"new-{ana.email}"
        assert (await change(post, ana, new)).json() == {"email": ana.email, "sent_to": new}
        token = await post.token(new)
        assert (await login(post.http, ana)).status_code == 200, "until then nothing changes"
        assert (await verify(post, token)).json() == {"email": new}
        old, ana.email = ana.email, new
        assert (await login(post.http, ana)).status_code == 200
        assert [mail.subject for mail in await post.to(old)] == ["Your sign-in address was changed"]
        (event,) = await audited(bo, "user.email_changed")
        assert event["changes"] == {"email": {"before": old, "after": new}}
        assert (await verify(post, token)).status_code == 200, "it is verified, and stays so"

    async def test_wants_a_fresh_proof(self, post: Post, clock: Clock, ana: Person) -> None:
        """C13: where pages go is the most sensitive thing to write. ASVS 7.5.1."""
        clock.pass_time(timedelta(minutes=10, seconds=1))
        refused = await change(post, ana, f"new-{ana.email}")
        assert (refused.status_code, refused.json()["code"]) == (403, "proof_needed")
        assert refused.json()["methods"] == ["password"]
        assert (await ana.post("/auth/confirm", password="not hers")).status_code == 422
        assert (await ana.post("/auth/confirm", password=PASSWORD)).status_code == 204
        assert (await change(post, ana, f"new-{ana.email}")).status_code == 202

    async def test_an_invitation_that_was_accepted_is_no_such_proof(
        self, clock: Clock, ana: Person, eve: Person
    ) -> None:
        """C15: or whoever finds a session open on a desk invites its owner somewhere, and has a fresh one."""
        clock.pass_time(timedelta(minutes=10, seconds=1))
        link = (await eve.makes("/invitations", email=ana.email))["link"]
        session = await ana.makes("/invitations/accept", token=link.partition("#")[2])
        fresh = person_of(ana.http, session)
        assert (await fresh.post("/auth/totp")).json()["code"] == "proof_needed"
        assert (await fresh.post("/auth/confirm", password=PASSWORD)).status_code == 204
        assert (await fresh.post("/auth/totp")).status_code == 200

    async def test_to_one_that_somebody_has_looks_the_same_and_nothing_comes(
        self, post: Post, ana: Person, eve: Person
    ) -> None:
        assert (await change(post, ana, eve.email)).status_code == 202
        assert await post.to(eve.email) == []

    async def test_a_link_for_a_new_password_that_went_to_the_old_one_is_void(self, post: Post, ana: Person) -> None:
        await post.http.post(f"{API}/auth/password/forgotten", json={"email": ana.email})
        token = await post.token(ana.email)
        await change(post, ana, f"new-{ana.email}")
        await verify(post, await post.token(f"new-{ana.email}"))
        reset = {"token": token, "password": "quite another password"}
        assert (await post.http.post(f"{API}/auth/password/reset", json=reset)).status_code == 410

    async def test_where_no_mail_is_sent_counts_at_once_and_is_not_verified(self, ana: Person, eve: Person) -> None:
        """Or an installation without a mail server could never change one."""
        taken = await ana.request("PUT", "/auth/email", json={"email": eve.email.upper()})
        assert (taken.status_code, taken.json()["errors"][0]["field"]) == (409, "email")
        answer = await ana.request("PUT", "/auth/email", json={"email": f"new-{ana.email}"})
        assert answer.json() == {"email": f"new-{ana.email}", "sent_to": None}
        assert (await ana.has("/auth/security"))["email_verified_at"] is None
