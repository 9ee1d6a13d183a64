"""Nobody reads an old state: an app with a cache and one without, on one database, agree always."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from workshop import course, lab
from workshop.lab import App

STAGES = [stage.number for stage in course.stages() if stage.number >= 12]
LIMITS = ("DEFAULT", "ADMIN", "LOGIN", "CREATE", "SEARCH")
NO_LIMITS = {f"RATELIMIT_{name}": "100000000 per minute" for name in LIMITS} | {
    "RATELIMIT_STRATEGY": "fixed-window"
}
NO_CACHE = {
    '"RedisCache" if redis else "SimpleCache"': '"NullCache"',
    "CACHE_SERIALIZER = JsonSerializer": "CACHE_NO_NULL_WARNING = True",
}
QUERIES = st.dictionaries(
    st.sampled_from(["status", "tag", "q", "sort", "page", "per_page", "fields", "unknown"]),
    st.sampled_from(["pending", "completed", "a", "-title", "title", "1", "2", "id,title", ""]),
    max_size=3,
)
IDS = st.integers(1, 9)
PATHS = st.one_of(
    st.just("/api/tasks/stats"),
    IDS.map(lambda number: f"/api/tasks/{number}"),
    QUERIES.map(lambda query: f"/api/tasks?{urlencode(query)}"),
)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["a", "b", "Another title"]),
        "status": st.sampled_from(["pending", "completed"]),
        "tags": st.lists(st.sampled_from(["a", "b"]), max_size=2),
        "due_date": st.sampled_from(["2020-01-01", "2100-01-01", None]),
    },
)
BEGIN = """
DELETE FROM task_tags; DELETE FROM tags; DELETE FROM tasks; DELETE FROM sqlite_sequence;
INSERT INTO tasks (id, title, description, status, owner_id, created_at, updated_at, version)
VALUES (1, 'a', '', 'pending', 1, '2026-01-01', '2026-01-01', 1),
       (2, 'b', '', 'completed', 2, '2026-01-02', '2026-01-02', 1);
UPDATE versions SET number = number + 1;
"""
USERS = st.sampled_from(["user", "admin"])


class Both:
    """Two apps as two processes on one database: `cached` has a cache, `plain` has none."""

    def __init__(self, number: int, path: Path, replace: dict[str, str] | None = None) -> None:
        self.path = path
        env = NO_LIMITS | {"DATABASE_URL": f"sqlite:///{path.as_posix()}"}
        changes = replace or {}
        self.cached = lab.start(number, of="solutions", env=env, replace=changes)
        self.plain = lab.start(number, of="solutions", env=env, replace=changes | NO_CACHE)
        self.headers = {name: self._header(name) for name in ("user", "admin")}

    def _header(self, name: str) -> dict[str, str]:
        login = self.cached.post("/auth/login", json={"username": name, "password": "password"})
        return {"Authorization": f"Bearer {login.json['access_token']}"}

    def begin(self) -> None:
        """Begin anew: nothing is kept, and the tasks are those of the sample, untouched."""
        for kept in self.cached._client.application.extensions["cache"].values():
            kept.clear()
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.executescript(BEGIN)

    def job(self, status: str) -> None:
        """Write as a job does that goes past the API, with one statement."""
        application = self.plain._client.application
        with application.app_context():
            database = application.extensions["sqlalchemy"]
            mappers = database.Model.registry.mappers
            task = next(mapper.class_ for mapper in mappers if mapper.class_.__name__ == "Task")
            database.session.execute(database.update(task).values(status=status))
            database.session.commit()


def machine(both: Both) -> type[RuleBasedStateMachine]:
    """Return a machine of writers and readers at two apps."""

    class Readers(RuleBasedStateMachine):
        @initialize()
        def begin(self) -> None:
            both.begin()
            self.asked: set[tuple[str, str]] = set()
            self.known: dict[tuple[str, str], tuple[str, Any]] = {}

        @rule(at=st.sampled_from(["cached", "plain"]), user=USERS, fields=FIELDS)
        def create(self, at: str, user: str, fields: dict[str, Any]) -> None:
            self._send(at, "POST", "/api/tasks", user, {"title": "New"} | fields)

        @rule(at=st.sampled_from(["cached", "plain"]), user=USERS, number=IDS, fields=FIELDS)
        def change(self, at: str, user: str, number: int, fields: dict[str, Any]) -> None:
            self._send(at, "PATCH", f"/api/tasks/{number}", user, fields)

        @rule(at=st.sampled_from(["cached", "plain"]), number=IDS)
        def delete(self, at: str, number: int) -> None:
            self._send(at, "DELETE", f"/api/tasks/{number}", "admin", None)

        @rule(status=st.sampled_from(["pending", "completed"]))
        def job(self, status: str) -> None:
            both.job(status)
            self.asked = set()

        @rule(user=USERS, path=PATHS)
        def read(self, user: str, path: str) -> None:
            """The answer is that of an app without a cache, and kept for this user alone."""
            answer = both.cached.get(path, headers=both.headers[user])
            right = both.plain.get(path, headers=both.headers[user])
            assert (answer.status, answer.json) == (right.status, right.json)
            if answer.status == 200:
                state = "HIT" if (user, path) in self.asked else "MISS"
                assert answer.headers["X-Cache"] == state
                self.asked.add((user, path))
                self.known[user, path] = answer.headers["ETag"], answer.json

        @rule(data=st.data())
        def read_again(self, data: st.DataObject) -> None:
            """A 304 is given only to who has what an app without a cache would answer."""
            if not self.known:
                return
            user, path = data.draw(st.sampled_from(sorted(self.known)))
            tag, content = self.known[user, path]
            header = both.headers[user] | {"If-None-Match": tag}
            answer = both.cached.get(path, headers=header)
            right = both.plain.get(path, headers=both.headers[user])
            if answer.status == 304:
                assert (right.status, right.json) == (200, content)
            else:
                assert (answer.status, answer.json) == (right.status, right.json)
                if answer.status == 200:
                    self.asked.add((user, path))

        def _send(self, at: str, method: str, path: str, user: str, fields: Any) -> None:
            app: App = getattr(both, at)
            options = {} if fields is None else {"json": fields}
            answer = app.request(method, path, headers=both.headers[user], **options)
            if answer.status < 300:
                self.asked = set()

    return Readers


def found(both: Both, **more: Any) -> None:
    """Let writers and readers loose; an AssertionError says that somebody was misled."""
    rules = settings(stateful_step_count=25, deadline=None, database=None, **more)
    run_state_machine_as_test(machine(both), settings=rules)


@pytest.mark.parametrize("number", STAGES)
def test_nobody_reads_an_old_state_or_another_s_answer(number: int, tmp_path: Path) -> None:
    found(Both(number, tmp_path / "both.db"), max_examples=40)


@pytest.mark.parametrize(
    "replace",
    [
        {"state = tag or versions.current()": "state = None"},
        {"who = user.id if user else None": "who = None"},
        {'@event.listens_for(db.session, "do_orm_execute")\n': ""},
        {'@event.listens_for(Task, "after_delete")\n': ""},
    ],
    ids=[
        "no state in the key",
        "nobody in the key",
        "statements go past",
        "deletes go past",
    ],
)
def test_what_misleads_is_found(replace: dict[str, str], tmp_path: Path) -> None:
    both = Both(STAGES[0], tmp_path / "both.db", replace)
    phases = (Phase.generate,)  # to shrink an example takes long, and nobody reads it
    with pytest.raises(AssertionError):
        found(both, max_examples=400, phases=phases, derandomize=True)
