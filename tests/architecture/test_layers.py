"""Do imports point down? The contracts stand in pyproject.toml; here they hold wherever the tests run."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_layers_and_the_purity_of_rules_hold() -> None:
    # In a process of its own: it configures logging for itself, and would silence ours.
    command: list[str | Path] = [
        Path(sys.executable).with_name("lint-imports"),
        "--no-cache",
        "--config",
        ROOT / "pyproject.toml",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
