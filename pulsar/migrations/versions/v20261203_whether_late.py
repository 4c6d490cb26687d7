"""How late is the oldest step or message? Asked once a minute and more by whoever watches, so by two indexes alone."""

from alembic import op

revision = "20261203_whether_late"
down_revision = "20261202_intake"

_OVERDUE = """
CREATE FUNCTION overdue_seconds(at timestamptz)
RETURNS double precision
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
  SELECT greatest(0, extract(epoch FROM at - least(
    (SELECT min(next_at) FROM escalations WHERE status = 'running'),
    (SELECT min(next_attempt_at) FROM notifications WHERE status IN ('pending', 'sending')))))::double precision
$$
"""


def upgrade() -> None:
    connection = op.get_bind()
    connection.exec_driver_sql(_OVERDUE)
    connection.exec_driver_sql("REVOKE EXECUTE ON FUNCTION overdue_seconds(timestamptz) FROM PUBLIC")
    connection.exec_driver_sql("GRANT EXECUTE ON FUNCTION overdue_seconds(timestamptz) TO pulsar_app")
