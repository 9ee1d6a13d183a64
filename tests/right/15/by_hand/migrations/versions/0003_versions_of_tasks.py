"""The numbers that move with each change: of each task, and of all of them."""

import time

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# A batch makes the table anew on SQLite, and does not see this setting in the old one.
SETTINGS = {"sqlite_autoincrement": True}


def upgrade() -> None:
    """Add both; rows that are there begin with 1."""
    with op.batch_alter_table("tasks", table_kwargs=SETTINGS) as batch_op:
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("tasks", table_kwargs=SETTINGS) as batch_op:
        batch_op.alter_column("version", server_default=None)
    versions = op.create_table(
        "versions",
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_versions")),
    )
    # It begins with the time: a table that is made anew gives out no number for the second time.
    op.bulk_insert(versions, [{"name": "tasks", "number": int(time.time())}])


def downgrade() -> None:
    """Drop both."""
    op.drop_table("versions")
    with op.batch_alter_table("tasks", table_kwargs=SETTINGS) as batch_op:
        batch_op.drop_column("version")
