"""Are the product's endpoints there, exactly as promised? endpoints.tsv lists them all, with the phase each is of."""

from pathlib import Path

from tests.architecture.openapi import Operation

LIST = Path(__file__).with_name("endpoints.tsv")

# Yet to come. A route that has come must leave this list.
PENDING: tuple[str, ...] = ()


def promised() -> set[str]:
    lines = LIST.read_text().splitlines()[1:]
    return {" ".join(line.split("\t")[:2]) for line in lines}


def pending(endpoint: str) -> bool:
    return endpoint.split(" ")[1].startswith(PENDING)


def test_what_is_promised_is_there_with_the_same_names_of_parameters(routes: list[Operation]) -> None:
    assert {endpoint for endpoint in promised() if not pending(endpoint)} <= {str(route) for route in routes}


def test_what_is_pending_is_promised_and_really_not_there_yet(routes: list[Operation]) -> None:
    assert [prefix for prefix in PENDING if not any(prefix in endpoint for endpoint in promised())] == []
    assert [str(route) for route in routes if pending(str(route))] == []


def test_the_list_is_whole() -> None:
    assert len(promised()) == 97
