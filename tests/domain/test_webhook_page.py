"""Do the receivers of the guide take what we sign, and nothing else? Its code is run as it stands there."""

import json
import re
import secrets
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pulsar.webhooks.signing import signatures

PAGE = Path(__file__).parents[2] / "docs/webhooks.md"
BODY = '{"type": "alert.created", "data": {"message": "Größe"}}'.encode()

PYTHON = """
import json, sys
from verify import verify
for case in json.load(sys.stdin):
    print(verify(case["secret"], case["headers"], case["body"].encode()))
"""
NODE = """
import { readFileSync } from 'node:fs';
import { verify } from './verify.mjs';
for (const one of JSON.parse(readFileSync(0)))
  console.log(verify(one.secret, one.headers, Buffer.from(one.body)));
"""


def code_of(name: str) -> str:
    found = re.search(rf"^```\w+\n(?:#|//) {re.escape(name)}\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert found, name
    return found[1]


def cases() -> list[dict[str, object]]:
    """Good; during a rotation, with either secret; of another; altered; old; of a time to come."""
    new, old = secrets.token_hex(32), secrets.token_hex(32)
    now = datetime.now(UTC)
    good = signatures([new], "id-1", now, BODY)
    both = signatures([new, old], "id-1", now, BODY)
    late = signatures([new], "id-1", now - timedelta(minutes=6), BODY)
    early = signatures([new], "id-1", now + timedelta(minutes=6), BODY)
    told = [
        (new, good, BODY, True),
        (new, both, BODY, True),
        (old, both, BODY, True),
        (old, good, BODY, False),
        (new, good, BODY + b" ", False),
        (new, good | {"webhook-id": "id-2"}, BODY, False),
        (new, good | {"webhook-timestamp": str(int(time.time()) - 9)}, BODY, False),
        (new, late, BODY, False),
        (new, early, BODY, False),
    ]
    return [{"secret": key, "headers": said, "body": body.decode(), "good": fits} for key, said, body, fits in told]


def run(folder: Path, *command: str, env: dict[str, str] | None = None) -> list[bool]:
    asked = json.dumps(cases()).encode()
    done = subprocess.run(command, input=asked, cwd=folder, capture_output=True, timeout=100, check=False, env=env)
    assert done.returncode == 0, done.stderr.decode()
    return [line.lower() == "true" for line in done.stdout.decode().split() if line.lower() in ("true", "false")]


WANTED = [case["good"] for case in cases()]


def test_the_receiver_in_python(tmp_path: Path) -> None:
    (tmp_path / "verify.py").write_text(code_of("verify.py"))
    assert run(tmp_path, sys.executable, "-c", PYTHON) == WANTED


@pytest.mark.skipif(not shutil.which("node"), reason="needs Node")
def test_the_receiver_in_node(tmp_path: Path) -> None:
    (tmp_path / "verify.mjs").write_text(code_of("verify.mjs"))
    (tmp_path / "try.mjs").write_text(NODE)
    assert run(tmp_path, "node", "try.mjs") == WANTED


@pytest.mark.skipif(not shutil.which("gofmt"), reason="needs Go")
def test_the_receiver_in_go_is_well_formed(tmp_path: Path) -> None:
    """To build it takes half a minute with an empty cache. On the page tabs are spaces."""
    (tmp_path / "verify.go").write_text(code_of("verify.go").replace("    ", "\t"))
    done = subprocess.run(["gofmt", "-l", "verify.go"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("", "")
