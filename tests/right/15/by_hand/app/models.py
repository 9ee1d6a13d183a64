"""The tables, and what a row of them is. Rules about changing them live in the services."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from app.extensions import Base

USERNAME_LENGTH = 80
EMAIL_LENGTH = 254  # what an SMTP path has room for (RFC 5321, section 4.5.3.1.3)
ROLES = ("user", "admin")
TITLE_LENGTH = 150
DESCRIPTION_LENGTH = 2000
TAG_LENGTH = 50
IDEMPOTENCY_KEY_LENGTH = 255
STATUSES = ("pending", "completed")
# What becomes of a job, in Celery's words: it waits for a worker, which does it, and is done.
WAITING_STATES = ("PENDING", "RETRY")
JOB_STATES = (*WAITING_STATES, "STARTED", "SUCCESS", "FAILURE")
# The largest id an INTEGER column holds everywhere. A larger one names no row, and the database
# would refuse the number itself: an error of ours (500) where the client is to learn 404.
MAX_ID = 2**31 - 1


def utc_now() -> datetime:
    """Return this moment, with its offset: a time without one means something else everywhere."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, written in UTC. SQLite drops the offset, so it is put back when it is read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return what was read, as a moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class User(Base):
    """Somebody with an account."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(USERNAME_LENGTH), unique=True)
    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH), unique=True)
    # A hash of scrypt has 162 characters; PostgreSQL would refuse it where 128 are declared.
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(20), default="user")
    # Who is not active has no access, with whatever token.
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class RevokedToken(Base):
    """A token that is not to be taken any more, kept until it would expire by itself."""

    __tablename__ = "revoked_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    jti: Mapped[str] = mapped_column(String(36), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Login(Base):
    """A login, and the chain of refresh tokens that came from it; only the last one is good."""

    __tablename__ = "logins"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    # The id of the last refresh token.
    jti: Mapped[str] = mapped_column(String(36))
    is_revoked: Mapped[bool] = mapped_column(default=False)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class IdempotencyKey(Base):
    """A request that a client has named, so that it is done once, however often it is sent."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    key: Mapped[str] = mapped_column(String(IDEMPOTENCY_KEY_LENGTH))
    # What was sent: the same key with something else is a mistake of the client.
    fingerprint: Mapped[str] = mapped_column(String(64))
    # What was answered; empty until it is known.
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, index=True)


class Tag(Base):
    """A word to find tasks by; made on first use and kept."""

    __tablename__ = "tags"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(TAG_LENGTH), unique=True)


# The tags of a task go with it.
task_tags = Table(
    "task_tags",
    Base.metadata,
    Column("task_id", ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Task(Base):
    """Something to do."""

    __tablename__ = "tasks"
    # Without this, SQLite gives the id of a deleted task to the next one.
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    description: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(20), default="pending")
    due_date: Mapped[date | None]
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)
    # The database removes the rows between a task and its tags: removed by us, they would be locked
    # before the task, and whoever changes its tags locks them after it.
    tags: Mapped[list[Tag]] = relationship(secondary=task_tags, passive_deletes=True)
    # Moves with each change. An UPDATE or DELETE of a row that has moved since it was read hits
    # nothing, which SQLAlchemy notices: StaleDataError.
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # SQLAlchemy's own declaration


class Job(Base):
    """Something to do in the background, and what has become of it."""

    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    # Empty when the task is gone.
    task_id: Mapped[int | None] = mapped_column(
        ForeignKey("tasks.id", ondelete="SET NULL"), index=True
    )
    # What there is one job for at most, where that is so.
    key: Mapped[str | None] = mapped_column(String(100), unique=True)
    state: Mapped[str] = mapped_column(String(10), default="PENDING")
    attempts: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    error: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # When it is handed over again, unless it is done by then.
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)


class Version(Base):
    """How far something has come: a number that moves with each change of it."""

    __tablename__ = "versions"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
