"""How Alembic reaches the database: through the application, whichever it is configured for."""

from typing import Any, Literal

from alembic import context
from app.extensions import Base, db
from app.models import UtcDateTime
from sqlalchemy import Connection


def render_item(kind: str, item: object, _context: Any) -> str | Literal[False]:
    """Write our own type as what it is to a database: a revision imports nothing of the app."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run_migrations(connection: Connection) -> None:
    """Run what was asked for, in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=render_item,
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def run_on_sqlite(connection: Connection) -> None:
    """Run on SQLite, which changes a table by copying it, dropping the old one and renaming.

    With foreign keys switched on, the drop would delete every row that refers to the table by
    ON DELETE CASCADE. So they are off, and checked at the end (https://sqlite.org/lang_altertable).
    """
    connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    # Python's driver begins no transaction for changes of a schema; half of one must not stay.
    connection.exec_driver_sql("BEGIN")
    run_migrations(connection)
    if orphans := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
        raise RuntimeError(f"Rows would refer to what is not there: {orphans}")
    connection.commit()


with db.engine.connect() as connection:
    if connection.dialect.name == "sqlite":
        run_on_sqlite(connection)
    else:
        run_migrations(connection)
