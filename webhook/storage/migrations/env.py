"""Alembic's entry for the web server's tables; its versions are counted apart from the directory's."""

from alembic import context

from webhook.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table="alembic_version_webhook",
    render_as_batch=True,  # SQLite cannot alter columns in place
)
with context.begin_transaction():
    context.run_migrations()
