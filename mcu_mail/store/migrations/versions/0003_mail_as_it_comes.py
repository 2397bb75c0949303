"""Cases that only some may read, and cases that are passed on to whom they concern."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("cases", sa.Column("restricted", sa.JSON(), nullable=True))
    op.add_column("cases", sa.Column("forward", sa.Text(), nullable=True))
