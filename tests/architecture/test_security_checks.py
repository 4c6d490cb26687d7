"""Does every test that docs/security-checks.md counts on exist, and is no secret compared carelessly?"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
# What holds a secret by its name; a hash of one may be compared as it likes, because nobody can choose it.
SECRET = re.compile(r"(^|_)(secret|password|signature|digest|mac|token|otp|api_key)$")
# Not the secret itself: which kind it is, or whether there is one.
HARMLESS = {"", "token", "cookie"}


def test_every_goal_and_weakness_has_a_row_and_every_test_it_names_is_there() -> None:
    page = (ROOT / "docs" / "security-checks.md").read_text()
    sources = [path.read_text() for path in (ROOT / "tests").rglob("test_*.py")]
    known = {name for source in sources for name in re.findall(r"def (test_\w+)", source)}
    named = set(re.findall(r"`(test_\w+)`", page))
    assert named - known == set()
    assert len(named) > 60
    rows = {f"S{n}" for n in range(1, 18)} | {f"C{n}" for n in range(1, 19)}
    assert rows - set(re.findall(r"\b[SC]\d+\b", page)) == set()


def names(node: ast.expr) -> Iterator[str]:
    """What an expression is called: the last part of its name."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr


def test_no_secret_is_compared_character_by_character() -> None:
    """By == it takes the longer the more of its beginning is right: hmac.compare_digest does not, and a hash that is
    looked up in the database gives nothing to begin with."""
    wrong = []
    for file in (ROOT / "pulsar").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Compare) or not any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
                continue
            sides = [node.left, *node.comparators]
            if any(isinstance(side, ast.Constant) and side.value in HARMLESS for side in sides):
                continue
            called = [name for side in sides for name in names(side)]
            if any(map(SECRET.search, called)) and not any(name.endswith("_hash") for name in called):
                wrong.append(f"{file.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)}")
    assert wrong == []
