"""Flask's extensions, made once and bound to each application by `init_app`.

Everybody may import from here, and this module imports nothing of the application: that is what
keeps models, services and the factory from importing each other in a circle.
"""

import sqlite3

from flask_jwt_extended import JWTManager
from flask_marshmallow import Marshmallow
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData, event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """The base of all models, declared here because a type checker cannot follow `db.Model`."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


# Objects stay readable after a commit: without that, each answer would first read them back.
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
ma = Marshmallow()
jwt = JWTManager()
migrate = Migrate()


@event.listens_for(Engine, "connect")
def enforce_foreign_keys(connection: object, _record: object) -> None:
    """Switch on what SQLite leaves off in every new connection."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA foreign_keys = ON")


def commit() -> None:
    """Commit; where that fails, roll back, so that nobody inherits a broken transaction."""
    try:
        db.session.commit()
    except SQLAlchemyError:
        db.session.rollback()
        raise
