"""add due_date

Revision ID: a41f7e2c90bb
Revises: 5c8bd0d5a1f3
Create Date: 2026-11-02 10:00:00.000000

"""

import sqlalchemy as sa
from alembic import op

revision = "a41f7e2c90bb"
down_revision = "5c8bd0d5a1f3"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("tasks", sa.Column("due_date", sa.Date(), nullable=True))


def downgrade():
    # SQLite can drop a column since 3.35, and the table stays where it is.
    op.drop_column("tasks", "due_date")
