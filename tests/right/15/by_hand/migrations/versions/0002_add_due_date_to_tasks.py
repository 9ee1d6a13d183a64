"""The day on which a task is due."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# A batch makes the table anew on SQLite, and does not see this setting in the old one.
SETTINGS = {"sqlite_autoincrement": True}


def upgrade() -> None:
    """Add the column; it is empty in the rows that are there, so it has to allow that."""
    with op.batch_alter_table("tasks", table_kwargs=SETTINGS) as batch_op:
        batch_op.add_column(sa.Column("due_date", sa.Date(), nullable=True))


def downgrade() -> None:
    """Drop the column, and the dates with it."""
    with op.batch_alter_table("tasks", table_kwargs=SETTINGS) as batch_op:
        batch_op.drop_column("due_date")
