"""Alembic's entry: run the migrations on the engine that the store hands over, in one go."""

from __future__ import annotations

from alembic import context

from mcu_mail.store.tables import metadata

engine = context.config.attributes["engine"]

with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transaction_per_migration=True,
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
