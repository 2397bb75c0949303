"""What is known of a case whose answer is published: first reply, category, link, marks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the marks of a case."""
    op.add_column("cases", sa.Column("marks", sa.JSON(none_as_null=True), nullable=True))
