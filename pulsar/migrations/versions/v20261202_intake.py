"""The intake finds an alias by its own index from the first minute on. A connection keeps the plan that it made when
there were a few dozen alerts, and among those all indexes of an organization look alike: the one that was picked may
read every alert of the organization for each signal. Looking anew at the start of each group costs it little."""

from alembic import op

revision = "20261202_intake"
down_revision = "20261201_incidents"


def upgrade() -> None:
    op.execute("ALTER FUNCTION lock_alerts(text[]) SET plan_cache_mode = force_custom_plan")
