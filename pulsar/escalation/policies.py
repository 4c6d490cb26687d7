"""The verbs of escalation policies: create, change, delete; and the ladder that runs copy."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, update
from sqlalchemy.exc import IntegrityError

from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, Invalid, NameTaken, NotFound
from pulsar.escalation.events import PolicyCreated, PolicyDeleted, PolicyUpdated
from pulsar.escalation.model import Policy, Rule, RuleTarget, Run
from pulsar.escalation.rules import Condition, Ladder, Level, Target
from pulsar.oncall.model import ScheduleRow
from pulsar.orgs.model import Membership
from pulsar.people.model import Team
from pulsar.people.names import user_names


class PolicyInUse(Conflict):
    """Something still follows this policy; give it another one first."""


async def get(tx: Transaction, policy_id: UUID, *, to_change: bool = False) -> Policy:
    policy = await tx.get(Policy, (tx.org, policy_id), with_for_update=True if to_change else None)
    if not policy:
        raise NotFound("There is no escalation policy with this id here.")
    return policy


def listed(search: str, target: Mapping[str, UUID]) -> Select[Policy]:
    """Those with these words in their name; `target` is a column of a target, and what stands in it."""
    query = select(Policy).where(*(Policy.name.icontains(word, autoescape=True) for word in search.split()))
    for column, target_id in target.items():
        rules = select(Rule.policy_id).join(RuleTarget, RuleTarget.rule_id == Rule.id)
        query = query.where(Policy.id.in_(rules.where(getattr(RuleTarget, column) == target_id)))
    return query


def _ladder(policy: Policy) -> Ladder:
    return Ladder(
        levels=tuple(Level(rule.delay, _targets(rule), _condition(rule)) for rule in policy.rules),
        repeat_count=policy.repeat_count,
        repeat_delay=policy.repeat_delay,
    )


def _condition(rule: Rule) -> Condition:
    return "not_closed" if rule.condition == "not_closed" else "not_acknowledged"


def _targets(rule: Rule) -> tuple[Target, ...]:
    return tuple(target_of(target) for target in rule.targets)


def target_of(row: RuleTarget) -> Target:
    if row.user_id:
        return Target("user", row.user_id)
    if row.team_id:
        return Target("team", row.team_id)
    assert row.schedule_id, "the table's check allows no target without an id"
    return Target("schedule", row.schedule_id)


async def settle(tx: Transaction, policy: Policy) -> None:
    """After any change to a policy, its rules or their targets: positions without holes, the ladder anew,
    the version counted up, and one event with what it was and what it is."""
    for position, rule in enumerate(policy.rules):
        rule.position = position
    before, after = policy.ladder, _ladder(policy).to_json()
    policy.ladder = after
    policy.version += 1
    try:
        async with tx.begin_nested():
            await tx.flush()
    except IntegrityError as error:
        raise _explained(error) from None
    tx.record(PolicyUpdated(policy.id, name=policy.name, before=before, after=after))


def _explained(error: IntegrityError) -> Conflict | Invalid:
    if "uq_escalation_policies_name" in str(error.orig):
        return NameTaken("There is another escalation policy with this name.", field="name")
    if "uq_escalation_targets" in str(error.orig):
        return Conflict("This level has this target already.", field="targets")
    if "uq_escalation_policies_default" in str(error.orig):
        return Conflict("Another policy was made the default at the same moment.", field="is_default")
    raise error


async def create(tx: Transaction, values: dict[str, Any], rules: Sequence[Rule]) -> Policy:
    if values.get("is_default"):
        await _no_other_default(tx)
    policy = Policy(**values, rules=list(rules), ladder={})
    for position, rule in enumerate(policy.rules):
        rule.position = position
    policy.ladder = _ladder(policy).to_json()
    try:
        async with tx.begin_nested():
            tx.add(policy)
    except IntegrityError as error:
        raise _explained(error) from None
    tx.record(PolicyCreated(policy.id, name=policy.name))
    return policy


async def change(tx: Transaction, policy: Policy, values: dict[str, Any], rules: Sequence[Rule] | None) -> None:
    """`rules`, when given, are the whole ladder anew."""
    if values.get("is_default") and not policy.is_default:
        await _no_other_default(tx)
    for field, value in values.items():
        setattr(policy, field, value)
    if rules is not None:
        policy.rules.clear()
        await tx.flush()
        policy.rules.extend(rules)
    await settle(tx, policy)


async def _no_other_default(tx: Transaction) -> None:
    await tx.execute(update(Policy).where(Policy.is_default).values(is_default=False))


async def remove(tx: Transaction, policy: Policy) -> None:
    """Refused while a run follows it or something names it."""
    runs = await tx.scalar(
        select(func.count()).select_from(Run).where(Run.policy_id == policy.id, Run.status == "running")
    )
    if runs:
        raise PolicyInUse(f"{runs} alerts are being escalated by it at this moment.", running=runs)
    try:
        async with tx.begin_nested():
            await tx.delete(policy)
    except IntegrityError as error:
        user = "A team" if "teams" in str(error.orig) else "An integration or an alert"
        raise PolicyInUse(f"{user} still follows this policy; give it another one first.") from None
    tx.record(PolicyDeleted(policy.id, name=policy.name))


async def new_rule(
    tx: Transaction, delay: timedelta, condition: Condition, targets: Sequence[Target], position: int = 0
) -> Rule:
    """Raises Invalid for a target that is not of this organization, or stands there twice."""
    if len(set(targets)) != len(targets):
        raise Invalid("A target stands twice in one level.", field="targets")
    rule = Rule(delay=delay, condition=condition, position=position, targets=[])
    for target in targets:
        rule.targets.append(await new_target(tx, target))
    return rule


async def new_target(tx: Transaction, target: Target) -> RuleTarget:
    if target.type == "user":
        membership = await tx.get(Membership, (tx.org, target.id))
        if not membership:
            raise Invalid("There is no such user in this organization.", field="user_id")
        if not membership.active:
            name = (await user_names(tx, [target.id]))[target.id]
            raise Invalid(f"{name} is deactivated. Take somebody else.", field="user_id")
        return RuleTarget(user_id=target.id)
    if target.type == "schedule":
        if not await tx.get(ScheduleRow, (tx.org, target.id)):
            raise Invalid("There is no such schedule in this organization.", field="schedule_id")
        return RuleTarget(schedule_id=target.id)
    if not await tx.get(Team, (tx.org, target.id)):
        raise Invalid("There is no such team in this organization.", field="team_id")
    return RuleTarget(team_id=target.id)


def move(policy: Policy, rule: Rule, position: int) -> None:
    """To this place on the ladder; `settle` gives the others theirs. Sorted by number rather than moved in the
    list, because taking a rule out of the collection would delete it."""
    others = [other for other in policy.rules if other is not rule]
    others.insert(position, rule)
    for number, other in enumerate(others):
        other.position = number
    policy.rules.sort(key=lambda r: r.position)
