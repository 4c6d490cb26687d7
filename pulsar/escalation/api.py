"""Routes of escalation policies, their rules and targets."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints, model_validator

from pulsar.base.db import Transaction
from pulsar.base.errors import Invalid, NotFound
from pulsar.base.http import Body, Name, Page, Pages, View, check_version, page_of
from pulsar.escalation import policies
from pulsar.escalation.model import Policy, Rule, RuleTarget
from pulsar.escalation.people import target_names
from pulsar.escalation.rules import KINDS, Condition, Target, TargetKind, TargetType
from pulsar.people.access import AsAdmin, AsViewer

router = APIRouter(prefix="/escalation-policies", tags=["Escalation policies"])

LONGEST_DELAY = 7 * 24 * 3600
MOST_RULES = 50

Text = Annotated[str, StringConstraints(max_length=2000)]
Seconds = Annotated[int, Field(ge=0, le=LONGEST_DELAY)]
# Shorter, and paging would start again before anybody can have mended anything.
Timeout = Annotated[int, Field(ge=60, le=LONGEST_DELAY)]
Position = Annotated[int, Field(ge=0, le=MOST_RULES)]
Repeats = Annotated[int, Field(ge=0, le=100)]
Search = Annotated[str, Query(max_length=200, description="A part of the name.")]
Named = Annotated[UUID | None, Query(description="Policies that have it as a target.")]


class TargetBody(Body):
    type: TargetType
    user_id: UUID | None = None
    team_id: UUID | None = None
    schedule_id: UUID | None = None

    @model_validator(mode="after")
    def _the_id_that_the_type_names(self) -> "TargetBody":
        given = [kind for kind, target_id in self._ids().items() if target_id]
        if given != [KINDS[self.type]]:
            raise ValueError(f"a target of type {self.type} has {KINDS[self.type]}_id and no other id")
        return self

    def _ids(self) -> dict[TargetKind, UUID | None]:
        return {"user": self.user_id, "team": self.team_id, "schedule": self.schedule_id}

    def target(self) -> Target:
        chosen = self._ids()[KINDS[self.type]]
        assert chosen
        return Target(self.type, chosen)


class NewRule(Body):
    delay_seconds: Seconds
    condition: Condition = "not_acknowledged"
    targets: list[TargetBody] = Field(default_factory=list, max_length=50)
    round_robin: bool = False


class NewRuleAt(NewRule):
    position: Position | None = None


class RuleChange(Body):
    position: Position = 0
    delay_seconds: Seconds = 0
    condition: Condition = "not_acknowledged"
    round_robin: bool = False


class NewPolicy(Body):
    name: Name
    description: Text = ""
    is_default: bool = False
    team_id: UUID | None = None
    repeat_count: Repeats = 0
    repeat_delay_seconds: Seconds = 0
    ack_timeout_seconds: Timeout | None = None
    close_after_seconds: Seconds | None = None
    rules: list[NewRule] = Field(default_factory=list, max_length=MOST_RULES)


class PolicyChange(Body):
    name: Name = ""
    description: Text = ""
    is_default: bool = False
    team_id: UUID | None = None
    repeat_count: Repeats = 0
    repeat_delay_seconds: Seconds = 0
    ack_timeout_seconds: Timeout | None = None
    close_after_seconds: Seconds | None = None
    rules: list[NewRule] = Field(default_factory=list, max_length=MOST_RULES)
    version: int | None = None


class RuleOrder(Body):
    rule_ids: list[UUID] = Field(max_length=MOST_RULES)
    version: int | None = None


class PolicyCopy(Body):
    name: Name | None = None


class TargetView(View):
    id: UUID
    type: TargetType
    user_id: UUID | None
    team_id: UUID | None
    schedule_id: UUID | None
    name: str


class RuleView(View):
    id: UUID
    position: int
    delay_seconds: int
    condition: Condition
    round_robin: bool
    targets: list[TargetView]


class PolicyView(View):
    id: UUID
    name: str
    description: str
    is_default: bool
    team_id: UUID | None
    repeat_count: int
    repeat_delay_seconds: int
    ack_timeout_seconds: int | None
    close_after_seconds: int | None
    rules: list[RuleView]
    version: int
    created_at: datetime
    updated_at: datetime


async def _views(tx: Transaction, found: Sequence[Policy]) -> list[PolicyView]:
    targets = [policies.target_of(t) for policy in found for rule in policy.rules for t in rule.targets]
    names = await target_names(tx, targets)
    return [_policy_view(policy, names) for policy in found]


def _policy_view(policy: Policy, names: dict[UUID, str]) -> PolicyView:
    return PolicyView(
        id=policy.id,
        name=policy.name,
        description=policy.description,
        is_default=policy.is_default,
        team_id=policy.team_id,
        repeat_count=policy.repeat_count,
        repeat_delay_seconds=int(policy.repeat_delay.total_seconds()),
        ack_timeout_seconds=_seconds(policy.ack_timeout),
        close_after_seconds=_seconds(policy.close_after),
        rules=[_rule_view(rule, names) for rule in policy.rules],
        version=policy.version,
        created_at=policy.created_at,
        updated_at=policy.updated_at,
    )


def _seconds(duration: timedelta | None) -> int | None:
    return None if duration is None else int(duration.total_seconds())


def _rule_view(rule: Rule, names: dict[UUID, str]) -> RuleView:
    return RuleView(
        id=rule.id,
        position=rule.position,
        delay_seconds=int(rule.delay.total_seconds()),
        condition="not_closed" if rule.condition == "not_closed" else "not_acknowledged",
        round_robin=rule.round_robin,
        targets=[_target_view(target, names) for target in rule.targets],
    )


def _target_view(target: RuleTarget, names: dict[UUID, str]) -> TargetView:
    chosen = policies.target_of(target)
    return TargetView(
        id=target.id,
        type=chosen.type,
        user_id=target.user_id,
        team_id=target.team_id,
        schedule_id=target.schedule_id,
        name=names.get(chosen.id, ""),
    )


async def _view(tx: Transaction, policy: Policy) -> PolicyView:
    return (await _views(tx, [policy]))[0]


async def _rule(tx: Transaction, body: NewRule) -> Rule:
    targets = [target.target() for target in body.targets]
    delay = timedelta(seconds=body.delay_seconds)
    return await policies.new_rule(tx, delay, body.condition, targets, round_robin=body.round_robin)


def _rule_of(policy: Policy, rule_id: UUID) -> Rule:
    for rule in policy.rules:
        if rule.id == rule_id:
            return rule
    raise NotFound("There is no rule with this id in this policy.")


def _values(body: NewPolicy | PolicyChange) -> dict[str, object]:
    """Of a new policy every field, of a change those that were sent."""
    values = body.model_dump(exclude={"rules", "version"}, exclude_unset=isinstance(body, PolicyChange))
    for name in ("repeat_delay", "ack_timeout", "close_after"):
        if f"{name}_seconds" in values:
            seconds = values.pop(f"{name}_seconds")
            values[name] = None if seconds is None else timedelta(seconds=seconds)
    return values


@router.get("")
async def list_policies(
    tx: AsViewer,
    paging: Pages,
    search: Search = "",
    user_id: Named = None,
    team_id: Named = None,
    schedule_id: Named = None,
) -> Page[PolicyView]:
    """All of them, or those that name a user, a team or a schedule as a target."""
    named = {"user_id": user_id, "team_id": team_id, "schedule_id": schedule_id}
    query = policies.listed(search, {name: value for name, value in named.items() if value})
    page = await page_of(tx, query, Policy.id, paging, list, descending=False)
    views = await _views(tx, page.items)
    return Page[PolicyView](**page.model_dump(exclude={"items"}), items=views)


@router.post("", status_code=201)
async def create_policy(body: NewPolicy, tx: AsAdmin) -> PolicyView:
    rules = [await _rule(tx, rule) for rule in body.rules]
    return await _view(tx, await policies.create(tx, _values(body), rules))


@router.get("/{policy_id}")
async def get_policy(policy_id: UUID, tx: AsViewer) -> PolicyView:
    return await _view(tx, await policies.get(tx, policy_id))


@router.patch("/{policy_id}")
async def update_policy(policy_id: UUID, body: PolicyChange, tx: AsAdmin) -> PolicyView:
    policy = await policies.get(tx, policy_id, to_change=True)
    check_version(policy.version, body.version, await _view(tx, policy))
    rules = [await _rule(tx, rule) for rule in body.rules] if "rules" in body.model_fields_set else None
    await policies.change(tx, policy, _values(body), rules)
    return await _view(tx, policy)


@router.delete("/{policy_id}", status_code=204)
async def delete_policy(policy_id: UUID, tx: AsAdmin) -> None:
    await policies.remove(tx, await policies.get(tx, policy_id, to_change=True))


@router.post("/{policy_id}/copy", status_code=201)
async def copy_policy(policy_id: UUID, tx: AsAdmin, body: PolicyCopy | None = None) -> PolicyView:
    policy = await policies.get(tx, policy_id)
    return await _view(tx, await policies.copy(tx, policy, body.name if body else None))


@router.put("/{policy_id}/rules/order")
async def reorder_rules(policy_id: UUID, body: RuleOrder, tx: AsAdmin) -> PolicyView:
    policy = await policies.get(tx, policy_id, to_change=True)
    check_version(policy.version, body.version, await _view(tx, policy))
    await policies.reorder(tx, policy, body.rule_ids)
    return await _view(tx, policy)


@router.get("/{policy_id}/rules")
async def list_rules(policy_id: UUID, tx: AsViewer) -> Page[RuleView]:
    rules = (await _view(tx, await policies.get(tx, policy_id))).rules
    return Page[RuleView](
        items=rules, total=len(rules), total_is_exact=True, page=1, page_size=MOST_RULES, next_cursor=None
    )


@router.post("/{policy_id}/rules", status_code=201)
async def add_rule(policy_id: UUID, body: NewRuleAt, tx: AsAdmin) -> RuleView:
    policy = await policies.get(tx, policy_id, to_change=True)
    if len(policy.rules) == MOST_RULES:
        raise Invalid(f"A policy has {MOST_RULES} rules at most.", field="rules")
    rule = await _rule(tx, body)
    policy.rules.insert(len(policy.rules) if body.position is None else body.position, rule)
    await policies.settle(tx, policy)
    return _named(await _view(tx, policy), rule)


def _named(view: PolicyView, rule: Rule) -> RuleView:
    return next(found for found in view.rules if found.id == rule.id)


@router.patch("/{policy_id}/rules/{rule_id}")
async def update_rule(policy_id: UUID, rule_id: UUID, body: RuleChange, tx: AsAdmin) -> RuleView:
    policy = await policies.get(tx, policy_id, to_change=True)
    rule = _rule_of(policy, rule_id)
    sent = body.model_fields_set
    if "delay_seconds" in sent:
        rule.delay = timedelta(seconds=body.delay_seconds)
    if "condition" in sent:
        rule.condition = body.condition
    if "round_robin" in sent:
        rule.round_robin = body.round_robin
    if "position" in sent:
        policies.move(policy, rule, body.position)
    await policies.settle(tx, policy)
    return _named(await _view(tx, policy), rule)


@router.delete("/{policy_id}/rules/{rule_id}", status_code=204)
async def delete_rule(policy_id: UUID, rule_id: UUID, tx: AsAdmin) -> None:
    policy = await policies.get(tx, policy_id, to_change=True)
    policy.rules.remove(_rule_of(policy, rule_id))
    await policies.settle(tx, policy)


@router.post("/{policy_id}/rules/{rule_id}/targets", status_code=201)
async def add_target(policy_id: UUID, rule_id: UUID, body: TargetBody, tx: AsAdmin) -> TargetView:
    policy = await policies.get(tx, policy_id, to_change=True)
    rule = _rule_of(policy, rule_id)
    target = await policies.new_target(tx, body.target())
    rule.targets.append(target)
    await policies.settle(tx, policy)
    shown = _named(await _view(tx, policy), rule)
    return next(view for view in shown.targets if view.id == target.id)


@router.delete("/{policy_id}/rules/{rule_id}/targets/{target_id}", status_code=204)
async def remove_target(policy_id: UUID, rule_id: UUID, target_id: UUID, tx: AsAdmin) -> None:
    policy = await policies.get(tx, policy_id, to_change=True)
    rule = _rule_of(policy, rule_id)
    target = next((t for t in rule.targets if t.id == target_id), None)
    if not target:
        raise NotFound("There is no target with this id in this rule.")
    rule.targets.remove(target)
    await policies.settle(tx, policy)
