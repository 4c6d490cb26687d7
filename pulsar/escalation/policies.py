"""The verbs of escalation policies: create, change, delete; and the ladder that runs copy."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, Invalid, NameTaken, NotFound, Problem
from pulsar.base.events import Changes, changes, edited
from pulsar.escalation.events import PolicyCreated, PolicyDeleted, PolicyUpdated
from pulsar.escalation.model import Policy, Rule, RuleTarget, Run
from pulsar.escalation.rules import Condition, Ladder, Level, Target, TargetType
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
        levels=tuple(Level(r.delay, _targets(r), _condition(r), r.round_robin) for r in policy.rules),
        repeat_count=policy.repeat_count,
        repeat_delay=policy.repeat_delay,
        ack_timeout=policy.ack_timeout,
        close_after=policy.close_after,
    )


def _condition(rule: Rule) -> Condition:
    return "not_closed" if rule.condition == "not_closed" else "not_acknowledged"


def _targets(rule: Rule) -> tuple[Target, ...]:
    return tuple(target_of(target) for target in rule.targets)


def target_of(row: RuleTarget) -> Target:
    target_id = row.user_id or row.team_id or row.schedule_id
    assert target_id, "the table's check allows no target without an id"
    kind: TargetType = row.type  # type: ignore[assignment]
    return Target(kind, target_id)


# The others stand in the ladder.
_NAMED = ("name", "description", "is_default", "team_id")


async def settle(tx: Transaction, policy: Policy, edit: Changes | None = None) -> None:
    """After any change to a policy, its rules or their targets: positions without holes, the ladder anew,
    the version counted up, and one event with what it was and what it is. `edit` is what was written already."""
    edit = edited(policy) if edit is None else edit
    for position, rule in enumerate(policy.rules):
        rule.position = position
    before, after = policy.ladder, _ladder(policy).to_json()
    policy.ladder = after
    policy.version += 1
    async with tx.or_raise(_explained):
        await tx.flush()
    named = {field: edit[field] for field in _NAMED if field in edit}
    tx.record(PolicyUpdated(policy.id, name=policy.name, changes=named | changes(before, after)))


def _explained(violated: str) -> Problem | None:
    if "uq_escalation_policies_name" in violated:
        return NameTaken("There is another escalation policy with this name.", field="name")
    if "fk_escalation_policies_org_id_team_id" in violated:
        return Invalid("There is no such team here.", field="team_id")
    if "uq_escalation_targets" in violated:
        return Conflict("This level has this target already.", field="targets")
    if "uq_escalation_policies_default" in violated:
        return Conflict("Another policy was made the default at the same moment.", field="is_default")
    return None


async def create(tx: Transaction, values: dict[str, Any], rules: Sequence[Rule]) -> Policy:
    if values.get("is_default"):
        await _no_other_default(tx)
    policy = Policy(**values, rules=list(rules), ladder={})
    for position, rule in enumerate(policy.rules):
        rule.position = position
    policy.ladder = _ladder(policy).to_json()
    async with tx.or_raise(_explained):
        tx.add(policy)
    tx.record(PolicyCreated(policy.id, name=policy.name))
    return policy


async def change(tx: Transaction, policy: Policy, values: dict[str, Any], rules: Sequence[Rule] | None) -> None:
    """`rules`, when given, are the whole ladder anew."""
    if values.get("is_default") and not policy.is_default:
        await _no_other_default(tx)
    for field, value in values.items():
        setattr(policy, field, value)
    edit = edited(policy)
    if rules is not None:
        policy.rules.clear()
        await tx.flush()
        policy.rules.extend(rules)
    await settle(tx, policy, edit)


async def _no_other_default(tx: Transaction) -> None:
    for other in await tx.scalars(select(Policy).where(Policy.is_default).with_for_update()):
        other.is_default = False
        tx.record(PolicyUpdated(other.id, name=other.name, changes=edited(other)))
    await tx.flush()


async def remove(tx: Transaction, policy: Policy) -> None:
    """Refused while a run follows it or something names it."""
    runs = await tx.scalar(
        select(func.count()).select_from(Run).where(Run.policy_id == policy.id, Run.status == "running")
    )
    if runs:
        raise PolicyInUse(f"{runs} alerts are being escalated by it at this moment.", running=runs)
    async with tx.or_raise(_followed):
        await tx.delete(policy)
    tx.record(PolicyDeleted(policy.id, name=policy.name))


def _followed(violated: str) -> PolicyInUse:
    user = "A team" if "teams" in violated else "An integration or an alert"
    return PolicyInUse(f"{user} still follows this policy; give it another one first.")


async def new_rule(
    tx: Transaction, delay: timedelta, condition: Condition, targets: Sequence[Target], *, round_robin: bool = False
) -> Rule:
    """Raises Invalid for a target that is not of this organization, or stands there twice."""
    if len(set(targets)) != len(targets):
        raise Invalid("A target stands twice in one level.", field="targets")
    rule = Rule(delay=delay, condition=condition, round_robin=round_robin, position=0, targets=[])
    for target in targets:
        rule.targets.append(await new_target(tx, target))
    return rule


async def new_target(tx: Transaction, target: Target) -> RuleTarget:
    if target.kind == "user":
        membership = await tx.get(Membership, (tx.org, target.id))
        if not membership:
            raise Invalid("There is no such user in this organization.", field="user_id")
        if not membership.active:
            name = (await user_names(tx, [target.id]))[target.id]
            raise Invalid(f"{name} is deactivated. Take somebody else.", field="user_id")
        return RuleTarget(type=target.type, user_id=target.id)
    if target.kind == "schedule":
        if not await tx.get(ScheduleRow, (tx.org, target.id)):
            raise Invalid("There is no such schedule in this organization.", field="schedule_id")
        return RuleTarget(type=target.type, schedule_id=target.id)
    if not await tx.get(Team, (tx.org, target.id)):
        raise Invalid("There is no such team in this organization.", field="team_id")
    return RuleTarget(type=target.type, team_id=target.id)


async def reorder(tx: Transaction, policy: Policy, rule_ids: Sequence[UUID]) -> None:
    """Each rule takes its people along, and its delay too. All of them are named, so that nobody moves one that he has
    not seen."""
    by_id = {rule.id: rule for rule in policy.rules}
    if len(rule_ids) != len(by_id) or set(rule_ids) != by_id.keys():
        raise Invalid("Name every rule of the policy once, in the order that they are to have.", field="rule_ids")
    for position, rule_id in enumerate(rule_ids):
        by_id[rule_id].position = position
    policy.rules.sort(key=lambda rule: rule.position)
    await settle(tx, policy)


async def copy(tx: Transaction, policy: Policy, name: str | None) -> Policy:
    """Never the default, whatever the first one is. Somebody who was deactivated meanwhile is left out: the copy could
    not be saved with them."""
    values = {field: getattr(policy, field) for field in _COPIED}
    left = set(
        await tx.scalars(
            select(Membership.user_id).where(
                Membership.user_id.in_([t.user_id for rule in policy.rules for t in rule.targets if t.user_id]),
                Membership.active.is_(False),
            )
        )
    )
    rules = []
    for rule in policy.rules:
        targets = [target for target in _targets(rule) if target.id not in left]
        rules.append(await new_rule(tx, rule.delay, _condition(rule), targets, round_robin=rule.round_robin))
    return await create(tx, {**values, "name": name or await _free_name(tx, policy.name)}, rules)


_COPIED = ("description", "team_id", "repeat_count", "repeat_delay", "ack_timeout", "close_after")


async def _free_name(tx: Transaction, name: str) -> str:
    """Copy of X; Copy of X (2)."""
    base = f"Copy of {name}"[:90]
    like = func.lower(Policy.name).startswith(base.lower(), autoescape=True)
    taken = set(await tx.scalars(select(func.lower(Policy.name)).where(like)))
    tries = (base, *(f"{base} ({number})" for number in range(2, len(taken) + 3)))
    return next(found for found in tries if found.lower() not in taken)


def move(policy: Policy, rule: Rule, position: int) -> None:
    """To this place on the ladder; `settle` gives the others theirs. Sorted by number rather than moved in the
    list, because taking a rule out of the collection would delete it."""
    others = [other for other in policy.rules if other is not rule]
    others.insert(position, rule)
    for number, other in enumerate(others):
        other.position = number
    policy.rules.sort(key=lambda r: r.position)
