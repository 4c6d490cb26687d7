"""How many webhooks fail, for the metrics: of all organizations, and so with the owner's rights."""

from alembic import op

revision = "20261229_failing_webhooks"
down_revision = "20261228_team_keys"

# Beside engine_state, which nodes of the version before go on asking. What counts as failing is what the caller says.
_FAILING = """
CREATE FUNCTION failing_webhooks(in_a_row int)
RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
  SELECT count(*) FROM webhook_endpoints WHERE enabled AND failures >= in_a_row
$$
"""


def upgrade() -> None:
    connection = op.get_bind()
    connection.exec_driver_sql(_FAILING)
    connection.exec_driver_sql("REVOKE EXECUTE ON FUNCTION failing_webhooks(int) FROM PUBLIC")
    connection.exec_driver_sql("GRANT EXECUTE ON FUNCTION failing_webhooks(int) TO pulsar_app")
