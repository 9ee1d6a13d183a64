"""What goes into an image: packages that the course was tested with, and no secrets."""

import re
import subprocess

import pytest

from workshop import course
from workshop.paths import REPOSITORY

STAGES = [s for s in course.stages() if (s.solution / "requirements.txt").is_file()]
PIN = re.compile(r"(?P<name>[\w.-]+(?:\[[\w,-]+\])?)==(?P<version>[^\s;\\]+)")


def pins(*names):
    """Return the version and the hashes of each package in files of requirements."""
    found = {}
    for name in names:
        text = (REPOSITORY / name).read_text(encoding="utf-8").replace("\\\n", " ")
        for line in text.splitlines():
            if match := PIN.match(line):
                hashes = frozenset(re.findall(r"--hash=(\S+)", line))
                found[match["name"]] = (match["version"], hashes)
    return found


def test_there_is_an_image():
    assert STAGES, "no solution has a requirements.txt of its own"


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_packages_of_an_image_are_those_of_the_course(stage):
    ours = pins(f"solutions/{stage.name}/requirements.txt")
    course_s = pins("requirements.txt", "tests/services/requirements.txt")
    assert ours.keys() <= course_s.keys()
    assert ours == {name: course_s[name] for name in ours}, "run `workshop lock`"
    assert all(hashes for _, hashes in ours.values())


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_an_image_has_a_server_and_no_tests(stage):
    names = set(pins(f"solutions/{stage.name}/requirements.txt"))
    assert {"flask", "gunicorn", "psycopg"} <= names
    assert not names & {"pytest", "coverage", "pytest-flask", "rich", "watchfiles"}


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_git_has_the_example_and_not_the_secrets(stage):
    names = [f"stages/{stage.name}/.env", f"solutions/{stage.name}/.env"]
    examples = [f"{name}.example" for name in names]
    words = ["git", "check-ignore", "--no-index", *names, *examples]
    done = subprocess.run(words, cwd=REPOSITORY, capture_output=True, text=True)
    assert done.stdout.split() == names
