"""Alembic's entry: run the migrations on the engine that the store hands over, in one go.

All steps share one transaction, which takes the write lock first: between two steps of one process
another one that opens the same store would begin the second step too.
"""

from __future__ import annotations

from alembic import context

from mcu_mail.failpoints import fail_point
from mcu_mail.store.database import lock_writer
from mcu_mail.store.tables import metadata

engine = context.config.attributes["engine"]

with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transaction_per_migration=False,
        render_as_batch=True,
        transactional_ddl=True,
        on_version_apply=lambda **_: fail_point("migration.step"),
    )
    fail_point("migration.before")
    with context.begin_transaction():
        lock_writer(connection)
        context.run_migrations()
        fail_point("migration.commit.before")
    fail_point("migration.commit.after")
