"""Does everything stay small enough to be read in one go? No exemptions: what is too long is split."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

LONGEST_FILE, LONGEST_EXTENSION, LONGEST_COMPONENT = 400, 200, 200
LONGEST_FUNCTION, LONGEST_TEST, LONGEST_HANDLER = 40, 50, 20
ROUTE_DECORATORS = {"get", "post", "put", "patch", "delete", "websocket"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def python_files() -> list[Path]:
    return [path for folder in ("pulsar", "tests", "bench") for path in sorted((ROOT / folder).rglob("*.py"))]


def lines_of(path: Path) -> int:
    return len(path.read_text().splitlines())


def most_lines(path: Path) -> int:
    """A channel or a source is one short file: whoever adds one reads another first."""
    inside = path.parent.relative_to(ROOT).as_posix()
    return LONGEST_EXTENSION if inside in {"pulsar/notify/channels", "pulsar/inbound/sources"} else LONGEST_FILE


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, Function):
            yield node


def is_handler(function: Function) -> bool:
    return any(
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr in ROUTE_DECORATORS
        for decorator in function.decorator_list
    )


def longest(path: Path, function: Function) -> int:
    if path.is_relative_to(ROOT / "tests"):
        return LONGEST_TEST
    return LONGEST_HANDLER if is_handler(function) else LONGEST_FUNCTION


def test_no_file_is_longer_than_the_house_allows() -> None:
    files = python_files()
    assert len(files) > 100, "the test does not find the files"
    assert [f"{path.relative_to(ROOT)}: {lines_of(path)}" for path in files if lines_of(path) > most_lines(path)] == []


def test_no_function_is_longer_than_the_house_allows() -> None:
    too_long, handlers = [], 0
    for path in python_files():
        for function in functions(path):
            assert function.end_lineno
            length = function.end_lineno - function.lineno + 1
            handlers += is_handler(function)
            if length > longest(path, function):
                too_long.append(f"{path.relative_to(ROOT)}:{function.lineno} {function.name}: {length}")
    assert handlers > 50, "the test does not recognize the route handlers"
    assert too_long == []


def test_no_component_of_the_console_is_longer_than_the_house_allows() -> None:
    components = sorted((ROOT / "web/src").rglob("*.svelte"))
    if not components:
        pytest.fail("the test does not find the console")
    assert [
        f"{path.relative_to(ROOT)}: {lines_of(path)}" for path in components if lines_of(path) > LONGEST_COMPONENT
    ] == []
