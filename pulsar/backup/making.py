"""How is a backup made? While Pulsar works: pg_dump sees the database as it was at one moment."""

import os
import subprocess
from pathlib import Path

from pulsar.backup.programs import Place, ProgramFailed, last_words, programs_for


def back_up(url: str, server: int, file: Path) -> int:
    """How many bytes it has. What was at `file` before is replaced once the new one is whole. Raises ProgramFailed."""
    programs, place = programs_for(server)[0], Place.of(url)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        # By name and not over standard output, into which it writes its table of contents twice.
        done = subprocess.run(  # noqa: S603
            programs.command("pg_dump", "--format=custom", f"--file={draft}", f"--dbname={place.url}"),
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=place.environment,
            check=False,
        )
        if done.returncode:
            raise ProgramFailed(last_words(done.stderr, "pg_dump"))
        programs.output("pg_restore", "--list", str(draft))
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return file.stat().st_size
