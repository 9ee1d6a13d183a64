"""How the checks of deployment files read them: as Docker and Compose do."""

import pytest

from workshop.suite import Finding
from workshop.suite.composefiles import Compose, is_from_outside
from workshop.suite.dockerfiles import (
    Dockerfile,
    assignments,
    is_ignored,
    is_pinned,
    parse,
    substituted,
)

TWO_STAGES = """\
# syntax=docker/dockerfile:1
ARG VERSION=3.13.11
FROM python:${VERSION}-slim AS base
WORKDIR /srv
ENV ROOT=/opt

FROM base as Build
COPY requirements.txt ./
RUN pip install \\
    # a comment in between
    --no-cache-dir \\
    -r requirements.txt && \\
    pip install extra==1.0
COPY app app

FROM base
USER 10:10
COPY --from=build /srv/app $ROOT/app
COPY wsgi.py app/__init__.py lib/
"""


@pytest.fixture
def folder(tmp_path):
    """Return a folder with a small app."""
    for name in ("wsgi.py", "requirements.txt", "app/__init__.py", "app/errors.py"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("")
    return tmp_path


@pytest.fixture
def dockerfile(folder):
    """Return a function that reads a Dockerfile beside the app."""

    def read(text):
        (folder / "Dockerfile").write_text(text)
        return Dockerfile(folder)

    return read


def test_instructions_are_lines_that_may_go_on():
    names = [(item.name, item.line) for item in parse(TWO_STAGES)]
    assert names[:4] == [("ARG", 2), ("FROM", 3), ("WORKDIR", 4), ("ENV", 5)]
    run = next(item for item in parse(TWO_STAGES) if item.name == "RUN")
    assert run.line == 9
    assert run.value.endswith("-r requirements.txt && pip install extra==1.0")


def test_a_document_is_no_instruction():
    text = "RUN <<ONE\npip install a\nONE\nCOPY <<-'TWO' /etc/x\n\tUSER root\n\tTWO\nUSER me\n"
    run, copy, user = parse(text)
    assert (run.documents, copy.documents) == (("pip install a",), ("USER root",))
    assert (user.name, user.value, user.line) == ("USER", "me", 7)


@pytest.mark.parametrize(
    "text, pairs",
    [
        ('ENV A=1 B="x y"', [("A", "1"), ("B", "x y")]),
        ("ENV A b c", [("A", "b c")]),
        ("ENV A 1  # why", [("A", "1  # why")]),
        ("ARG A", [("A", "")]),
        ("ARG A=1", [("A", "1")]),
    ],
)
def test_assignments(text, pairs):
    (item,) = parse(text)
    assert assignments(item) == pairs


@pytest.mark.parametrize(
    "text, value",
    [
        ("$A-$B", "1-"),
        ("${A}2", "12"),
        ("${B:-3}", "3"),
        ("${A:+4}", "4"),
        ("\\$A", "$"),
    ],
)
def test_variables(text, value):
    assert substituted(text, {"A": "1"}).removesuffix("A") == value


def test_stages_and_what_is_in_them(dockerfile):
    found = dockerfile(TWO_STAGES)
    base, build, final = found.stages
    assert [stage.base for stage in found.stages] == ["python:3.13.11-slim"] * 3
    assert found.stage("build") is build and found.stage("1") is build
    assert final.parent is base
    state = found.state(final)
    assert (state.user, state.folder, state.variables["ROOT"]) == ("10:10", "/srv", "/opt")
    assert state.files == {
        "/opt/app/__init__.py": "app/__init__.py",
        "/opt/app/errors.py": "app/errors.py",
        "/srv/lib/wsgi.py": "wsgi.py",
        "/srv/lib/__init__.py": "app/__init__.py",
    }


def test_what_pip_is_told(dockerfile):
    found = dockerfile(TWO_STAGES)
    first, second = found.installs(found.stages[1])
    assert (first.files, first.packages) == (("requirements.txt",), ())
    assert (second.files, second.packages) == ((), ("extra==1.0",))
    before = found.state(found.stages[1], first.run)
    assert before.files == {"/srv/requirements.txt": "requirements.txt"}


@pytest.mark.parametrize(
    "command, words, process",
    [
        ('CMD ["gunicorn", "a"]', ["gunicorn", "a"], ["gunicorn", "a"]),
        ("CMD gunicorn a", [], []),
        ('ENTRYPOINT ["tini"]\nCMD ["gunicorn"]', ["tini", "gunicorn"], ["tini", "gunicorn"]),
        ('CMD ["sh", "-c", "exec gunicorn a"]', ["sh", "-c", "exec gunicorn a"], ["gunicorn", "a"]),
    ],
)
def test_what_is_started(dockerfile, command, words, process):
    found = dockerfile(f"FROM scratch\n{command}\n")
    assert (found.command(), found.process()) == (words, process)


def test_without_from(dockerfile):
    with pytest.raises(Finding, match="FROM"):
        dockerfile("# nothing yet\n")


def test_a_source_that_is_kept_out(dockerfile, folder):
    (folder / ".dockerignore").write_text("# all\n*\n!app\n**/errors.py\n")
    found = dockerfile("FROM scratch\nCOPY wsgi.py app /x/\n")
    copy = found.final.own[0]
    assert found.missing(copy) == ["wsgi.py"]
    assert found.state(found.final).files["/x/__init__.py"] == "app/__init__.py"
    assert "/x/errors.py" not in found.state(found.final).files


@pytest.mark.parametrize(
    "path, pattern, ignored",
    [
        ("copy.db", "*.db", True),
        ("app/copy.db", "*.db", False),
        ("app/copy.db", "**/*.db", True),
        ("copy.db", "**/*.db", True),
        ("app/copy.db", "*/*.db", True),
        ("instance/x/tasks.db", "instance/", True),
        ("instance/tasks.db", "/instance", True),
        ("instances/tasks.db", "instance", False),
        ("app/a/b.pyc", "app/**/*.pyc", True),
        ("app/b.pyc", "app/**/*.pyc", True),
        (".env", ".env*", True),
        ("a1", "a[0-9]", True),
        ("ab", "a[^0-9]", True),
        ("ab", "a?", True),
    ],
)
def test_patterns(path, pattern, ignored):
    assert is_ignored(path, [pattern]) is ignored


def test_the_last_pattern_decides():
    assert not is_ignored("app/a.py", ["*", "!app"])
    assert is_ignored("app/a.py", ["!app", "*"])


@pytest.mark.parametrize(
    "image, pinned",
    [
        ("python", False),
        ("python:3", False),
        ("python:3.13-slim", False),
        ("python:3.13.11-slim", True),
        ("docker.io/library/python:3.13.11", True),
        ("registry:5000/python", False),
        ("postgres:17", False),
        ("postgres:17.6", True),
        ("postgres:latest", False),
        ("nginx@sha256:abc", True),
    ],
)
def test_pins(image, pinned):
    assert is_pinned(image) is pinned


@pytest.mark.parametrize(
    "text, outside",
    [
        ("${A}", True),
        ("$A", True),
        ("${A:?set it}", True),
        ("${A:-b}", False),
        ("b", False),
        ("b${A}", False),
    ],
)
def test_values_from_outside(text, outside):
    assert is_from_outside(text) is outside


COMPOSE = """\
x-app: &app
  env_file: [{path: ./.env}, other.env]
services:
  web:
    <<: *app
    build: .
    ports:
      - {target: 80, published: 8000}
      - 443
    depends_on: [migrate]
    environment: [A=1, B]
    deploy: {restart_policy: {condition: any}}
  migrate:
    restart: no
    depends_on: {db: {condition: service_healthy}}
    healthcheck: {disable: true}
  db:
    image: ${DB:-postgres:17.6}
    volumes: ["rows:/data:ro", {type: bind, source: ./x, target: /y}, /z]
    healthcheck: {test: pg_isready}
    environment: {PASSWORD: "${PASSWORD:?}$$X"}
"""


def test_forms_of_compose(tmp_path):
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    found = Compose(tmp_path)
    web, migrate, db = found.services.values()
    assert web.env_files == ["./.env", "other.env"]
    assert web.ports == ["8000:80", "443"]
    assert web.environment == {"A": "1", "B": ""}
    assert (web.restarts, migrate.restarts, db.restarts) == ("always", "no", "no")
    assert (web.line, db.line) == (4, 17)
    assert db.image == "postgres:17.6"
    assert [(m.source, m.target) for m in db.mounts] == [
        ("rows", "/data"),
        ("./x", "/y"),
        ("", "/z"),
    ]
    assert db.healthcheck == ["CMD-SHELL", "pg_isready"]
    assert migrate.healthcheck == [] and web.healthcheck is None
    assert found.waits_for("web") == {"migrate": {"service_started"}, "db": {"service_healthy"}}
    assert {v.name: v.line for v in found.variables()} == {"DB": 18, "PASSWORD": 21}


@pytest.mark.parametrize("text", ["", "services: {}\n", "services: [\n", "- a\n"])
def test_no_services(tmp_path, text):
    (tmp_path / "compose.yaml").write_text(text)
    with pytest.raises(Finding):
        Compose(tmp_path)


@pytest.mark.parametrize("origin", ["one", "0", "two", "1"])
def test_no_stage_copies_from_itself_or_from_a_later_one(tmp_path, origin):
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "Dockerfile").write_text(
        f"FROM a AS one\nCOPY a.txt /a.txt\nCOPY --from={origin} / /b\n"
        "FROM b AS two\nCOPY --from=one / /c\n"
    )
    read = Dockerfile(tmp_path)
    assert set(read.state(read.stages[0]).files) == {"/a.txt"}
    assert set(read.state(read.final).files) == {"/c/a.txt"}


def test_a_word_that_is_no_instruction_is_named_with_its_line(tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM a\nFORM b\n")
    with pytest.raises(Finding, match="no such instruction") as found:
        Dockerfile(tmp_path)
    assert found.value.fields["Found"] == ["Dockerfile, line 2: FORM b"]
