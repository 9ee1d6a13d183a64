"""Find what is due without reading every task."""

from alembic import op

revision = "index_due_date"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    with op.batch_alter_table("tasks") as batch_op:
        batch_op.create_index("ix_tasks_due_date", ["due_date"])


def downgrade() -> None:
    """Drop the index."""
    with op.batch_alter_table("tasks") as batch_op:
        batch_op.drop_index("ix_tasks_due_date")
