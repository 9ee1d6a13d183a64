"""Real servers, started here on free ports, in temporary folders, and ended by their process id."""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from workshop import course, starters
from workshop.course import Stage
from workshop.suite import rabbitmq_servers, redis_servers
from workshop.suite.exchange import Recorder
from workshop.suite.launch import Command, Launcher, preserved_environment
from workshop.suite.loader import AppLoader
from workshop.suite.rabbitmq_servers import RabbitMQ
from workshop.suite.redis_servers import Redis
from workshop.suite.servers import free_port
from workshop.tools import TOOLS, find

# Who runs a server when root runs the tests: `initdb` refuses root.
ORDINARY_USERS = ("postgres", "nobody")
SECONDS_TO_START = 60.0
# What Chromium would ask of its maker is no business of the page.
QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def postgres(require: Callable[[str, str], None]) -> Iterator["Postgres"]:
    """Return a PostgreSQL server of this run alone."""
    require("PostgreSQL", "postgresql")
    folder = Path(tempfile.mkdtemp(prefix="workshop-postgres-"))
    try:
        with Postgres(folder).running() as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def redis(require: Callable[[str, str], None]) -> Iterator[Redis]:
    """Return a real Redis, empty, which ends with the test."""
    require("Redis", "redis-server")
    with redis_servers.started(find("redis-server")) as started:
        yield started


@pytest.fixture(scope="module")
def rabbitmq(
    require: Callable[[str, str], None], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RabbitMQ]:
    """Return a real RabbitMQ."""
    require("RabbitMQ", "rabbitmq-server")
    with rabbitmq_servers.started(tmp_path_factory.mktemp("rabbitmq")) as started:
        yield started


@pytest.fixture(scope="session")
def require() -> Callable[[str, str], None]:
    """Return a function that fails where a server is not there: nothing is skipped in silence.

    It takes the name of the server, as in `TOOLS`, and the package it is in.
    """

    def require(name: str, package: str) -> None:
        if missing := TOOLS[name].missing():
            pytest.fail(
                f"{name} is not checked: no {' and no '.join(missing)} on this machine "
                f"(Debian and Ubuntu: `sudo apt install {package}`).",
                pytrace=False,
            )

    return require


@pytest.fixture
def page(require: Callable[[str, str], None]) -> Iterator[Any]:
    """Return a page of a real browser."""
    from playwright.sync_api import sync_playwright

    require("a browser", "chromium")
    program = next(filter(None, map(find, TOOLS["a browser"].programs[0])))
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=program, args=QUIET, chromium_sandbox=False
        )
        yield browser.new_page(viewport={"width": 1200, "height": 1000})
        browser.close()


class Postgres:
    """A PostgreSQL server with data of its own, which only this machine can reach."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._log = folder / "log"
        self._password = secrets.token_hex()
        self._port = 0
        self._names = iter(range(1_000))
        self._as: dict[str, Any] = {"cwd": folder, **ordinary_user()}
        if "user" in self._as:
            os.chown(folder, self._as["user"], self._as["group"])

    @contextmanager
    def running(self) -> Iterator["Postgres"]:
        """Make the data, start the server, and end it after the block."""
        self._initialize()
        process = self._start()
        try:
            yield self
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()  # some client has not closed its connection
                process.wait()

    @contextmanager
    def database(self, like: str = "template1") -> Iterator[str]:
        """Make a database, empty or a copy; return its address, and drop it after the block."""
        name = f"test_{next(self._names)}"
        # What somebody is connected to cannot be copied, and commands leave connections open.
        sessions = (
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{like}'"  # noqa: S608
        )
        self.run("postgres", sessions)
        self.run("postgres", f"CREATE DATABASE {name} TEMPLATE {like}")
        try:
            yield self.address(name)
        finally:
            self.run("postgres", f"DROP DATABASE {name} WITH (FORCE)")

    def address(self, name: str) -> str:
        """Return the address of a database."""
        return f"postgresql://workshop:{self._password}@127.0.0.1:{self._port}/{name}"

    def run(self, name: str, statement: str) -> list[tuple[Any, ...]]:
        """Run one statement of SQL in a database; return its rows."""
        import psycopg

        with psycopg.connect(self.address(name), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def _initialize(self) -> None:
        password = self._folder / "password"
        password.write_text(self._password)
        if "user" in self._as:
            os.chown(password, self._as["user"], self._as["group"])
        words = ["-D", str(self._data), "-U", "workshop", "-A", "scram-sha-256"]
        words += ["--pwfile", str(password), "-E", "UTF8", "--no-locale", "--no-sync"]
        done = subprocess.run(
            [find("initdb"), *words], capture_output=True, text=True, timeout=120, **self._as
        )
        assert done.returncode == 0, f"initdb failed: {done.stderr or done.stdout}"

    def _start(self) -> "subprocess.Popen[bytes]":
        for _attempt in range(3):  # somebody may take the port between the question and the start
            self._port = free_port()
            settings = [f"port={self._port}", "listen_addresses=127.0.0.1", "fsync=off"]
            settings += [f"unix_socket_directories={self._folder}"]
            words = [word for setting in settings for word in ("-c", setting)]
            with self._log.open("wb") as log:
                process = subprocess.Popen(
                    [find("postgres"), "-D", str(self._data), *words],
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    stdin=subprocess.DEVNULL,
                    **self._as,
                )
            if self._answers(process):
                return process
        raise AssertionError(f"PostgreSQL does not start:\n{self._log.read_text()[-2000:]}")

    def _answers(self, process: "subprocess.Popen[bytes]") -> bool:
        """Wait for the server; tell whether it has come up."""
        import psycopg

        until = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < until:
            if process.poll() is not None:
                return False
            try:
                self.run("postgres", "SELECT 1")
                return True
            except psycopg.OperationalError:
                time.sleep(0.05)
        process.kill()
        process.wait()
        return False


def ordinary_user() -> dict[str, int]:
    """Return what starts a process as an ordinary user, where these tests run as root."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return {}
    import pwd

    for name in ORDINARY_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid}
    pytest.fail(f"PostgreSQL refuses root, and there is no user {' or '.join(ORDINARY_USERS)}.")


@pytest.fixture(scope="session", name="free_port")
def free_port_fixture() -> Callable[[], int]:
    """Return the function that finds a free port."""
    return free_port


class App:
    """The solved app of a stage, on a database that is given by its address."""

    def __init__(self, stage: Stage, folder: Path, address: str) -> None:
        for name, text in starters.solved(stage).items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        self._environment = {"DATABASE_URL": address}
        self._loader = AppLoader(folder, stage.app)
        self._launcher = Launcher(self._loader, Recorder())

    def flask(self, *words: str) -> Command:
        """Run a command of the `flask` command line."""
        return self._launcher.command(words, self._environment, "", None)

    def done(self, *commands: str) -> None:
        """Run commands that have to succeed."""
        for command in commands:
            ended = self.flask(*command.split())
            assert ended.exit_code == 0, f"`flask {command}`: {ended.output}"

    def client(self) -> Any:
        """Start the app, and return a client of it."""
        return self._launcher.launch(self._environment).test_client()

    def close(self) -> None:
        """Give back what the app holds."""
        self._launcher.close()
        self._loader.forget()


@pytest.fixture(scope="session")
def sample(
    postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[int], str]]:
    """Return a function that names a database with a stage's sample, to make copies of."""
    made: dict[int, str] = {}
    with ExitStack() as databases:

        def sample(number: int) -> str:
            if number not in made:
                address = databases.enter_context(postgres.database())
                stage = course.find(str(number), "test-services")
                app = App(stage, tmp_path_factory.mktemp("sample"), address)
                app.done(*stage.prepare)
                app.close()
                made[number] = address.rpartition("/")[2]
            return made[number]

        yield sample


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[int, str], App]]:
    """Return a function that makes the app of a stage, on the database at an address."""
    apps: list[App] = []

    def make(number: int, address: str) -> App:
        stage = course.find(str(number), "test-services")
        apps.append(App(stage, tmp_path / f"app{len(apps)}", address))
        return apps[-1]

    with preserved_environment():
        yield make
        for app in apps:
            app.close()


class Caller:
    """A client that is logged in."""

    def __init__(self, client: Any, name: str, password: str) -> None:
        login = client.post("/auth/login", json={"username": name, "password": password})
        assert login.status_code == 200, login.text
        token = login.get_json()["access_token"]
        self._client = client
        self._headers = {"Authorization": f"Bearer {token}"}

    def request(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request, with a JSON body if one is given."""
        options = {} if body is None else {"json": body}
        return self._client.open(path, method=method, headers=self._headers, **options)

    def data(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request that has to succeed; return its data."""
        response = self.request(method, path, body)
        assert response.status_code in (200, 201), response.text
        return response.get_json()["data"]


@pytest.fixture
def log_in() -> Callable[..., Caller]:
    """Return a function that logs a client in, as one of the sample's users by default."""

    def log_in(client: Any, name: str, password: str = "password") -> Caller:  # noqa: S107
        return Caller(client, name, password)

    return log_in


def rows_of(server: Postgres, name: str, tables: Sequence[str]) -> dict[str, list[Any]]:
    """Return all rows of tables, without the day on which a task is due."""
    return {
        table: sorted(
            str({key: value for key, value in row[0].items() if key != "due_date"})
            for row in server.run(name, f"SELECT to_jsonb(t) FROM {table} t")  # noqa: S608
        )
        for table in tables
    }


@pytest.fixture
def rows() -> Callable[..., dict[str, list[Any]]]:
    """Return the function that reads all rows of tables."""
    return rows_of
