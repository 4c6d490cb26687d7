"""Of the people of a level, whom it pages: the lot, the turn, and each once."""

from collections import Counter
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from pulsar.escalation.choice import Choice, Meant, drawn, each_once, in_turn, next_in_turn

people = st.sets(st.uuids(), min_size=1, max_size=8)


@given(st.text(max_size=40), people)
def test_the_same_lot_falls_on_the_same_person_in_whatever_order_they_stand(seed: str, ids: set[UUID]) -> None:
    assert drawn(seed, sorted(ids)) == drawn(seed, sorted(ids, reverse=True))
    assert drawn(seed, ids) in ids


@given(st.text(max_size=40), people)
def test_whoever_leaves_without_having_been_drawn_does_not_move_the_lot(seed: str, ids: set[UUID]) -> None:
    lucky = drawn(seed, ids)
    for gone in ids - {lucky}:
        assert drawn(seed, ids - {gone}) == lucky


def test_over_many_alerts_the_lot_is_fair() -> None:
    ids = [UUID(int=number) for number in range(4)]
    counts = Counter(drawn(f"run {number}", ids) for number in range(4000))
    assert all(850 < counts[one] < 1150 for one in ids)


@given(people, st.integers(1, 40))
def test_turns_go_round_and_nobody_has_two_more_than_another(ids: set[UUID], many: int) -> None:
    last, counts = None, Counter[UUID]()
    for _ in range(many):
        last = next_in_turn(ids, last)
        counts[last] += 1
    assert max(counts.values()) - min(counts[one] for one in ids) <= 1


@given(people, st.uuids())
def test_when_the_last_one_has_left_the_next_one_has_the_turn(ids: set[UUID], gone: UUID) -> None:
    after = next_in_turn(ids, gone)
    assert after in ids
    assert not any(gone < one < after for one in ids)


@given(people, st.uuids())
def test_everybody_has_a_turn_before_a_second_also_when_one_joins(ids: set[UUID], joined: UUID) -> None:
    last = next_in_turn(ids, None)
    seen = []
    for _ in range(len(ids | {joined})):
        last = next_in_turn(ids | {joined}, last)
        seen.append(last)
    assert set(seen) == ids | {joined}


def test_who_is_meant_twice_is_there_once_with_both_reasons() -> None:
    one, other = UUID(int=1), UUID(int=2)
    found = each_once([Meant(one, "Bo", "named"), Meant(other, "Ana", "named"), Meant(one, "Bo", "a lead of it")])
    assert found == (Meant(other, "Ana", "named"), Meant(one, "Bo", "named; a lead of it"))


def test_of_those_who_take_turns_the_others_know_whose_it_was() -> None:
    ana, bo = Meant(UUID(int=1), "Ana", "named"), Meant(UUID(int=2), "Bo", "named")
    taken = in_turn(Choice((ana, bo)), bo.id)
    assert [one.name for one in taken.people] == ["Bo"]
    assert taken.passed_over == (Meant(ana.id, "Ana", "it was the turn of Bo"),)
