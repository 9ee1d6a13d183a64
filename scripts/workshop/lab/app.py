"""A stage's app on the bench: a private copy, loaded in this process, with a database of its own.

The copy is taken at each start. So a student's last save is what runs, a variant can be made by
changing the text, and nothing is ever written into the course.
"""

import contextlib
import difflib
import io
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html import escape
from json import dumps
from pathlib import Path
from typing import Any, cast

from werkzeug.urls import iri_to_uri

from workshop import course, regions
from workshop.course import Stage
from workshop.errors import UsageError
from workshop.lab import walk
from workshop.lab.answer import Answer
from workshop.lab.canvas import Drawing
from workshop.lab.drawings import chain
from workshop.lab.patience import Patience
from workshop.lab.routes import UrlMap
from workshop.lab.table import Table
from workshop.paths import shown
from workshop.suite import servers, workers
from workshop.suite.client import RecordingClient
from workshop.suite.exchange import Exchange, Recorder
from workshop.suite.launch import Launcher
from workshop.suite.loader import AppLoader, LoadError
from workshop.suite.workers import Worker

TARGETS = ("solutions", "stages")
# How many ask a server at once, when its rate is measured.
_CLIENTS = 4

# One for all apps: the SQL of an engine is recorded by the launcher that started last.
_RECORDER = Recorder()
_FOLDERS: list[tempfile.TemporaryDirectory[str]] = []


def _statements() -> int:
    return len(_RECORDER.statements)


class LabError(Exception):
    """Something that the reader of a notebook can put right: shown as a line, no traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def start(
    number: int,
    *,
    of: str | None = None,
    replace: dict[str, str] | None = None,
    crash_at: str | None = None,
    env: dict[str, str] | None = None,
) -> "App":
    """Start the app of a stage.

    Args:
        number: the stage.
        of: `solutions` or `stages`; else what `WORKSHOP_TARGET` says, which is the solution unless
            it says `stages`.
        replace: changes of the source, for a variant: old text and new text; each old text must
            be there exactly once.
        crash_at: a path where a view is to raise, to see how the app answers.
        env: environment variables to set before.

    Raises:
        LabError: when there is no such app, it does not load, or a text to replace is not there.

    """
    stage, target = wanted(number, of)
    return App(stage, target, replace or {}, crash_at, env or {})


def wanted(number: int, of: str | None) -> tuple[Stage, str]:
    """Return a stage, and whether `solutions` or `stages` is meant: see `start`.

    Raises:
        LabError: when there is no such stage, or the target is neither.

    """
    target = of or os.environ.get("WORKSHOP_TARGET") or "solutions"
    if target not in TARGETS:
        raise LabError(f"WORKSHOP_TARGET={target} is neither `solutions` nor `stages`.")
    try:
        stage = course.find(str(number), "notebook")
    except UsageError as refusal:
        raise LabError(str(refusal)) from None
    return stage, target


class App:
    """A running app. Shows itself as what it is; `get`, `post` and so on send it requests."""

    def __init__(
        self,
        stage: Stage,
        target: str,
        replace: dict[str, str],
        crash_at: str | None,
        env: dict[str, str],
    ) -> None:
        self._stage = stage
        self._origin = stage.solution if target == "solutions" else stage.starter
        self._folder = _copy_of(self._origin)
        self._changes = [self._change(old, new) for old, new in replace.items()]
        self._crash_at = crash_at
        database = (self._folder / "instance" / "lab.db").as_posix()
        self._environment = {"DATABASE_URL": f"sqlite:///{database}", **env}
        self._is_prepared = False
        self._client = self._started()

    def get(self, path: str, **options: Any) -> Answer:
        """Send a GET."""
        return self.request("GET", path, **options)

    def head(self, path: str, **options: Any) -> Answer:
        """Send a HEAD."""
        return self.request("HEAD", path, **options)

    def post(self, path: str, **options: Any) -> Answer:
        """Send a POST."""
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Any) -> Answer:
        """Send a PUT."""
        return self.request("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Answer:
        """Send a PATCH."""
        return self.request("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Answer:
        """Send a DELETE."""
        return self.request("DELETE", path, **options)

    def request(self, method: str, path: str, **options: Any) -> Answer:
        """Send a request.

        Args:
            method: the method, as in `GET`.
            path: the path, with the query string if there is one.
            options: `json` for a body that is JSON, `data` for any other, `headers`, and what
                else Flask's test client takes.

        """
        before = len(_RECORDER.statements)
        path = iri_to_uri(path)  # as every client does before it sends
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            response: Any = self._client.open(path, method=method, **options)
        exchange: Exchange = response.exchange
        # A transcript keeps only the start of a long body; a cell may want to read all of it.
        exchange.answer_body = response.get_data().decode("utf-8", "replace")
        return Answer(exchange, _RECORDER.statements[before:], printed.getvalue())

    def walk(self, method: str, path: str, **options: Any) -> Drawing:
        """Send a request, and draw which functions of the app it went through."""
        loader = AppLoader(self._folder, self._stage.app)
        with walk.watched(loader, _statements) as steps:
            answer = self.request(method, path, **options)
        return walk.drawn(f"{answer.request_line} → {answer.status_line}", steps)

    def walk_of_start(self) -> Drawing:
        """Start the app again, and draw which of its functions make it."""
        loader = AppLoader(self._folder, self._stage.app)
        with walk.watched(loader, _statements) as steps:
            self._client = self._started()
        return walk.drawn("The app is made", steps)

    def restart(self) -> "App":
        """Stop the app and start it again, as a server would: the database stays."""
        self._client = self._started()
        return self

    def routes(self) -> Table:
        """Return the URL map: each rule with its methods and its view."""
        return self._url_map.table()

    def trace(self, method: str, path: str) -> Table:
        """Return how each rule of the URL map judges a request, the one that is taken marked."""
        return self._url_map.trace(method, path)

    def changes(self) -> "Difference":
        """Return what `replace` changed, as a diff."""
        return Difference(self._changes)

    @property
    def _url_map(self) -> UrlMap:
        return UrlMap(self._client.application.url_map)

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, str]:
        text = f"Stage {self._stage.number} · {self._stage.title} is served from "
        variant = ", changed" if self._changes else ""
        where = shown(self._origin)
        html = f"<p>{escape(text)}<code>{where}</code>{variant}.</p>"
        return {"text/html": html, "text/plain": f"{text}{where}{variant}."}

    def _change(self, old: str, new: str) -> tuple[str, str, str]:
        """Replace a text in the copy; return the file's name, and its text before and after."""
        files = [f for f in sorted(self._folder.rglob("*.py")) if old in _read(f)]
        if len(files) != 1 or _read(files[0]).count(old) != 1:
            raise LabError(
                f"The text to replace must be in {shown(self._origin)} exactly once: {old!r}."
            )
        before = _read(files[0])
        after = before.replace(old, new)
        files[0].write_text(after, encoding="utf-8")
        return files[0].relative_to(self._folder).as_posix(), before, after

    def _started(self) -> RecordingClient:
        loader = AppLoader(self._folder, self._stage.app)
        with _environment(self._environment):
            launcher = Launcher(loader, _RECORDER)
            try:
                if not self._is_prepared:
                    self._prepare(launcher)
                app = launcher.launch(crash_at=self._crash_at)
            except LoadError as error:
                raise LabError(_why_not_loaded(self._origin, error)) from None
        return cast(RecordingClient, app.test_client())

    def _prepare(self, launcher: Launcher) -> None:
        """Make the database ready, as `run-stage` does."""
        for command in self._stage.prepare:
            done = launcher.command(command.split(), {}, "", None)
            if done.exit_code != 0:
                raise LabError(f"`flask {command}` does not succeed:\n{done.output}")
        self._is_prepared = True

    def flask(self, command: str) -> str:
        """Run a command of the `flask` command line on the app, and return what it prints."""
        loader = AppLoader(self._folder, self._stage.app)
        with _environment(self._environment):
            return Launcher(loader, _RECORDER).command(command.split(), {}, "", None).output

    def query(self, statement: str) -> list[dict[str, Any]]:
        """Read the database without the app; return the rows, by the names of the columns."""
        file = self._environment["DATABASE_URL"].removeprefix("sqlite:///")
        with contextlib.closing(sqlite3.connect(file)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(statement)]

    def rate(
        self,
        server: str,
        ask: str = "GET /readiness",
        json: Any = None,
        *,
        headers: dict[str, str] | None = None,
        clients: int = _CLIENTS,
        seconds: float = 0.6,
    ) -> float:
        """Serve the app with a real server, and measure how many requests a second it answers.

        Args:
            server: `flask run`, or words for Gunicorn, such as `--workers 2 --threads 4`.
            ask: the method and the path of the request that is sent again and again.
            json: the body of the request.
            headers: its headers.
            clients: how many ask at once, each as soon as it has its answer.
            seconds: how long to measure.

        Raises:
            LabError: when the server does not start.

        """
        command = (
            servers.flask_run()
            if server == "flask run"
            else servers.gunicorn("--bind", "unix:{socket}", *server.split())
        )
        env = self._environment_of_a_process() | {"PYTHONPATH": str(Path(__file__).parents[2])}
        method, _, path = ask.partition(" ")
        with tempfile.TemporaryDirectory(prefix="workshop-lab-") as folder:
            started = servers.started(command, self._folder, Path(folder), env, Recorder())
            with started as running:
                if not running.answers():
                    raise LabError(f"`{server}` does not start:\n{running.excerpt()}")
                body = "" if json is None else dumps(json)
                words = [str(running.socket), method, path, body, dumps(headers or {})]
                words += [str(seconds), str(clients)]
                asking = [sys.executable, "-m", "workshop.lab.load", *words]
                return float(subprocess.check_output(asking, env=env, text=True))

    @contextlib.contextmanager
    def worker(
        self, processes: int = 1, env: dict[str, str] | None = None
    ) -> Iterator[Worker | Patience]:
        """Start a Celery worker of the app, with beat; it ends with the block.

        Args:
            processes: how many jobs it does at once.
            env: environment variables to set before, beside those of the app.

        """
        whole = self._environment_of_a_process() | (env or {})
        words = ("--beat", "--concurrency", str(processes))
        with (
            tempfile.TemporaryDirectory(prefix="workshop-lab-") as folder,
            workers.started(self._folder, Path(folder), whole, *words) as running,
        ):
            yield running if self._origin == self._stage.solution else Patience(running)

    def _environment_of_a_process(self) -> dict[str, str]:
        """Return the whole environment of a process that runs the app beside this one."""
        own = {k: v for k, v in os.environ.items() if not k.startswith("FLASK_")}
        # The sample, which is in the database, is for development.
        return own | {"FLASK_CONFIG": "development"} | self._environment

    def revisions(self) -> Drawing:
        """Draw the chain of revisions, and where in it the database is."""
        from alembic.script import ScriptDirectory

        script = ScriptDirectory(self._folder / "migrations")
        steps = [(step.revision, step.doc) for step in script.walk_revisions()][::-1]
        noted = self.query("SELECT version_num FROM alembic_version")
        return chain(steps, noted[0]["version_num"] if noted else None)


class Difference:
    """A change of source, shown as a diff."""

    def __init__(self, changes: list[tuple[str, str, str]]) -> None:
        self._changes = changes

    def text(self) -> str:
        """Return the diff."""
        lines: list[str] = []
        for name, before, after in self._changes:
            old, new = regions.solved(before).splitlines(), regions.solved(after).splitlines()
            diff = difflib.unified_diff(old, new, lineterm="", n=2)
            # Line numbers would change with every edit of the solution above them.
            lines += [name, *(line for line in diff if not line.startswith(("---", "+++", "@@")))]
        return "\n".join(lines)

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, str]:
        return {"text/html": f"<pre>{escape(self.text())}</pre>", "text/plain": self.text()}


def _copy_of(origin: Path) -> Path:
    if not origin.is_dir():
        raise LabError(f"There is no {shown(origin)}: `git checkout` brings it back.")
    scratch = tempfile.TemporaryDirectory(prefix="workshop-lab-", ignore_cleanup_errors=True)
    _FOLDERS.append(scratch)  # kept, and so not removed, until this process ends
    folder = Path(scratch.name).resolve() / origin.name
    shutil.copytree(origin, folder, ignore=shutil.ignore_patterns("instance", "__pycache__", ".*"))
    (folder / "instance").mkdir()
    return folder


@contextlib.contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """Load an app in an environment of its own; what it reads later is the notebook's."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("FLASK_")]:
        del os.environ[name]
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _why_not_loaded(origin: Path, error: LoadError) -> str:
    raised = error.raised
    if raised is None:
        return f"{shown(origin)} does not load. {error}"
    place = f"{shown(origin / raised.file)}, line {raised.line}" if raised.file else shown(origin)
    source = f"\n    {raised.source}" if raised.source else ""
    return f"{place} does not load. {raised.type}: {raised.message}{source}"


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")
