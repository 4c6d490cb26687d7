"""Who may make whom what, and when an invitation stands: for every combination there is."""

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pulsar.invitations.rules import Terms, state
from pulsar.orgs.roles import Role
from pulsar.orgs.rules import Refusal, Standing, may_give, refusal

STANDINGS = [Standing(role, active) for role, active in itertools.product(Role, (True, False))]
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)

standings = st.sampled_from(STANDINGS)


def test_an_admin_gives_up_to_admin_and_an_owner_everything() -> None:
    given = {(actor, role) for actor, role in itertools.product(Role, Role) if may_give(actor, role)}
    up_to_admin = {(Role.ADMIN, role) for role in (Role.VIEWER, Role.MEMBER, Role.ADMIN)}
    assert given == up_to_admin | {(Role.OWNER, role) for role in Role}


@given(actor=st.sampled_from(Role), before=standings, after=standings, own=st.booleans(), others=st.integers(0, 2))
def test_no_change_ever_takes_the_last_owner(
    actor: Role, before: Standing, after: Standing, own: bool, others: int
) -> None:
    if refusal(actor, before, after, own=own, other_owners=others) is None:
        assert others + after.owns > 0 or not before.owns


@given(before=standings, after=standings)
def test_an_admin_touches_no_owner(before: Standing, after: Standing) -> None:
    refused = refusal(Role.ADMIN, before, after, own=False, other_owners=1)
    touched = Role.OWNER in (before.role, after.role)
    assert refused is (Refusal.OWNERS_ONLY if touched else None)


@given(actor=st.sampled_from(Role), after=standings, others=st.integers(0, 2))
def test_of_themselves_somebody_changes_only_that_they_own(actor: Role, after: Standing, others: int) -> None:
    before = Standing(actor)
    refused = refusal(actor, before, after, own=True, other_owners=others)
    if refused is None:
        assert actor is Role.OWNER
        assert after.active


def terms(**changed: object) -> Terms:
    fields = {"role": Role.MEMBER, "expires_at": NOW + timedelta(days=1), "accepted": False, "revoked": False}
    return Terms(**(fields | changed))  # type: ignore[arg-type]


def test_an_invitation_is_worth_what_its_inviter_could_give_today() -> None:
    assert state(terms(), Standing(Role.ADMIN), NOW) == "pending"
    assert state(terms(role=Role.OWNER), Standing(Role.ADMIN), NOW) == "void"
    assert state(terms(), Standing(Role.MEMBER), NOW) == "void"
    assert state(terms(), Standing(Role.OWNER, active=False), NOW) == "void"


def test_it_ends_with_its_last_instant_and_what_was_decided_stays_decided() -> None:
    owner = Standing(Role.OWNER)
    assert state(terms(), owner, NOW + timedelta(days=1)) == "expired"
    assert state(terms(accepted=True), Standing(Role.VIEWER, active=False), NOW + timedelta(days=9)) == "accepted"
    assert state(terms(revoked=True), owner, NOW + timedelta(days=9)) == "revoked"
