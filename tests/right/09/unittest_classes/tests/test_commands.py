"""Revisions and the seed, by the command line of Flask."""

import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from app import create_app
from app.extensions import db
from sqlalchemy import text

OLD = (
    "INSERT INTO users VALUES (1, 'mary', 'mary@example.org', '!', 'user', '2020-01-01 00:00:00')",
    "INSERT INTO tags VALUES (1, 'home')",
    "INSERT INTO tasks (id, title, description, status, owner_id, created_at, updated_at) VALUES"
    " (1, 'Sweep', '', 'pending', 1, '2020-01-01 00:00:00', '2020-01-01 00:00:00')",
    "INSERT INTO task_tags VALUES (1, 1)",
)


class Commands(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        url = f"sqlite:///{Path(folder.name) / 'a.db'}"
        with mock.patch.dict(os.environ, {"TEST_DATABASE_URL": url}):
            self.app = create_app("testing")
        context = self.app.app_context()
        context.push()
        self.addCleanup(context.pop)
        self.addCleanup(db.engine.dispose)
        self.addCleanup(db.session.remove)

    def flask(self, *args, status=0):
        result = self.app.test_cli_runner().invoke(args=args)
        self.assertEqual(result.exit_code, status, result.output)

    def rows(self, query):
        with db.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def fill(self):
        with db.engine.begin() as connection:
            for statement in OLD:
                connection.execute(text(statement))

    def test_old_rows_are_kept(self):
        self.flask("db", "upgrade", "0001")
        self.fill()
        self.flask("db", "upgrade")
        self.assertEqual(self.rows("SELECT title, due_date FROM tasks"), [("Sweep", None)])

    def test_down_and_up(self):
        self.flask("db", "upgrade")
        self.fill()
        self.flask("db", "downgrade", "0001")
        self.flask("db", "upgrade")
        self.assertEqual(self.rows("SELECT * FROM task_tags"), [(1, 1)])
        self.assertEqual(self.rows("SELECT title FROM tasks"), [("Sweep",)])

    def test_one_name_once(self):
        self.flask("db", "upgrade")
        self.fill()
        columns = "username, email, password_hash, role, created_at"
        with self.assertRaisesRegex(Exception, "UNIQUE"), db.engine.begin() as connection:
            connection.execute(
                text(f"INSERT INTO users ({columns}) VALUES ('mary', 'x', '!', 'user', '2020')")  # noqa: S608
            )

    def test_no_drift(self):
        self.flask("db", "upgrade")
        self.flask("db", "check")

    def test_seed_outside_of_development(self):
        self.flask("db", "upgrade")
        self.flask("seed", status=1)
        self.assertEqual(self.rows("SELECT * FROM users"), [])

    def test_seed(self):
        self.flask("db", "upgrade")
        with mock.patch.dict(self.app.config, SAMPLE_DATA=True):
            self.flask("seed")
            self.flask("seed")
        self.assertEqual(self.rows("SELECT count(*) FROM tasks"), [(3,)])
