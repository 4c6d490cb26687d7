"""Would the policies page whom they look like paging?"""

from datetime import timedelta
from uuid import UUID

from pulsar.escalation.rules import Ladder, Level, Target
from pulsar.escalation.soundness import Picture, PolicyPicture, defects, level_words

ANA, BO, SQUAD, POLICY = (UUID(int=i) for i in range(1, 5))
NAMES = {ANA: "Ana", BO: "Bo", SQUAD: "Squad"}


def picture(*levels: tuple[Target, ...], active: set[UUID], squad: set[UUID]) -> Picture:
    ladder = Ladder(tuple(Level(timedelta(), targets) for targets in levels))
    policy = PolicyPicture(POLICY, "Everything", ladder, is_default=True)
    return Picture((policy,), frozenset(active), {SQUAD: frozenset(squad)}, NAMES, has_channel=True)


def kinds(found: Picture) -> list[str]:
    return [defect.kind for defect in defects(found)]


def user(who: UUID) -> Target:
    return Target("user", who)


def test_a_ladder_on_which_everybody_is_there_has_none() -> None:
    assert kinds(picture((user(ANA),), (Target("team", SQUAD),), active={ANA}, squad={BO})) == []


def test_a_level_is_empty_when_none_of_its_targets_leads_to_anybody() -> None:
    both = (user(BO), Target("team", SQUAD))
    assert kinds(picture((user(ANA),), both, active={ANA}, squad=set())) == [
        "empty_level",
        "inactive_target",
        "empty_team",
    ]
    assert kinds(picture((user(ANA),), both, active={ANA}, squad={ANA})) == ["inactive_target"]


def test_a_policy_with_no_level_at_all_is_as_empty_as_one_of_empty_levels() -> None:
    assert kinds(picture(active=set(), squad=set())) == ["empty_policy"]
    assert kinds(picture((), (), active={ANA}, squad=set())) == ["empty_policy"]


def test_what_other_domains_answer_for_is_not_called_empty_here() -> None:
    schedule = Target("schedule", SQUAD)  # a target yet to come
    assert kinds(picture((schedule,), active=set(), squad=set())) == []


def test_levels_are_counted_as_people_do() -> None:
    assert [level_words(p) for p in ([0], [0, 2], [0, 1, 4])] == ["level 1", "level 1 and 3", "level 1, 2 and 5"]
