"""The real course: the gate on each stage, the lessons' and the README's commands, the style."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from workshop import cli, course, environment
from workshop.processes import CAN_FORK

REPOSITORY = Path(__file__).resolve().parents[1]
STAGES = course.stages()


def _run(*command: str, cwd: Path = REPOSITORY) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=1800)


# The last stages take the longest. Those whose tests wait for other processes do not wait for ever.
GATES = [
    pytest.param(stage, id=stage.name, marks=[pytest.mark.alone] if stage.waits else [])
    for stage in STAGES[::-1]
]


@pytest.mark.parametrize("stage", GATES)
def test_the_gate(stage):
    """Points 1 to 6, with `--quick`; the notebooks have a module of their own."""
    main = str(REPOSITORY / "scripts" / "workshop")
    done = _run(sys.executable, main, "verify", str(stage.number), "--no-notebooks", "--quick")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(not CAN_FORK, reason="apps run apart where there is fork")
@pytest.mark.parametrize("stage", GATES)
def test_the_solution_is_green_when_it_runs_apart(stage):
    """As a class is graded; `verify --apart` tries the known-wrong programs as well."""
    main = str(REPOSITORY / "scripts" / "workshop")
    words = ("check-stage", str(stage.number), "TARGET=solutions", "--apart")
    done = _run(sys.executable, main, *words)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_every_stage_has_at_least_one_right_solution_written_differently(stage):
    assert list((REPOSITORY / "tests" / "right" / f"{stage.number:02}").glob("*/**/*.py"))


def _documents() -> list[Path]:
    return [REPOSITORY / "README.md", *sorted((REPOSITORY / "stages").glob("*/README.md"))]


@pytest.mark.parametrize("document", _documents(), ids=lambda path: path.parent.name)
def test_commands_in_documents_exist(document):
    """Every `make X` and `python scripts/workshop X` that a reader is told to type."""
    text = document.read_text(encoding="utf-8")
    typed = re.findall(r"(?:\bmake|python3? scripts/workshop) ([a-z][a-z-]+)\b", text)
    named = {name for name in typed if f"make {name}" in _typed_text(text) or "-" in name}
    assert named <= set(cli.names()), named - set(cli.names())


def _typed_text(text: str) -> str:
    """Return what stands as code, where `make` is the program and not the verb."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))


@pytest.mark.parametrize("document", _documents(), ids=lambda path: path.parent.name)
def test_links_to_files_lead_somewhere(document):
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", document.read_text("utf-8")):
        assert (document.parent / target).exists(), target


@pytest.mark.parametrize("layer", environment.LAYERS.values(), ids=lambda layer: layer.name)
def test_every_requirement_is_pinned_with_a_hash(layer):
    entries = re.split(r"\n(?=\S)", layer.requirements.read_text(encoding="utf-8"))
    packages = [entry for entry in entries if not entry.startswith("#")]
    assert packages
    for entry in packages:
        assert re.match(r"[a-z0-9.-]+==[^ ]+", entry), entry
        assert "--hash=sha256:" in entry


def test_style():
    for words in (["check"], ["format", "--check"]):
        done = _run(sys.executable, "-m", "ruff", *words, ".")
        assert done.returncode == 0, done.stdout


def _types(*words: str, cwd: Path) -> None:
    # One cache for all: what it knows of the libraries takes ten seconds to find out.
    config, cache = REPOSITORY / "pyproject.toml", REPOSITORY / ".mypy_cache"
    options = ("--config-file", str(config), "--cache-dir", str(cache))
    done = _run(sys.executable, "-m", "mypy", *options, *words, cwd=cwd)
    assert done.returncode == 0, done.stdout


def test_types_of_the_engine():
    _types("-p", "workshop", cwd=REPOSITORY)


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_types_of_the_apps(stage):
    """From the folder of the app, as its own imports see it; tests of it are plain pytest."""
    _types(".", "--exclude", "^tests/", cwd=stage.solution)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a shell script")
def test_ci_runs_the_readme_s_commands():
    script = (REPOSITORY / ".ci" / "run").read_text()
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    for command in ("make check-stage 1", "make test"):
        assert command in script
        assert command in readme


def test_the_readme_shows_a_check_as_it_is_today():
    page = REPOSITORY / "tests" / "wrong" / "01" / "hello_json_dumps_sent_as_html.txt"
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert f"```\n{page.read_text(encoding='utf-8')}```" in readme
