"""How is a backup brought back? In one transaction: all of it, or the database stays as it was."""

import itertools
import subprocess
import tempfile
from collections.abc import Iterator
from typing import IO

from pulsar.backup.contents import Backup
from pulsar.backup.programs import Place, ProgramFailed, last_words
from pulsar.base.db import APP_ROLE
from pulsar.schema import MIGRATION_LOCK

# Whoever starts Pulsar meanwhile waits with the migrations; whoever still works on the tables makes this fail.
_BEGIN = f"""
BEGIN;
SET LOCAL lock_timeout = '10s';
DO $$ BEGIN PERFORM pg_advisory_xact_lock({MIGRATION_LOCK}); END $$;
"""
# Roles belong to the server and are in no backup; the rights that name them are.
_ROLE = f"""
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN
    CREATE ROLE {APP_ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
  IF NOT pg_has_role(current_user, '{APP_ROLE}',
    CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)
  THEN
    EXECUTE format('GRANT {APP_ROLE} TO %I', current_user);
  END IF;
END $$;
"""
# All that is in the schema, also what a later version has put there, which the backup does not know. The schema itself
# stays: its owner need not be us.
_EMPTY = """
DO $$
DECLARE
  one text;
  never_ours CONSTANT oid[] := ARRAY(SELECT objid FROM pg_depend WHERE deptype = 'e');
BEGIN
  FOREACH one IN ARRAY ARRAY(
    SELECT format('%s IF EXISTS %s CASCADE', CASE relkind WHEN 'v' THEN 'DROP VIEW' WHEN 'm' THEN
      'DROP MATERIALIZED VIEW' WHEN 'S' THEN 'DROP SEQUENCE' ELSE 'DROP TABLE' END, oid::regclass)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
    AND oid <> ALL (never_ours) ORDER BY relkind = 'S') LOOP
    EXECUTE one;
  END LOOP;
  FOREACH one IN ARRAY ARRAY(SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', oid::regprocedure)
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND oid <> ALL (never_ours)) LOOP
    EXECUTE one;
  END LOOP;
  FOREACH one IN ARRAY ARRAY(SELECT format('DROP TYPE IF EXISTS %s CASCADE', oid::regtype)
    FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd') AND oid <> ALL (never_ours)) LOOP
    EXECUTE one;
  END LOOP;
END $$;
"""
_HEADER_LINES = 60


def restore(url: str, server: int, backup: Backup, *, replace: bool) -> None:
    """`replace` empties the database first, in the same transaction. Raises ProgramFailed, and then nothing is changed.

    pg_restore writes a script and psql carries it out, so that what comes before it is part of the same transaction;
    and the COMMIT is only said once pg_restore has ended well, for a script that breaks off looks like one that ends.
    """
    place = Place.of(url)
    carrying_out = backup.programs.command(
        "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null", f"--dbname={place.url}"
    )
    with tempfile.TemporaryFile("w+") as complaints:
        psql = subprocess.Popen(  # noqa: S603
            carrying_out, stdin=subprocess.PIPE, stderr=complaints, env=place.environment
        )
        assert psql.stdin
        try:
            _say(psql.stdin, _BEGIN, _ROLE, _EMPTY if replace else "")
            _pass_on(backup, server, psql.stdin)
            _say(psql.stdin, "\nCOMMIT;\nANALYZE;\n")
            psql.stdin.close()
        except BrokenPipeError:
            pass  # psql gave up, and says below why
        except BaseException:
            psql.kill()  # with no COMMIT said
            raise
        finally:
            psql.wait()
        if psql.returncode:
            complaints.seek(0)
            raise ProgramFailed(last_words(complaints.read(), "psql"))


def _say(to: IO[bytes], *script: str) -> None:
    to.write("".join(script).encode())
    to.flush()


def _pass_on(backup: Backup, server: int, to: IO[bytes]) -> None:
    writing = backup.programs.command("pg_restore", "--no-owner", "--file=-", str(backup.file))
    with tempfile.TemporaryFile("w+") as complaints:
        with subprocess.Popen(writing, stdout=subprocess.PIPE, stderr=complaints) as pg_restore:  # noqa: S603
            assert pg_restore.stdout
            try:
                for line in _fit_for(server, pg_restore.stdout):
                    to.write(line)
                to.flush()
            except BaseException:
                pg_restore.kill()
                raise
        if pg_restore.returncode:
            complaints.seek(0)
            raise ProgramFailed(last_words(complaints.read(), "pg_restore"))


def _fit_for(server: int, script: IO[bytes]) -> Iterator[bytes]:
    """Without the one setting at its head that servers before 17 do not know."""
    head = itertools.islice(script, _HEADER_LINES)
    yield from (line for line in head if server >= 17 or not line.startswith(b"SET transaction_timeout"))
    while block := script.read(1 << 20):
        yield block
