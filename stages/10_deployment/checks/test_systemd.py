import re
import shlex
import subprocess
import sys
from collections import defaultdict

import pytest

from workshop import tools
from workshop.suite import expect
from workshop.suite.fixtures import app_dir

pytestmark = pytest.mark.task("systemd")

UNIT = "deploy/task-api.service"


@pytest.fixture
def unit(request):
    """Return the unit's settings: by section and name, all values in their order."""
    file = app_dir(request.path) / UNIT
    assert file.exists(), f"{UNIT} is missing"
    text = re.sub(r"\\\n", " ", file.read_text(encoding="utf-8"))
    found = defaultdict(list)
    section = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
        elif "=" in line and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            found[section, name.strip()].append(value.strip())
    return found


@pytest.fixture
def last(unit):
    """Return a function that returns what a setting of the service says in the end."""
    return lambda name: (unit["Service", name] or [""])[-1]


def command(last):
    """Return the words after `gunicorn` in `ExecStart`."""
    words = shlex.split(last("ExecStart").lstrip("@-:+!|"))
    place = next((n for n, word in enumerate(words) if re.search(r"(^|/)gunicorn$", word)), None)
    is_there = place is not None
    assert is_there, f"ExecStart starts Gunicorn: {last('ExecStart') or 'it is missing'}"
    assert words[0].startswith("/"), f"the program of ExecStart has a full path, not {words[0]}"
    return words[place + 1 :]


def without_bind(command):
    """Return words of Gunicorn's command line, but for where it listens."""
    line = re.sub(r"(^|\0)(-b\0?|--bind[\0=])[^\0]*", "", "\0".join(command))
    return line.strip("\0").split("\0")


def test_starts_the_app(last, request, gunicorn, production):
    """The command in `ExecStart` starts the app, and it answers."""
    said = command(last)
    is_named = any(re.fullmatch(r"[\w.]+(:\w+(\(.*\))?)?", word) for word in said)
    assert is_named, f"Gunicorn is not told which app: gunicorn {' '.join(said)}"
    # Where the app is on this machine, and where the check asks.
    folder = last("WorkingDirectory") or "/nowhere"
    words = [word.replace(folder, str(app_dir(request.path))) for word in without_bind(said)]
    server = gunicorn("--bind", "unix:{socket}", "--workers", "1", *words, env=production, app="")
    assert server.answers(), f"it does not start:\n{server.excerpt()}"
    expect(server.ask("GET", "/healthz")).status(200)


def test_not_as_root(last):
    """The service has a user of its own, and is not root."""
    user = last("User")
    own = user not in ("", "root", "0") or last("DynamicUser") in ("yes", "true", "on", "1")
    assert own, "whoever breaks into a service of root has the machine: set User"


def test_not_open_to_the_world(last):
    """It listens nowhere but where Gunicorn's own settings say, or the proxy of this machine."""
    said = " ".join(command(last))
    is_open = re.search(r"(-b|--bind)[ =]?(0\.0\.0\.0|\[?::\]?|\*)?:\d", said)
    assert not is_open, f"past nginx, everybody can forge who they are: {said}"


def test_keys_are_elsewhere(unit, last):
    """Keys are in a file of their own, and not in the unit."""
    for value in unit["Service", "Environment"]:
        assert not re.search(r"(SECRET|PASSWORD|TOKEN|KEY)\w*=|://[^/\s]*:[^/\s]*@", value), (
            f"everybody on the machine can read it, by `systemctl show`: Environment={value}"
        )
    has_file = unit["Service", "EnvironmentFile"] or unit["Service", "LoadCredential"]
    assert has_file, "without its variables production refuses to start: see EnvironmentFile"
    for value in unit["Service", "EnvironmentFile"]:
        is_needed = not value.startswith("-")
        assert is_needed, "with the minus it is started also without the file"


def test_starts_again(last):
    """It is started again after it has crashed."""
    assert last("Restart") in ("always", "on-failure", "on-abnormal"), (
        "by default it stays down until somebody notices: see Restart"
    )


def test_has_a_place_for_its_socket(last, settings):
    """systemd makes the folder of the socket, which `/run` has lost after each boot."""
    bind = settings["bind"]
    if "127.0.0.1" in bind:
        return
    folder = re.search(r"unix:/run/([^/]+)/", bind)
    assert folder, f"there is no folder in /run for its socket: bind is {bind}"
    assert folder[1] in last("RuntimeDirectory").split(), (
        f"bind is {bind}, and nobody makes that folder: see RuntimeDirectory"
    )


def seconds(span):
    """Return a time span of systemd.time in seconds: `90`, `1min 30s`, `infinity`."""
    if span == "infinity":
        return float("inf")
    units = {"": 1, "ms": 0.001, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600}
    parts = re.findall(r"([\d.]+)\s*([a-z]*)", span)
    is_time = bool(parts) and all(unit in units for _, unit in parts)
    assert is_time, f"TimeoutStopSec={span} is no time that the check can read: 40s, or 1min 30s"
    return sum(float(number) * units[unit] for number, unit in parts)


def test_may_finish_its_requests(last, settings):
    """On a stop the requests under way may end."""
    assert last("KillSignal") in ("", "SIGTERM", "15"), (
        "for Gunicorn, SIGTERM is the gentle end; SIGINT, SIGQUIT and SIGKILL cut requests off"
    )
    assert last("KillMode") != "none", "it would go on beside the one that is started next"
    span, grace = last("TimeoutStopSec") or "90", int(settings["graceful_timeout"])
    assert seconds(span) >= grace, (
        f"after TimeoutStopSec={span} what is left is killed, and Gunicorn gives its requests "
        f"{grace} seconds (graceful_timeout)"
    )


def test_may_touch_little(last):
    """It may gain no rights, and write only where it has to."""
    assert last("NoNewPrivileges") in ("yes", "true", "on", "1"), (
        "a program with setuid could still make it root: see NoNewPrivileges"
    )
    assert last("ProtectSystem") in ("yes", "true", "on", "1", "full", "strict"), (
        "an API writes into no folder of the system: see ProtectSystem"
    )


def test_systemd_takes_it(unit, request, tmp_path):
    """systemd itself finds nothing wrong with the unit."""
    program = tools.find("systemd-analyze")
    if not program:
        pytest.skip("systemd-analyze is not installed, so systemd has not read the unit")
    text = (app_dir(request.path) / UNIT).read_text(encoding="utf-8")
    # The program that is to be installed there is not on this machine.
    text = re.sub(r"(?m)^(Exec\w+\s*=\s*[@:+!|-]*)/\S+", rf"\g<1>{sys.executable}", text)
    file = tmp_path / "task-api.service"
    file.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [program, "verify", "--man=no", str(file)], capture_output=True, text=True, timeout=60
    )
    said = [line for line in done.stderr.splitlines() if "task-api" in line]
    if done.returncode and not said:
        pytest.skip("systemd-analyze does not work here, so systemd has not read the unit")
    assert not said, "\n".join(said).replace(f"{tmp_path}/", "")
    missing = [f"[{s}]" for s in ("Unit", "Service", "Install") if not any(k[0] == s for k in unit)]
    assert not missing, f"a unit has the sections Unit, Service and Install; no {missing[0]}"
