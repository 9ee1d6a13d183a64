"""Measures how many requests a second a stage's API answers, as ratios to a bare Flask view.

Both run under the same Gunicorn, on the same machine, and take turns. A ratio says what the work of
the API costs, whatever the machine is.
"""

import http.client
import json
import os
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workshop import starters, tools
from workshop.course import Stage
from workshop.errors import UsageError
from workshop.suite import servers
from workshop.suite.exchange import Recorder
from workshop.suite.servers import Server, free_port

ROWS = 20
# One process computes on one core, so that the load generator has another one.
_GUNICORN = ("--workers", "1", "--threads", "4", "--worker-class", "gthread")
_CONNECTIONS = 4
_BARE = """\
from flask import Flask

app = Flask(__name__)


@app.get("/")
def show():
    return {"status": "ok"}
"""
# wrk asks this for each request: a number in the query makes each a question of its own.
_SCRIPT = """\
local number = 0
local body = {body}
local headers = {{ {headers} }}
request = function()
  number = number + 1
  return wrk.format("{method}", "{path}" .. {suffix}, headers, body)
end
"""
_RATE = re.compile(r"Requests/sec:\s*([\d.]+)")
_REFUSED = re.compile(r"Non-2xx or 3xx responses: (\d+)")


@dataclass(frozen=True)
class Case:
    """One kind of request.

    Attributes:
        what: it, in words.
        path: where it goes.
        method: the HTTP method.
        body: what it sends.
        headers: its headers.
        varied: whether each is to be another question, so that no cache knows the answer.

    """

    what: str
    path: str
    method: str = "GET"
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    varied: bool = False

    def script(self) -> str:
        """Return what tells wrk to send it."""
        headers = ", ".join(
            f"[{_lua(name)}] = {_lua(value)}" for name, value in self.headers.items()
        )
        return _SCRIPT.format(
            body=_lua(self.body) if self.body else "nil",
            headers=headers,
            method=self.method,
            path=self.path,
            suffix='"?number=" .. number' if self.varied else '""',
        )


@dataclass(frozen=True)
class Row:
    """What was measured of a case: the median of its rates, and of its ratios to the bare view."""

    what: str
    rate: float
    ratio: float
    lowest: float
    highest: float


def measure(
    stage: Stage, rounds: int, seconds: int, progress: Callable[[int, int], None]
) -> list[Row]:
    """Measure the cases in turns, each round beginning with the bare view.

    Args:
        stage: whose solution is measured; it has a `gunicorn.conf.py`.
        rounds: how often each case is measured.
        seconds: how long each time, in whole seconds.
        progress: is told how many measurements are done, and of how many.

    Raises:
        UsageError: when wrk is not installed, or the stage cannot be served by Gunicorn.

    """
    wrk = tools.find("wrk")
    if not wrk:
        raise UsageError("wrk is not installed, and sends the load: `sudo apt install wrk`.")
    if not (stage.solution / "gunicorn.conf.py").exists():
        raise UsageError(f"Stage {stage.number} has no gunicorn.conf.py, so it cannot be measured.")
    with tempfile.TemporaryDirectory(prefix="workshop-bench-") as scratch, ExitStack() as running:
        bare = running.enter_context(_bare(Path(scratch)))
        api = running.enter_context(_api(stage, Path(scratch)))
        cases = _cases(api)
        rates: list[list[float]] = []
        for number in range(rounds):
            base = _load(wrk, Path(scratch), bare, Case("", "/"), seconds)
            rates.append([base])
            for at, case in enumerate(cases, 1):
                rates[-1].append(_load(wrk, Path(scratch), api, case, seconds))
                progress(number * len(cases) + at, rounds * len(cases))
    return [_row(case.what, rates, at) for at, case in enumerate(cases, 1)]


def _row(what: str, rates: list[list[float]], at: int) -> Row:
    ratios = [turn[at] / turn[0] for turn in rates]
    rate = statistics.median(turn[at] for turn in rates)
    return Row(what, rate, statistics.median(ratios), min(ratios), max(ratios))


def _cases(port: int) -> list[Case]:
    token = _ask(port, "POST", "/auth/login", {"username": "user", "password": "password"})[0]
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    for number in range(ROWS):
        _ask(port, "POST", "/api/tasks", {"title": f"Task {number}", "tags": ["bench"]}, headers)
    tag = _ask(port, "GET", "/api/tasks", None, headers)[1].get("ETag")
    task = json.dumps({"title": "One more"})
    json_headers = headers | {"Content-Type": "application/json"}
    found = [
        Case("GET /health, no token", "/health"),
        Case("GET /auth/me", "/auth/me", headers=headers),
        Case(f"list of {ROWS}, made each time", "/api/tasks", headers=headers, varied=True),
        Case(f"list of {ROWS}, the same", "/api/tasks", headers=headers),
        Case("one task, made each time", "/api/tasks/1", headers=headers, varied=True),
        Case("one task, the same", "/api/tasks/1", headers=headers),
    ]
    if tag:
        known = headers | {"If-None-Match": tag}
        found.append(Case(f"list of {ROWS}, 304", "/api/tasks", headers=known))
    return [*found, Case("create", "/api/tasks", "POST", task, json_headers)]


def _load(wrk: str, scratch: Path, port: int, case: Case, seconds: int) -> float:
    """Return how many requests a second were answered, by a 2xx or 3xx each."""
    script = scratch / "request.lua"
    script.write_text(case.script(), encoding="utf-8")
    words = [wrk, "-t1", f"-c{_CONNECTIONS}", f"-d{seconds}s", "-s", str(script)]
    done = subprocess.run(
        [*words, f"http://127.0.0.1:{port}"], capture_output=True, text=True, timeout=seconds + 30
    )
    rate, refused = _RATE.search(done.stdout), _REFUSED.search(done.stdout)
    assert rate is not None, f"wrk has measured nothing: {done.stdout}{done.stderr}"
    assert refused is None, f"{case.what}: {refused and refused[1]} requests were refused"
    return float(rate[1])


@contextmanager
def _bare(scratch: Path) -> Iterator[int]:
    folder = scratch / "bare"
    folder.mkdir()
    (folder / "wsgi.py").write_text(_BARE, encoding="utf-8")
    with _served(folder, scratch / "bare-log", {}) as port:
        yield port


@contextmanager
def _api(stage: Stage, scratch: Path) -> Iterator[int]:
    """Serve a solution as production would, with the sample, and limits that nobody meets."""
    folder = scratch / "api"
    for name, text in starters.solved(stage).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    address = f"sqlite:///{(scratch / 'api.db').as_posix()}"
    for command in stage.prepare:
        words = [sys.executable, "-m", "flask", "--app", "app", *command.split()]
        development = _environment({"DATABASE_URL": address})
        subprocess.run(words, cwd=folder, env=development, check=True, capture_output=True)
    limits = ("DEFAULT", "ADMIN", "LOGIN", "CREATE", "SEARCH")
    production = {
        "FLASK_CONFIG": "production",
        "DATABASE_URL": address,
        "SECRET_KEY": secrets.token_hex(),
        "JWT_SECRET_KEY": secrets.token_hex(),
        **{f"RATELIMIT_{name}": "100000000 per minute" for name in limits},
        # A moving window remembers each request, which is of use for small numbers only.
        "RATELIMIT_STRATEGY": "fixed-window",
        # Messages to workers go into a folder, and none works.
        "CELERY_BROKER_URL": f"filesystem://{(scratch / 'queue').as_posix()}",
        "SMTP_URL": "smtp://localhost",
        "MAIL_FROM": "api@localhost",
    }
    with _served(folder, scratch / "api-log", production) as port:
        yield port


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    ours = ("FLASK_", "RATELIMIT_", "REDIS_URL", "GUNICORN_CMD_ARGS")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | dict(
        more
    )


@contextmanager
def _served(folder: Path, log: Path, env: Mapping[str, str]) -> Iterator[int]:
    log.mkdir()
    port = free_port()
    command = servers.gunicorn(*_GUNICORN, "--bind", f"127.0.0.1:{port}")
    with servers.started(
        command, folder, log, _environment(env), Recorder(), connect=lambda s: _at(port, s)
    ) as server:
        _require(server)
        yield port


def _require(server: Server) -> None:
    if not server.answers():
        raise UsageError(f"Gunicorn does not start:\n{server.excerpt()}")


def _at(port: int, seconds: float) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)


def _ask(
    port: int, method: str, path: str, body: Any, headers: Mapping[str, str] | None = None
) -> tuple[Any, Mapping[str, str]]:
    """Send a request that has to succeed; return what came, and its headers."""
    with closing(_at(port, 10)) as connection:
        content = json.dumps(body) if body is not None else None
        kind = {"Content-Type": "application/json"} if body is not None else {}
        connection.request(method, path, content, kind | dict(headers or {}))
        answer = connection.getresponse()
        text = answer.read()
    assert answer.status < 300, f"{method} {path} is answered {answer.status}: {text[:200]!r}"
    return json.loads(text), dict(answer.getheaders())


def _lua(text: str) -> str:
    """Return a text as Lua writes it."""
    return json.dumps(text)
