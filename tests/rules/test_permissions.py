"""Which scope of an API key opens which route, as a rule without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsar.orgs.roles import Role
from pulsar.people.permissions import GRANTED_BY, Scope, opened_by, role_with

AREAS = "alerts incidents schedules oncall teams users notifications escalation-policies api-keys audit organizations"
PATHS = st.sampled_from(AREAS.split()).flatmap(lambda area: st.sampled_from([area, f"{area}/7", f"{area}/7/close"]))


@given(PATHS, st.sampled_from(Role))
def test_the_scope_admin_opens_everything(path: str, role: Role) -> None:
    assert Scope.ADMIN in opened_by(path, role)


@given(PATHS, st.sampled_from(Role), st.sampled_from(Scope))
def test_no_scope_opens_more_than_the_role_that_may_grant_it(path: str, role: Role, scope: Scope) -> None:
    if scope in opened_by(path, role):
        assert GRANTED_BY[scope].includes(role)


@given(PATHS)
def test_a_key_that_only_reads_changes_nothing(path: str) -> None:
    for role in set(Role) - {Role.VIEWER}:
        assert Scope.READ not in opened_by(path, role)


@pytest.mark.parametrize("area", ["users", "organizations", "invitations", "api-keys", "audit"])
def test_who_belongs_to_an_organization_is_no_configuration(area: str) -> None:
    assert opened_by(f"{area}/x", Role.ADMIN) == {Scope.ADMIN}


def test_scopes_amount_to_the_highest_of_their_roles() -> None:
    assert role_with(["read"]) is Role.VIEWER
    assert role_with(["alerts", "configuration", "read"]) is Role.ADMIN
