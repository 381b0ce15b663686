"""Alembic's entry: runs revisions on the connection, and in the transaction, that the ledger opened."""

from alembic import context

from reconciliation.ledger.ledger_tables import LEDGER_METADATA

connection = context.config.attributes["connection"]
# SQLite cannot alter most of a table: batch mode copies it. Its DDL is transactional when we begin ourselves.
context.configure(
    connection=connection,
    target_metadata=LEDGER_METADATA,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
    compare_type=True,
)
context.run_migrations()
