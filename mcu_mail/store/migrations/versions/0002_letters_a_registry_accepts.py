"""Kinds of letters, annexes, and what the register says of signatures, voids and engines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mcu_mail.store.tables import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, and the table of annexes."""
    op.add_column(
        "letters",
        sa.Column("kind", sa.String(length=10), nullable=False, server_default="answer"),
    )
    op.add_column("cases", sa.Column("addressing", sa.JSON(), nullable=True))
    op.add_column("letters", sa.Column("until", sa.String(length=10), nullable=True))
    op.add_column("letters", sa.Column("annex", sa.String(length=64), nullable=True))
    op.add_column("letters", sa.Column("annex_pages", sa.Integer(), nullable=True))
    op.add_column("letters", sa.Column("annex_ids", sa.Text(), nullable=True))
    op.add_column("register", sa.Column("note", sa.Text(), nullable=True))
    op.add_column("register", sa.Column("signature", sa.String(length=64), nullable=True))
    op.add_column("register", sa.Column("annex", sa.String(length=64), nullable=True))
    op.add_column("register", sa.Column("void_by", sa.Text(), nullable=True))
    op.add_column("register", sa.Column("void_at", Moment(length=27), nullable=True))
    op.create_table(
        "annexes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("ready", sa.String(length=64), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("sender", sa.String(length=60), nullable=False),
        sa.Column("added_at", Moment(length=27), nullable=False),
        sa.Column("removed_at", Moment(length=27), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_annexes_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annexes")),
        sa.UniqueConstraint("case_id", "sha256", name=op.f("uq_annexes_case_id_sha256")),
    )
