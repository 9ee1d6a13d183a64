from alembic import context
from flask import current_app
from sqlalchemy import text

extension = current_app.extensions["migrate"]


def run_migrations_online():
    conf_args = dict(extension.configure_args)
    conf_args.setdefault("render_as_batch", True)
    engine = extension.db.engine
    with engine.connect() as connection:
        is_sqlite = engine.dialect.name == "sqlite"
        if is_sqlite:
            connection.execute(text("PRAGMA foreign_keys=OFF"))
            connection.rollback()
            connection.execute(text("BEGIN"))
        context.configure(connection=connection, target_metadata=extension.db.metadata, **conf_args)
        try:
            with context.begin_transaction():
                context.run_migrations()
            if is_sqlite and connection.execute(text("PRAGMA foreign_key_check")).first():
                raise SystemExit("a foreign key would be broken")
        except BaseException:
            connection.rollback()
            raise
        connection.commit()


run_migrations_online()
