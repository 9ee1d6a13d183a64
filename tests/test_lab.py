"""The lab shows what went over the wire, the same in every run, and leaves the course alone."""

import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest

from workshop import lab
from workshop.lab import wire
from workshop.lab.answer import Answer
from workshop.lab.patience import Patience
from workshop.suite.exchange import Exchange, Raised
from workshop.suite.workers import Worker

STAGE_TOML = """\
title = "Tiny"
app = "app:app"
changes = ["app.py"]
tasks = []
"""
APP = """\
import sys
from flask import Flask, abort, request

app = Flask(__name__)


@app.get("/hello/<name>")
def hello(name):
    print("said hello")
    return {"greeting": name, "at": "2026-01-02T03:04:05.678901+00:00"}


@app.post("/number/<int:number>")
def number(number):
    abort(418)


@app.get("/broken")
def broken():
    return {}["nothing"]
"""


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a course of one tiny stage, which the lab takes for the course."""
    for folder in ("stages", "solutions"):
        (tmp_path / folder / "01_tiny").mkdir(parents=True)
        (tmp_path / folder / "01_tiny" / "app.py").write_text(APP)
    (tmp_path / "stages" / "01_tiny" / "stage.toml").write_text(STAGE_TOML)
    monkeypatch.setenv("WORKSHOP_COURSE", str(tmp_path))
    monkeypatch.delenv("WORKSHOP_TARGET", raising=False)
    return tmp_path


def shown(thing: object) -> dict[str, str]:
    """Return what a notebook would show of a thing."""
    bundle: dict[str, str] = thing._repr_mimebundle_()  # type: ignore[attr-defined]
    return bundle


@pytest.mark.usefixtures("course")
def test_an_exchange_shows_request_and_response_without_the_time() -> None:
    answer = lab.start(1).get("/hello/Zoë B")
    assert shown(answer)["text/plain"].splitlines() == [
        "> GET /hello/Zo%C3%AB%20B HTTP/1.1",
        "> Host: localhost",
        "< HTTP/1.1 200 OK",
        "< Content-Type: application/json",
        "< Content-Length: 66",
        "<",
        '< {"at": "YYYY-MM-DDThh:mm:ss+00:00", "greeting": "Zo\\u00eb B"}',
        "Printed or logged by the server:",
        "  said hello",
    ]
    assert answer.json["greeting"] == "Zoë B"


@pytest.mark.usefixtures("course")
def test_markup_in_an_answer_is_text_in_html() -> None:
    answer = lab.start(1).get("/hello/<b>")
    assert "<b>" not in shown(answer)["text/html"]
    assert "&lt;b&gt;" in shown(answer)["text/html"]


@pytest.mark.usefixtures("course")
def test_an_exception_is_told_in_lines_and_not_as_a_traceback() -> None:
    text = shown(lab.start(1).get("/broken"))["text/plain"]
    assert "KeyError: 'nothing'" in text
    assert "app.py, line 20" in text
    assert "Traceback" not in text
    assert "site-packages" not in text


@pytest.mark.usefixtures("course")
def test_the_trace_says_why_a_rule_does_not_fit() -> None:
    app = lab.start(1)
    text = shown(app.trace("POST", "/number/seven"))["text/plain"]
    assert text.startswith("POST /number/seven -> 404")
    assert "'seven' is not int number" in text
    assert "> /number/<int:number>" in shown(app.trace("POST", "/number/7"))["text/plain"]
    assert "-> 405" in shown(app.trace("GET", "/number/7"))["text/plain"]
    assert "the path fits, GET does not" in shown(app.trace("GET", "/number/7"))["text/plain"]


def test_a_variant_changes_a_copy_and_leaves_the_course_alone(course: Path) -> None:
    before = {p: p.read_bytes() for p in course.rglob("*") if p.is_file()}
    variant = lab.start(1, replace={"abort(418)": "return str(number)"})
    assert variant.post("/number/7").text == "7"
    assert "-    abort(418)" in shown(variant.changes())["text/plain"]
    assert lab.start(1).post("/number/7").status == 418
    assert {p: p.read_bytes() for p in course.rglob("*") if p.is_file()} == before


def test_a_start_runs_what_was_saved_last(course: Path) -> None:
    file = course / "solutions" / "01_tiny" / "app.py"
    assert lab.start(1).post("/number/7").status == 418
    file.write_text(APP.replace("418", "409"))
    assert lab.start(1).post("/number/7").status == 409


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"number": 7}, "There is no stage 7"),
        ({"number": 1, "of": "mine"}, "neither `solutions` nor `stages`"),
        ({"number": 1, "replace": {"not there": ""}}, "exactly once"),
        ({"number": 1, "replace": {"return": ""}}, "exactly once"),
    ],
)
@pytest.mark.usefixtures("course")
def test_what_cannot_be_started_is_told_in_a_line(
    arguments: dict[str, object], message: str
) -> None:
    with pytest.raises(lab.LabError, match=message) as raised:
        lab.start(**arguments)  # type: ignore[arg-type]
    assert raised.value._render_traceback_() == [str(raised.value)]


def test_an_app_that_does_not_load_is_named_with_its_line(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (course / "stages" / "01_tiny" / "app.py").write_text("from flask import Flask\napp = Flask(\n")
    monkeypatch.setenv("WORKSHOP_TARGET", "stages")
    with pytest.raises(lab.LabError, match=r"stages/01_tiny/app\.py, line 2 does not load"):
        lab.start(1)


@pytest.mark.usefixtures("course")
def test_drawings_are_small_pictures_with_words() -> None:
    app = lab.start(1)
    hello = app.get("/hello/you?q=1")
    drawings = [
        lab.anatomy(hello),
        lab.converters(["int", "string"], ["1", "a"]),
        lab.decisions([("Is it there?", "no", 404, app.get("/no"))], end=(204, hello)),
        lab.lines({"one": {1: 1, 2: 2}, "none": {1: None}}, x="n", y="m", title="Growth"),
        lab.spans({"long": (0, 90), "short": (1, 5)}, until=60, x="min", cut={"short": 3}),
        lab.matrix({"a": {"x": "+yes", "y": "-no"}, "b": {}}, columns=["x", "y"], title="All"),
        lab.matrix({}, columns=[]),
    ]
    for drawing in drawings:
        assert drawing.png.startswith(b"\x89PNG")
        assert len(drawing.png) < 40_000
        assert b"Software" not in drawing.png
        data, metadata = drawing._repr_mimebundle_()
        assert metadata["image/png"]["alt"] == data["text/plain"]
    assert "query string ?q=1" in drawings[0].words
    assert drawings[1].words.splitlines() == ["/1: int as 1, string as '1'", "/a: string as 'a'"]
    assert "200 OK  (not 204)" in drawings[2].words
    assert drawings[3].words.splitlines() == [
        "Growth",
        "one: 1 at 1, 2 at 2",
        "none: nothing was measured",
    ]
    assert drawings[4].words.splitlines() == ["long: 0 to 90", "short: 1 to 5, ended at 3"]
    assert drawings[5].words.splitlines() == ["All", "a: x +yes, y -no", "b: nothing"]
    assert drawings[6].words == "there is nothing to be drawn"


def test_what_is_random_is_not_shown() -> None:
    exchange = Exchange("GET", "/x", [("Authorization", "Bearer eyJhbGciOiJI.eyJzdWIi.c2ln-_A")])
    exchange.answer_headers = [("X-Request-ID", "0123456789abcdef" * 2)]
    text = shown(Answer(exchange))["text/plain"]
    assert "> Authorization: Bearer eyJhbGci....\n" in text
    assert "< X-Request-ID: (made for this request)" in text


def test_a_passage_says_what_became_of_each_field() -> None:
    sent = '{"title": " Tea ", "status": "pending", "color": "red"}'
    made = '{"data": {"title": "Tea", "status": "pending", "id": 4}}'
    refused = '{"error": {"details": {"color": ["Unknown field."]}}}'
    json_type = [("Content-Type", "application/json")]

    def words_of(sent: str, answer: str, status: int = 422) -> str:
        exchange = Exchange("POST", "/x", body=sent, status=status)
        exchange.answer_headers, exchange.answer_body = json_type, answer
        return lab.passage(Answer(exchange)).words

    words = words_of(sent, made, 201)
    assert words.splitlines() == [
        "POST /x -> 201",
        'title: " Tea " sent, taken, and put in order, "Tea" shown',
        'status: "pending" sent, taken as it is, "pending" shown',
        'color: "red" sent, right, and yet not taken, nothing shown',
        "id: nothing sent, filled in, 4 shown",
    ]
    words = words_of(sent, refused)
    assert words.splitlines()[-1] == 'color: "red" sent, Unknown field., nothing shown'
    assert words_of("[", "no JSON") == "POST /x -> 422"


def test_a_drawing_is_the_same_twice() -> None:
    def draw() -> bytes:
        return lab.converters(["int", "path"], ["1", "a/b"]).png

    assert draw() == draw()


def test_equal_statements_are_shown_once_with_their_number() -> None:
    answer = Answer(Exchange("GET", "/x", status=200), ["SELECT 1", "SELECT 2", "SELECT 2"])
    text = shown(answer.sql)["text/plain"]
    assert text.splitlines()[0] == "GET /x -> 200: 3 statements"
    assert [line.split() for line in text.splitlines()[3:]] == [
        ["1", "SELECT", "1"],
        ["2", "SELECT", "2"],
    ]


def test_an_error_that_the_app_answers_is_not_shown_as_raised() -> None:
    raised = Raised("ApiError", "no such task", "app.py", 3, "raise ApiError()")
    assert (
        "Raised"
        not in shown(Answer(Exchange("GET", "/x", status=404, raised=raised)))["text/plain"]
    )
    assert "Raised" in shown(Answer(Exchange("GET", "/x", status=501, raised=raised)))["text/plain"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "{}"),
        ([], "[]"),
        ({"a": [1, 2]}, '{"a": [1, 2]}'),
        ({"a": "x" * 80}, '{\n  "a": "' + "x" * 80 + '"\n}'),
        (["x" * 40, "y" * 40], '[\n  "' + "x" * 40 + '",\n  "' + "y" * 40 + '"\n]'),
    ],
)
def test_json_is_folded_only_where_it_is_long(value: object, text: str) -> None:
    assert wire.folded(value) == text


def test_a_log_loses_times_and_tracebacks() -> None:
    log = (
        "[2026-01-02 03:04:05,678] ERROR in app: it failed\n"
        "Traceback (most recent call last):\n"
        '  File "/home/me/app.py", line 3, in view\n'
        "    raise KeyError('x')\n"
        "KeyError: 'x'\n"
    )
    assert wire.short_log(log) == "ERROR in app: it failed\nKeyError: 'x'"


def test_the_lab_loads_no_plotting_library_until_something_is_drawn() -> None:
    code = "import sys; from workshop import lab; print('matplotlib' in sys.modules)"
    scripts = Path(lab.__file__).parents[2]
    found = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(scripts)},
        capture_output=True,
        check=True,
    )
    assert found.stdout.strip() == b"False"


def test_a_walk_names_the_functions_that_ran_and_who_called_them(course: Path) -> None:
    (course / "solutions" / "01_tiny" / "words.py").write_text(
        'def word(text):\n    """Say it.\n\n    More."""\n    return text\n'
    )
    (course / "solutions" / "01_tiny" / "app.py").write_text(
        "from flask import Flask\nfrom words import word\n\napp = Flask(__name__)\n\n\n"
        '@app.get("/hello")\ndef hello():\n    """Greet."""\n'
        '    return {"words": [word("a"), word("b")]}\n\n\n'
        "@app.after_request\ndef last(answer):\n    return answer\n"
    )
    app = lab.start(1)
    assert app.walk("GET", "/hello").words.splitlines() == [
        "GET /hello → 200 OK",
        "app.py hello(): Greet.",
        "  words.py word() 2 times: Say it.",
        "app.py last(): ",
    ]
    assert app.walk("GET", "/nowhere").png == app.walk("GET", "/nowhere").png
    assert app.walk_of_start().words == "The app is made"


class Watched:
    """A worker that notes how long it is waited for; what is waited for comes, or does not."""

    def __init__(self, *comes: bool) -> None:
        self.waits: list[float] = []
        self._comes = iter(comes)

    def until(self, _is_done: object, seconds: float) -> bool:
        self.waits.append(seconds)
        return next(self._comes)

    def log(self) -> str:
        return "ready"


def test_who_has_waited_in_vain_waits_less_until_something_comes() -> None:
    worker = Watched(True, False, False, False, True, True)
    patience = Patience(cast("Worker", worker))
    came = [patience.until(bool, seconds) for seconds in (8, 8, 8, 8, 0.5, 8)]
    assert came == [True, False, False, False, True, True]
    assert worker.waits == [8, 8, 4, 2, 0.5, 8]
    assert patience.log() == "ready"
