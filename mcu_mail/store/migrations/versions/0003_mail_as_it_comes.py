"""Mails set aside and what people did with them; cases that few may read, or that go elsewhere."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mcu_mail.store.tables import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns of the ledger and of cases, and the table of what people did with a mail."""
    op.add_column("cases", sa.Column("restricted", sa.JSON(), nullable=True))
    op.add_column("cases", sa.Column("forward", sa.Text(), nullable=True))
    op.add_column("mails", sa.Column("rank", sa.Integer(), nullable=False, server_default="2"))
    op.add_column("mails", sa.Column("place", sa.String(length=10), nullable=True))
    op.add_column("mails", sa.Column("code", sa.String(length=16), nullable=True))
    op.add_column("mails", sa.Column("asked", sa.String(length=60), nullable=True))
    op.add_column("mails", sa.Column("pending", sa.Text(), nullable=True))
    op.add_column("mails", sa.Column("told_at", Moment(length=27), nullable=True))
    op.add_column("mails", sa.Column("settled_at", Moment(length=27), nullable=True))
    op.add_column("mails", sa.Column("note", sa.Text(), nullable=True))
    op.create_index(op.f("ix_mails_code"), "mails", ["code"])
    op.create_index(op.f("ix_mails_place"), "mails", ["place"])
    op.create_index(
        op.f("ix_mails_state_rank_arrived_at"), "mails", ["state", "rank", "arrived_at"]
    )
    mails = sa.table(
        "mails",
        sa.column("state", sa.String),
        sa.column("told_at", Moment),
        sa.column("stored_at", Moment),
    )
    # The dispatcher was told of every one at once.
    op.execute(mails.update().where(mails.c.state == "aside").values(told_at=mails.c.stored_at))
    op.create_table(
        "mail_acts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("at", Moment(length=27), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["mail_id"], ["mails.id"], name=op.f("fk_mail_acts_mail_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_acts")),
    )
    op.create_index(op.f("ix_mail_acts_mail_id"), "mail_acts", ["mail_id"])
