"""Alembic's entry: migrates over the connection that ``store.open`` hands it, inside that connection's transaction."""

from alembic import context

from store.migrations import VERSION_TABLE
from store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
