"""The schema so far: users, revoked tokens, tasks and their tags."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, those that others refer to first."""
    # TODO first-revision: create each table as it is now, whatever becomes of the models
    from app.extensions import Base

    Base.metadata.create_all(op.get_bind())


def downgrade() -> None:
    """Drop the tables, those that refer to others first; their indexes go with them."""
    # TODO first-revision: drop each table
