"""How does Alembic reach the database? Over the connection that pulsar.schema hands it."""

from alembic import context

from pulsar.schema import metadata

connection = context.config.attributes["connection"]

context.configure(connection=connection, target_metadata=metadata(), transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
