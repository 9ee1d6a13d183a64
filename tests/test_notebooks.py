"""Notebooks run, show what is committed, and leave nothing behind; a failure names its cell."""

import argparse
import ast
import base64
import copy
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from workshop import course, notebooks, starters
from workshop.commands import notebooks as command
from workshop.course import Stage
from workshop.errors import UsageError
from workshop.paths import REPOSITORY

WITH_NOTEBOOK = [stage for stage in course.stages() if notebooks.has_notebook(stage)]
NUMBERS = [stage.number for stage in WITH_NOTEBOOK]
# What waits for workers does not run beside others, which make it wait longer.
SOME_ALONE = [
    pytest.param(stage.number, marks=[pytest.mark.alone] if stage.waits else [])
    for stage in WITH_NOTEBOOK
]

STAGE_TOML = 'title = "Tiny"\napp = "app:app"\nchanges = ["app.py"]\ntasks = []\n'
PNG = b"\x89PNG\r\n\x1a\n"


def copied(number: int, place: Path) -> Stage:
    """Return a stage in a copy of its own, with the starter that its solution yields.

    Beside it are the other stages whose apps its notebook starts.
    """
    stage = course.find(str(number), "notebook")
    text = stage.notebook.read_text(encoding="utf-8")
    for named in {str(number), *re.findall(r"lab\.start\((\d+)", text)}:
        copy_app(course.find(named, "notebook"), place)
    (place / "notebooks").mkdir()
    shutil.copy(stage.notebook, place / "notebooks")
    return course.load(place / "stages" / stage.name)


def copy_app(stage: Stage, place: Path) -> None:
    """Copy a stage's solution, and make its starter anew."""
    keep_out = shutil.ignore_patterns("instance", "__pycache__")
    shutil.copytree(stage.solution, place / "solutions" / stage.name, ignore=keep_out)
    starter = place / "stages" / stage.name
    starter.mkdir(parents=True)
    shutil.copy(stage.starter / "stage.toml", starter)
    for name, text in starters.yielded(stage).items():
        (starter / name).parent.mkdir(parents=True, exist_ok=True)
        (starter / name).write_text(text, encoding="utf-8")


def files_below(folder: Path) -> dict[Path, bytes]:
    """Return the content of every file below a folder."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def made(place: Path, *sources: str, tags: tuple[str, ...] = ()) -> Stage:
    """Return a tiny stage whose notebook has these code cells, the last one tagged."""
    starter = place / "stages" / "01_tiny"
    starter.mkdir(parents=True)
    (starter / "stage.toml").write_text(STAGE_TOML)
    cells: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "id": f"code-{number}",
            "metadata": {"tags": list(tags)} if tags and source == sources[-1] else {},
            "execution_count": None,
            "outputs": [],
            "source": source,
        }
        for number, source in enumerate(sources, start=1)
    ]
    stage = course.load(starter)
    stage.notebook.parent.mkdir()
    document = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    stage.notebook.write_text(json.dumps(document))
    return stage


def but_for_times(notebook: Any) -> str:
    """Return a notebook as text, without what its cells have measured."""
    kept = copy.deepcopy(notebook)
    for cell in kept.cells:
        if notebooks.MEASURES_TIME in cell.metadata.get("tags", []):
            cell.outputs = []
    return str(nbformat.writes(kept))  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("number", SOME_ALONE)
def test_it_runs_and_shows_what_is_committed_twice_the_same(number: int, tmp_path: Path) -> None:
    stage = copied(number, tmp_path)
    before = files_below(tmp_path)
    first = notebooks.run(stage)
    assert first.verdict == "as committed"
    assert files_below(tmp_path) == before, "a run writes nothing into the course"

    second = notebooks.write(stage)
    assert but_for_times(first.notebook) == but_for_times(second.notebook)
    changed = files_below(tmp_path)
    changed.pop(stage.notebook)
    before.pop(stage.notebook)
    assert changed == before, "write changes the notebook alone"


@pytest.mark.parametrize("number", NUMBERS)
def test_it_runs_on_the_starter_and_shows_what_is_not_built_as_it_is(
    number: int, tmp_path: Path
) -> None:
    stage = copied(number, tmp_path)
    before = files_below(tmp_path)
    result = notebooks.run(stage, "stages")
    assert result.verdict == "runs"
    text = nbformat.writes(result.notebook)  # type: ignore[no-untyped-call]
    assert "served from stages/" in text
    assert "Traceback" not in text
    assert files_below(tmp_path) == before


@pytest.mark.parametrize("number", NUMBERS)
def test_what_is_committed_is_the_same_on_every_machine(number: int) -> None:
    stage = course.find(str(number), "notebook")
    text = stage.notebook.read_text(encoding="utf-8")
    assert str(REPOSITORY) not in text
    assert len(text) < 250_000
    document: dict[str, Any] = json.loads(text)
    assert document["metadata"]["language_info"] == {"name": "python"}
    pictures = 0
    for cell in document["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            assert "execution" not in cell["metadata"]
            assert cell["outputs"], f"no output: {source}"
            imports = [
                n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Import | ast.ImportFrom)
            ]
            assert [ast.unparse(n) for n in imports] in ([], ["from workshop import lab"])
        for output in cell.get("outputs", []):
            if picture := output.get("data", {}).get("image/png"):
                data = base64.b64decode("".join(picture))
                assert len(data) < 80_000
                assert data.startswith(PNG)
                assert b"Software" not in data
                assert output["metadata"]["image/png"]["alt"]
                pictures += 1
    assert pictures, "a lab draws something"
    _, heading, last = "".join(document["cells"][-1]["source"]).partition("## Experiments")
    assert heading, "it ends with experiments"
    assert 3 <= sum(line[:1].isdigit() for line in last.splitlines()) <= 5


def test_a_cell_that_raises_is_reported_with_its_number_and_the_error(tmp_path: Path) -> None:
    result = notebooks.run(made(tmp_path, "1 + 1", "def f():\n    return {}['key']\nf()", "2 + 2"))
    assert not result.ok
    assert result.cell == 2
    assert result.error == "KeyError: 'key'"
    assert result.verdict == "cell 2: KeyError: 'key'"


def test_a_kernel_that_dies_is_reported_with_its_cell(tmp_path: Path) -> None:
    result = notebooks.run(made(tmp_path, "1", "open('died', 'w'); __import__('os')._exit(3)"))
    assert (result.ok, result.cell) == (False, 2)
    assert "died" in result.error.lower()


def test_outputs_are_compared_but_for_pictures_and_measured_times(tmp_path: Path) -> None:
    picture = "from workshop import lab\nlab.lines({'a': {1: 1}}, x='x', y='y')"
    stage = made(tmp_path, "6 * 7", picture, "__import__('time').time()", tags=("measures-time",))
    assert notebooks.run(stage).difference == "its output is not committed yet"
    assert notebooks.write(stage).ok
    assert notebooks.run(stage).as_committed

    text = stage.notebook.read_text()
    document = json.loads(text)
    document["cells"][1]["outputs"][0]["data"]["image/png"] = base64.b64encode(PNG).decode()
    stage.notebook.write_text(json.dumps(document))
    assert notebooks.run(stage).as_committed

    stage.notebook.write_text(text.replace('"42"', '"43"'))
    result = notebooks.run(stage)
    assert (result.ok, result.as_committed, result.cell) == (True, False, 1)
    assert result.difference == "it shows `42`, where `43` is committed"


def test_the_kernel_is_this_python_whatever_the_machine_has_registered(tmp_path: Path) -> None:
    stage = made(tmp_path, "import sys, os\nprint(sys.executable, os.environ['WORKSHOP_TARGET'])")
    output = notebooks.run(stage, "stages").notebook.cells[0].outputs[0]
    assert output.text == f"{sys.executable} stages\n"


def test_problems_are_told_for_each_stage_in_turn(tmp_path: Path) -> None:
    broken = made(tmp_path / "a", "1 / 0")
    missing = made(tmp_path / "b", "1")
    missing.notebook.unlink()
    first, second = notebooks.problems([broken, missing])
    assert first.endswith("01_tiny.ipynb, cell 1: ZeroDivisionError: division by zero")
    assert second.endswith("01_tiny.ipynb is missing")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 3}'])
def test_a_file_that_is_no_notebook_is_refused_in_a_line(tmp_path: Path, content: str) -> None:
    stage = made(tmp_path, "1")
    stage.notebook.write_text(content)
    with pytest.raises(UsageError, match="not a notebook that can be read") as refusal:
        notebooks.run(stage)
    assert "\n" not in str(refusal.value)


def test_a_missing_notebook_is_refused_with_the_way_back(tmp_path: Path) -> None:
    stage = made(tmp_path, "1")
    stage.notebook.unlink()
    with pytest.raises(UsageError, match="git checkout"):
        notebooks.run(stage)


def test_the_command_names_the_cell_and_ends_with_1(tmp_path: Path) -> None:
    stage = made(tmp_path, "1 / 0")
    ended = front("notebooks", "1", course=stage.root)
    assert ended.returncode == 1
    assert "cell 1: ZeroDivisionError" in ended.stdout
    assert "0 of 1 notebooks ran, as committed." in ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr

    kept = front("notebooks", "1", "--write", course=stage.root)
    assert kept.returncode == 1, "what raised is not written"


def test_the_command_ends_with_0_once_outputs_are_written(tmp_path: Path) -> None:
    stage = made(tmp_path, "1 + 1")
    assert front("notebooks", "WRITE=1", course=stage.root).returncode == 0
    assert front("notebooks", course=stage.root).returncode == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["notebooks", "7"], "There is no stage 7"),
        (["notebook"], "Which stage?"),
        (["notebook", "x"], "`x` is not the number of a stage"),
        (["notebook", "1", "PORT=80"], "PORT=80 cannot be used"),
        (["notebook", "1", "TARGET=mine"], "invalid choice"),
        (["notebooks", "1", "--write", "TARGET=stages"], "leave TARGET=stages out"),
    ],
)
def test_bad_input_is_refused_in_a_line(tmp_path: Path, words: list[str], message: str) -> None:
    ended = front(*words, course=made(tmp_path, "1").root)
    assert ended.returncode == 2
    assert message in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_target_of_the_environment_must_be_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKSHOP_TARGET", "mine")
    parser = argparse.ArgumentParser()
    command.configure(parser)
    with pytest.raises(UsageError, match="`solutions` or `stages`"):
        command.run(parser.parse_args([]))


def front(*words: str, course: Path) -> "subprocess.CompletedProcess[str]":
    """Run the front door with this Python, as inside `.venv`, on another course."""
    code = "import sys; from workshop.errors import UsageError; from workshop import cli\n" + (
        "try: sys.exit(cli.main(sys.argv[1:]))\n"
        "except UsageError as refusal: print(refusal, file=sys.stderr); sys.exit(2)"
    )
    environment = notebooks.kernel_environment(made_stage(course), "solutions")
    return subprocess.run(
        [sys.executable, "-c", code, *words], env=environment, capture_output=True, text=True
    )


def made_stage(root: Path) -> Stage:
    """Return the tiny stage of a course."""
    return course.load(root / "stages" / "01_tiny")
