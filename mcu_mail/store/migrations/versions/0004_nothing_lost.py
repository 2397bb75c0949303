"""Every pass answers from an index, however many cases are open."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from mcu_mail.store.found_by import found_by

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what a case is found by, and the indexes."""
    op.add_column("cases", sa.Column("link", sa.String(length=500), nullable=True))
    op.add_column("cases", sa.Column("address", sa.String(length=500), nullable=True))
    op.add_column("cases", sa.Column("words", sa.String(length=64), nullable=True))
    _fill()
    for table, *columns in (
        ("cases", "step", "state"),
        ("cases", "link"),
        ("cases", "address"),
        ("cases", "words"),
        ("mails", "told_at", "state"),
        ("mails", "case_id"),
        ("register", "year"),
        ("register", "number"),
        ("register", "registered_at"),
        ("register", "sent_at"),
        ("register", "void_at"),
        ("tasks", "case_id"),
    ):
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)
    op.create_index(
        "ix_mails_not_moved",
        "mails",
        ["folder", "uidvalidity", "uid"],
        sqlite_where=sa.text("moved IS 0"),
        postgresql_where=sa.text("moved IS false"),
    )


def _fill() -> None:
    cases = sa.table(
        "cases",
        sa.column("id", sa.Integer),
        sa.column("notice", sa.JSON),
        sa.column("link", sa.String),
        sa.column("address", sa.String),
        sa.column("words", sa.String),
    )
    connection = op.get_bind()
    last = 0
    while True:
        rows = connection.execute(
            sa
            .select(cases.c.id, cases.c.notice)
            .where(cases.c.id > last)
            .order_by(cases.c.id)
            .limit(1000)
        ).all()
        if not rows:
            return
        for row in rows:
            notice = json.loads(row.notice) if isinstance(row.notice, str) else row.notice
            if isinstance(notice, dict):
                connection.execute(
                    cases
                    .update()
                    .where(cases.c.id == row.id)
                    .values(
                        **found_by(
                            notice.get("link"), notice.get("address"), notice.get("text") or ""
                        )
                    )
                )
        last = rows[-1].id
