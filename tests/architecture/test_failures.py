"""Does every test that docs/failures.md counts on exist?"""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_failure_of_others_has_a_row_and_every_test_it_names_is_there() -> None:
    page = (ROOT / "docs" / "failures.md").read_text()
    sources = [path.read_text() for path in (ROOT / "tests").rglob("test_*.py")]
    known = {name for source in sources for name in re.findall(r"def (test_\w+)", source)}
    named = set(re.findall(r"`(test_\w+)`", page))
    assert named - known == set()
    assert len(named) > 50
    rows = {f"F{n}" for n in range(1, 37)} | {f"R{n}" for n in range(1, 21)}
    assert rows - set(re.findall(r"\b[FR]\d+\b", page)) == set()
