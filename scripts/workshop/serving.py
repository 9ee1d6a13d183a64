"""Serves a stage's app on this machine, and says what to try."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from workshop import starters
from workshop.course import Stage
from workshop.errors import UsageError
from workshop.front import command_line
from workshop.paths import shown
from workshop.screen import Page

HOST = "127.0.0.1"


def serve(stage: Stage, folder: Path, port: str, *, command: str, debug: bool) -> int:
    """Serve until Ctrl-C; return the server's exit code.

    Args:
        stage: the stage.
        folder: the folder of its app.
        port: the port, as it was typed.
        command: the command that was typed, for messages.
        debug: whether to reload after each save and to show the debugger.

    Raises:
        UsageError: when the port cannot be used, or Python cannot read the app.

    """
    number = usable_port(port, stage, command)
    _check_readable(stage, folder)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("FLASK_")}
    # A `.env` in the folder is for production, as lesson 10 has it; `flask` would read it, too.
    environment["FLASK_SKIP_DOTENV"] = "1"
    flask = [sys.executable, "-m", "flask", "--app", stage.app]
    page = Page()
    for prepare in stage.prepare:
        _prepare(prepare.removesuffix(" --yes"), flask, folder, environment, page)
    page.line(f"Stage {stage.number} · {stage.title}: {shown(folder)} on http://{HOST}:{number}")
    page.line("Ctrl-C ends it. In another terminal, try:")
    page.line()
    for line in stage.tries:
        line = line.replace("{port}", str(number)).replace("{folder}", shown(folder))
        page.line(f"  {line}")
    page.line()
    page.print()
    sys.stdout.flush()
    words = ["run", "--host", HOST, "--port", str(number), *(["--debug"] if debug else [])]
    command_words = [*flask, *words]
    if os.name == "nt":
        return subprocess.call(command_words, cwd=folder, env=environment)
    # In place of this process, so that whatever ends it ends the server, and no one in between.
    os.chdir(folder)
    os.execve(command_words[0], command_words, environment)
    raise AssertionError("execve does not return")


def _prepare(
    command: str, flask: list[str], folder: Path, environment: dict[str, str], page: Page
) -> None:
    """Make the database ready, with nobody there to agree to a loss; say what came of it."""
    done = subprocess.run(
        [*flask, *command.split()],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    said = (done.stdout + done.stderr).strip().splitlines() or ["done"]
    result = said[-1] if done.returncode == 0 else f"left the database as it was ({said[-1]})"
    page.line((f"flask {command}: {result}", "dim"))


def usable_port(port: str, stage: Stage, command: str) -> int:
    """Return a port as a number, once it is known that it can be had.

    Args:
        port: the port, as it was typed.
        stage: the stage that the command is about, for messages.
        command: the command that was typed, for messages.

    Raises:
        UsageError: when it is no port, needs special rights, or is taken; names a free one.

    """
    other = command_line(command, stage.number, f"PORT={_free_port()}")
    if not (port.isascii() and port.isdigit() and 1024 <= int(port) <= 65535):
        raise UsageError(
            f"PORT={port} cannot be used: choose one from 1024 to 65535, as in `{other}`."
        )
    with socket.socket() as probe:
        if os.name != "nt":  # there it would allow a port that is in use
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(port)))
        except OSError as error:
            free = command_line(command, stage.number, f"PORT={_free_port()}")
            raise UsageError(
                f"Port {port} cannot be used ({(error.strerror or '').lower()}): "
                f"choose another one, as in `{free}`."
            ) from error
    return int(port)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _check_readable(stage: Stage, folder: Path) -> None:
    for name in starters.files_of(folder):
        if not name.endswith(".py") or name.startswith(f"{stage.suite}/"):
            continue
        try:
            compile((folder / name).read_bytes(), name, "exec", dont_inherit=True)
        except SyntaxError as error:
            raise UsageError(
                f"Python cannot read {shown(folder / name)}, line {error.lineno}: {error.msg}."
            ) from error
