"""Is what lies in the repository fit to be anybody's? No addresses of one machine, no mixed line ends."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

LOCKS = ("requirements/dev.txt", "requirements/runtime.txt", "web/package-lock.json")
# Put together here, so that this file is not found by its own search.
OF_THIS_MACHINE = re.compile(rf"(?<![\w.])/(?:{'work'}|{'root'}|tmp/{'try'})/".encode())
BINARY = {".png", ".ico", ".woff2", ".webp", ".gz", ".br"}


def tracked() -> list[Path]:
    # Whoever runs the tests need not be whoever owns the checkout.
    command = ["git", "-c", "safe.directory=*", "-C", str(ROOT), "ls-files", "-z"]
    names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
    return [path for name in names if name and (path := ROOT / name).is_file()]


@pytest.fixture(scope="module")
def texts() -> dict[str, bytes]:
    """Without the payloads of monitoring systems, which stay as they were sent."""
    ours = (path for path in tracked() if path.suffix not in BINARY and "payloads" not in path.parts)
    return {str(path.relative_to(ROOT)): path.read_bytes() for path in ours}


def test_locks_name_no_place_to_download_from() -> None:
    """A lock pins by digest; where a package comes from is the installing machine's own affair."""
    for name in LOCKS:
        text = (ROOT / name).read_text()
        assert re.findall(r"--(?:extra-)?index-url.*|--find-links.*|\S+ @ \S+://\S+", text) == [], name
        assert re.findall(r'"resolved":.*', text) == [], name
        assert re.findall(r"\S*(?:registry|pypi|files\.pythonhosted)\.\S+/\S+", text) == [], name
        assert "sha256:" in text or '"integrity": "sha512-' in text, name


def test_nothing_mentions_a_path_of_the_machine_that_it_was_written_on(texts: dict[str, bytes]) -> None:
    assert [name for name, text in texts.items() if OF_THIS_MACHINE.search(text)] == []


def test_lines_end_the_same_everywhere(texts: dict[str, bytes]) -> None:
    assert [name for name, text in texts.items() if b"\r" in text] == []
    assert [name for name, text in texts.items() if text and not text.endswith(b"\n") and ".json" not in name] == []


def test_a_file_is_indented_by_spaces_or_by_tabs_and_not_by_both(texts: dict[str, bytes]) -> None:
    by_tabs = {name for name, text in texts.items() if re.search(rb"^ *\t", text, re.MULTILINE)}
    by_spaces = {name for name, text in texts.items() if re.search(rb"^  ", text, re.MULTILINE)}
    assert by_tabs & by_spaces == set()
    assert [name for name in by_tabs if name.endswith(".py")] == []
