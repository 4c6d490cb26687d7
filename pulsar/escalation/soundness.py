"""Would the policies page whom they look like paging? No I/O, no clock."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from pulsar.base.defects import Defect, Named, Thing
from pulsar.escalation.rules import Ladder, Target


@dataclass(frozen=True)
class PolicyPicture:
    id: UUID
    name: str
    ladder: Ladder
    is_default: bool

    @property
    def thing(self) -> Thing:
        return Thing("policy", self.id, self.name)


@dataclass(frozen=True)
class Picture:
    """Everything that matters to whether somebody is paged."""

    policies: tuple[PolicyPicture, ...]
    active: frozenset[UUID]
    """Users who are active members."""
    teams: dict[UUID, frozenset[UUID]]
    """The teams with their active members."""
    names: dict[UUID, str]
    """Of users and teams."""
    has_channel: bool
    leads: dict[UUID, frozenset[UUID]] = field(default_factory=dict)
    """The teams with their active leads."""

    def reaches(self, target: Target) -> bool:
        """What is neither a user nor a team has a domain of its own that says when it reaches nobody."""
        if target.kind == "user":
            return target.id in self.active
        found = self.leads if target.type == "team_leads" else self.teams
        return bool(found.get(target.id)) if target.kind == "team" else True


def defects(picture: Picture) -> list[Defect]:
    found = []
    if not picture.has_channel:
        found.append(Defect("no_channel", "critical", "No notification channel is enabled: nobody can be reached."))
    if not any(policy.is_default for policy in picture.policies):
        message = "No escalation policy is the default: alerts that find no other go to the owners and admins."
        found.append(Defect("no_default_policy", "warning", message))
    for policy in picture.policies:
        found += _empty_levels(picture, policy)
        found += _inactive_targets(picture, policy)
    return found + list(_empty_teams(picture))


def _empty_levels(picture: Picture, policy: PolicyPicture) -> list[Defect]:
    levels = policy.ladder.levels
    empty = [i for i, level in enumerate(levels) if not any(map(picture.reaches, level.targets))]
    if len(empty) == len(levels):
        message = f"{policy.name} has nobody to notify: its alerts go to the owners and admins."
        return [Defect("empty_policy", "critical", message, policy.thing)]
    return [
        Defect("empty_level", "warning", f"Level {i + 1} of {policy.name} has nobody to notify.", policy.thing)
        for i in empty
    ]


def _inactive_targets(picture: Picture, policy: PolicyPicture) -> Iterator[Defect]:
    """One for each person, with all the levels that name them."""
    levels: dict[UUID, list[int]] = defaultdict(list)
    for i, level in enumerate(policy.ladder.levels):
        for target in level.targets:
            if target.type == "user" and target.id not in picture.active:
                levels[target.id].append(i)
    for user_id, positions in levels.items():
        name = picture.names.get(user_id, "")
        message = f"{policy.name} names {name}, who is deactivated, on {level_words(positions)}."
        yield Defect("inactive_target", "warning", message, policy.thing, Named(user_id, name))


def level_words(positions: list[int]) -> str:
    """level 1; level 1 and 3."""
    numbers = [str(i + 1) for i in positions]
    return f"level {' and '.join([', '.join(numbers[:-1]), numbers[-1]] if numbers[1:] else numbers)}"


def _empty_teams(picture: Picture) -> Iterator[Defect]:
    """Teams without an active member that policies lead to."""
    led_to: dict[UUID, list[str]] = defaultdict(list)
    for policy in picture.policies:
        targets = {t.id for level in policy.ladder.levels for t in level.targets if t.kind == "team"}
        for team_id in targets:
            if not picture.teams.get(team_id):
                led_to[team_id].append(policy.name)
    for team_id, policies in sorted(led_to.items(), key=lambda item: picture.names.get(item[0], "")):
        name = picture.names.get(team_id, "")
        message = f"{name} has no active member, and {' and '.join(sorted(policies))} leads to it."
        yield Defect("empty_team", "warning", message, Thing("team", team_id, name))
