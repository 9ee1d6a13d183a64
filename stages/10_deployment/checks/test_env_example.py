import json
import os
import re
import subprocess
import sys

import pytest

from workshop.suite import Finding

pytestmark = pytest.mark.task("env-example")

FILE = ".env.example"
KEYS = ("SECRET_KEY", "JWT_SECRET_KEY")
NEEDED = (*KEYS, "DATABASE_URL")


@pytest.fixture
def example(folder):
    """Return a function that returns the lines of .env.example: number, name and value."""

    def example():
        file = folder / FILE
        text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
        lines = []
        for number, line in enumerate(text.splitlines(), start=1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            match = re.fullmatch(r"([A-Za-z_]\w*)=(.*)", line.rstrip())
            if not match:
                raise Finding(
                    "each line is NAME=value, without `export` and without blanks around the `=`: "
                    "this is what Docker, Compose and systemd have in common",
                    Found=[f"{FILE}, line {number}: {line.strip()}"],
                )
            lines.append((number, match[1], match[2].strip()))
        if not lines:
            raise Finding(
                "whoever starts this for the first time reads here what has to be set",
                Found=[f"no variable in {FILE}" if text else f"no file {FILE}"],
            )
        return lines

    return example


@pytest.fixture
def asked(folder, production):
    """Return a function that returns the variables that the app and gunicorn.conf.py ask for."""

    def asked():
        # What is on the path of this process, the engine included.
        path = os.pathsep.join([entry for entry in sys.path if entry])
        env = os.environ | production | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [sys.executable, "-m", "workshop.suite.variables"],
            cwd=folder,
            env=env,
            capture_output=True,
            text=True,
            timeout=30,
        )
        if done.returncode:
            raise Finding(
                "production has to start with good keys and a full path",
                Found=(done.stderr or done.stdout).strip().splitlines()[-6:],
            )
        return json.loads(done.stdout.splitlines()[-1])

    return asked


def missing_from(lines, names):
    """Return the names that have no line."""
    there = {name for _, name, _ in lines}
    return sorted(set(names) - there)


def test_names_what_production_needs(example, starts):
    """It names each variable without which production does not start, and `PROXIES`."""
    lines = example()
    # Found out by leaving it away, the address last: it stays away for the rest of the test.
    needed = {name for name in NEEDED if starts(**{name: None}).exit_code != 0} | {"PROXIES"}
    if missing := missing_from(lines, needed):
        raise Finding(
            "who fills in this file has filled in too little, and learns it one refusal at a time",
            Found=[f"no line {name}=…" for name in missing],
        )


def test_names_what_is_read(example, asked):
    """It names every variable that the app or gunicorn.conf.py asks for."""
    lines = example()
    # Production is not to have a debugger, so nobody is to be told of its switch.
    if missing := missing_from(lines, set(asked()) - {"FLASK_DEBUG"}):
        raise Finding(
            "a setting that is written down nowhere is found by reading the code",
            Found=[f"no line {name}=…, and the program asks for it" for name in missing],
        )


def test_names_what_compose_fills_in(example, read_compose):
    """It names every variable that stands in `${…}` in compose.yaml."""
    lines = example()
    used = {item.name: item.line for item in read_compose().variables()}
    if missing := missing_from(lines, used):
        raise Finding(
            "Compose takes it from `.env`, which is made from this file",
            Found=[f"no line {name}=…; compose.yaml, line {used[name]}" for name in missing],
        )


def test_does_not_start_as_it_is(example, starts):
    """With the values as they stand here, production refuses to start."""
    values = {name: value for _, name, value in example()}
    done = starts(**dict.fromkeys(NEEDED) | values)
    if done.exit_code == 0:
        raise Finding(
            "who copies it and forgets to fill it in serves the world with keys that everybody can "
            "read here",
            Found=["production starts with the values of .env.example"],
        )


@pytest.mark.parametrize("name", KEYS)
def test_has_no_key(example, starts, name):
    """The value of `{name}` here is none that production would take."""
    lines = [(number, value) for number, found, value in example() if found == name]
    if not lines:
        raise Finding("it has to be named here", Found=[f"no line {name}=…"])
    number, value = lines[-1]
    if starts(**{name: value}).exit_code == 0:
        raise Finding(
            "a key in a repository is no key: whoever reads it can sign. Leave the value empty, "
            "which production refuses",
            Found=[f"{FILE}, line {number}: production takes the {name} of this line"],
        )


def test_has_no_password(example):
    """What is a password, or a token, has no value here."""
    for number, name, value in example():
        if re.search(r"PASSWORD|PASSWD|TOKEN|CREDENTIAL", name, re.I) and value:
            raise Finding(
                "an example that works is what is used: Compose would make the database with this "
                "password, and never ask. Empty, `${…:?}` in compose.yaml stops it",
                Found=[f"{FILE}, line {number}: {name} has a value"],
            )


def test_values_stand_alone(example):
    """Nothing stands behind a value: not every program takes a comment away there."""
    for number, name, value in example():
        if re.search(r"(^|\s)#", value):
            raise Finding(
                "systemd, and `docker run --env-file`, take the comment for a part of the value: "
                "a comment is a line of its own, above",
                Found=[f"{FILE}, line {number}: {name}={value}"],
            )


def test_starts_when_filled_in(example, starts, production):
    """With good keys and a database filled in, production starts with the other values."""
    values = {name: value for _, name, value in example() if value}
    filled = {name: value for name, value in values.items() if name not in NEEDED}
    done = starts(**filled | {name: production[name] for name in KEYS})
    if done.exit_code != 0:
        raise Finding(
            "what needs no secret should be right as it stands here, so that there is little to "
            "fill in",
            Given=[f"{name}={value}" for name, value in sorted(filled.items())],
            Found=done.output.strip().splitlines()[-4:],
        )
