"""What the tests of this stage share: clients that are logged in, revisions, databases as files."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from workshop.suite import expect

SECRET = "for these tests alone, and signs nothing real"  # noqa: S105  # no credential
# Tables that are not the application's.
NOT_OURS = ("alembic_version", "sqlite_sequence")


def path_of(url):
    """Return where the file of a SQLite address is."""
    return Path(url.removeprefix("sqlite:///"))


@pytest.fixture(scope="session", autouse=True)
def key():
    """Let every app of this run sign with one key, so that a token is good at each of them."""
    os.environ["JWT_SECRET_KEY"] = SECRET


@pytest.fixture(scope="session")
def tokens():
    """Return the access tokens that were made so far: hashing a password is slow on purpose."""
    return {}


class Caller:
    """A client that sends the access token of somebody with each request."""

    def __init__(self, client, token):
        self._client = client
        self._headers = {"Authorization": f"Bearer {token}"}

    def __getattr__(self, method):
        def send(path, headers=None, **options):
            headers = self._headers | (headers or {})
            return getattr(self._client, method)(path, headers=headers, **options)

        return send


@pytest.fixture
def logged_in(tokens, recorder):
    """Return a function that logs a client in as one of the sample's users.

    A token for a purpose of its own can be revoked: the database that knows of it ends with the
    test, and the token is good in the next one.
    """

    def logged_in(client, name, purpose=""):
        if (name, purpose) not in tokens:
            fields = {"username": name, "password": "password"}
            response = client.post("/auth/login", json=fields)
            expect(response).status(
                200, "the sample has this user: `flask seed`, after `flask db upgrade`, adds it"
            )
            tokens[name, purpose] = response.get_json()["access_token"]
            recorder.exchanges.clear()  # it is asked once, and no part of the test
        return Caller(client, tokens[name, purpose])

    return logged_in


@pytest.fixture
def user(client, logged_in):
    """Return a client that is logged in as `user`."""
    return logged_in(client, "user")


@pytest.fixture
def admin(client, logged_in):
    """Return a client that is logged in as `admin`."""
    return logged_in(client, "admin")


@pytest.fixture
def create(user):
    """Return a function that creates a task and returns it as the app answered."""

    def create(**fields):
        response = user.post("/api/tasks", json={"title": "Read the log"} | fields)
        expect(response).status(201, "a right request for a new task is answered 201 Created")
        return response.get_json()["data"]

    return create


@pytest.fixture
def database(launcher):
    """Return the database of this test, seen from outside the app."""
    return Database(os.environ["DATABASE_URL"])


@pytest.fixture
def empty(new_database):
    """Return a database that does not exist yet."""
    return Database(new_database())


class Database:
    """A SQLite database, read and written without the app."""

    def __init__(self, url):
        self.url = url
        self.path = path_of(url)

    def run(self, statement, *values):
        """Run one statement of SQL, and return its rows."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            return connection.execute(statement, values).fetchall()

    def tables(self):
        """Return the names of the application's tables."""
        if not self.path.exists():
            return []
        names = self.run("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return [name for (name,) in names if name not in NOT_OURS]

    def columns(self, table):
        """Return the names of a table's columns."""
        return [name for (name,) in self.run("SELECT name FROM pragma_table_info(?)", table)]

    def may_be_null(self, table, column):
        """Tell whether a column may be empty."""
        found = 'SELECT "notnull" FROM pragma_table_info(?) WHERE name = ?'
        return self.run(found, table, column) == [(0,)]

    def rows(self):
        """Return all rows of each table, without the day on which a task is due."""
        return {
            table: [dict(zip(names, row, strict=True)) for row in self._rows(table, names)]
            for table in self.tables()
            for names in [[name for name in self.columns(table) if name != "due_date"]]
        }

    def _rows(self, table, names):
        columns = ", ".join(f'"{name}"' for name in names)
        return self.run(f'SELECT {columns} FROM "{table}" ORDER BY {columns}')  # noqa: S608

    def counts(self):
        """Return how many rows each table has."""
        return {table: len(rows) for table, rows in self.rows().items()}

    def revision(self):
        """Return the revision that Alembic has noted down; None when there is none."""
        noted = self.run("SELECT name FROM sqlite_master WHERE name = 'alembic_version'")
        rows = self.run("SELECT version_num FROM alembic_version") if noted else []
        return rows[0][0] if rows else None

    def fill_from(self, other):
        """Copy the rows of another database, as far as there are columns for them."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute("ATTACH ? AS other", (str(other.path),))
            for table in self.tables():
                known = self.columns(table)
                names = [f'"{name}"' for name in other.columns(table) if name in known]
                if names:
                    columns = ", ".join(names)
                    copy = (
                        f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM other."{table}"'  # noqa: S608
                    )
                    connection.execute(copy)


@pytest.fixture
def migrate(cli):
    """Return a function that runs `flask db` with some words on a database, and expects success."""

    def migrate(database, *words):
        done = cli("db", *words, env={"DATABASE_URL": database.url})
        succeeds = done.exit_code == 0
        assert succeeds, (
            f"`flask db {' '.join(words)}` ends with exit code {done.exit_code}: "
            f"{said(done) or 'its words are in the log'}"
        )

    return migrate


@pytest.fixture(name="said")
def said_fixture():
    """Return the function that finds what stopped a command in what it has printed."""
    return said


def said(done):
    """Return the line of what a command has printed that says what stopped it."""
    lines = [line for line in done.output.splitlines() if line.strip()]
    return next((line for line in lines if "Error" in line), lines[-1] if lines else "")[:400]


@pytest.fixture
def seed(cli):
    """Return a function that runs `flask seed`, and expects success."""

    def seed(database):
        done = cli("seed", env={"DATABASE_URL": database.url})
        succeeds = done.exit_code == 0
        assert succeeds, (
            "`flask seed` has nothing to add here, and that is no error: it is typed before each "
            f"start. It ends with exit code {done.exit_code}: {said(done)}"
        )

    return seed


@pytest.fixture(scope="session")
def revisions():
    """Return the names of the first and the last revision, once they are known."""
    return {}


@pytest.fixture
def first(revisions, migrate, new_database):
    """Return the name of the first revision, which Alembic notes down in a new database."""
    if "first" not in revisions:
        scratch = Database(new_database())
        migrate(scratch, "upgrade", "+1")
        revisions["first"] = scratch.revision()
    return revisions["first"]


ONE_REVISION = (
    "the revisions end with the first one: the column needs a second revision. "
    "`flask db migrate -m 'add due_date to tasks'` writes it, once the model has the column"
)


@pytest.fixture
def down_and_up(database, migrate, first):
    """Return a function that takes the database of the test down to the first revision, and up."""

    def down_and_up():
        assert database.revision() != first, ONE_REVISION
        if "due_date" in database.columns("tasks"):
            database.run("UPDATE tasks SET due_date = '2030-01-31'")  # these days go, no row does
        migrate(database, "downgrade", first)
        assert "due_date" not in database.columns("tasks"), (
            "`flask db downgrade` takes the column away again: a downgrade undoes its upgrade"
        )
        migrate(database, "upgrade")

    return down_and_up


@pytest.fixture
def some_rows(create, client, logged_in, recorder):
    """Put a row into every table, two tasks with shared tags among them."""
    create(title="Water the plants", tags=["home", "green"])
    create(title="Buy soil", tags=["green"])
    logged_in(client, "user", "to be revoked").post("/auth/logout")
    recorder.exchanges.clear()  # the test is about what becomes of the rows


@pytest.fixture
def copied_folder(launcher, scratch):
    """Return a copy of the folder `migrations`, to which a test may add revisions."""
    target = scratch / "migrations"
    shutil.rmtree(target, ignore_errors=True)
    source = launcher.directory / "migrations"
    assert source.is_dir(), "the revisions are in the folder `migrations`, beside `app`"
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    return target


REVISION = '''\
"""One more revision, to see how it is run."""

import sqlalchemy as sa
from alembic import op

revision = "one_more"
down_revision = {after!r}
branch_labels = None
depends_on = None


def upgrade():
    {steps}


def downgrade():
    pass
'''


@pytest.fixture
def one_more(copied_folder, database, cli):
    """Return a function that runs one more revision, of these steps, on the database."""

    def one_more(*steps):
        text = REVISION.format(after=database.revision(), steps="\n    ".join(steps))
        (copied_folder / "versions" / "one_more.py").write_text(text, encoding="utf-8")
        return cli("db", "upgrade", "-d", str(copied_folder))

    return one_more


@pytest.fixture
def autogenerate(copied_folder, cli):
    """Return a function that returns what `flask db migrate` writes for a database."""

    def autogenerate(database, *, anew=False):
        if anew:  # as if there were no revisions yet
            shutil.rmtree(copied_folder / "versions")
            (copied_folder / "versions").mkdir()
        before = set((copied_folder / "versions").glob("*.py"))
        words = ("db", "migrate", "-d", str(copied_folder), "-m", "written by a test")
        done = cli(*words, env={"DATABASE_URL": database.url})
        assert done.exit_code == 0, (
            f"`flask db migrate` ends with exit code {done.exit_code}: {said(done)}"
        )
        written = set((copied_folder / "versions").glob("*.py")) - before
        assert written, (
            "`flask db migrate` writes a revision, for the models differ from the tables"
        )
        return written.pop().read_text(encoding="utf-8")

    return autogenerate


@pytest.fixture
def expect_error():
    """Return a function that expects an error in the envelope, and returns it."""

    def expect_error(response, status, code=None, why=""):
        expect(response).status(status, why)
        expect(response).contains(
            {"status": "error"}, "every error has the envelope of stage 3, whoever raises it"
        )
        if code:
            expect(response).contains({"error": {"code": code}}, "programs decide by the code")
        return response.get_json()["error"]

    return expect_error
