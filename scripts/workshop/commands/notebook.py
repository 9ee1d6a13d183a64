"""Open a stage's notebook in JupyterLab, against the solution or your own code."""

import argparse
import os
import secrets
import subprocess
import sys

from workshop import course, environment, notebooks, serving
from workshop.course import Stage
from workshop.errors import UsageError
from workshop.paths import shown


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("stage", nargs="?", help="the number of the stage")
    notebooks.add_target(parser)
    parser.add_argument("--port", default="8888", help="the port (default: 8888)")
    parser.add_argument(
        "--browser", choices=["yes", "no"], default="yes", help="whether to open a browser"
    )


def run(options: argparse.Namespace) -> int:
    """Serve JupyterLab until Ctrl-C, installing it on first use."""
    stage = course.find(options.stage, "notebook")
    if not notebooks.has_notebook(stage):
        where = shown(stage.notebook)
        raise UsageError(
            f"Stage {stage.number} has no notebook: `git checkout {where}` brings it back."
        )
    port = serving.usable_port(options.port, stage, "notebook")
    environment.ensure("notebooks-ui")
    return _serve(stage, notebooks.target_of(options), port, browser=options.browser == "yes")


def _serve(stage: Stage, target: str, port: int, *, browser: bool) -> int:
    # Known beforehand, so that the address can be printed; kept out of the list of processes.
    token = secrets.token_hex(16)
    url = f"http://{serving.HOST}:{port}/lab/tree/{stage.notebook.name}?token={token}"
    print(f"Stage {stage.number} · {stage.title}: {shown(stage.notebook)} with the app in {target}")
    print(f"Ctrl-C ends it. If no browser opens, open\n\n  {url}\n", flush=True)
    # `.venv`'s own kernel, also where the user has registered another one as `python3`.
    ours = {"JUPYTER_PREFER_ENV_PATH": "1", "JUPYTER_TOKEN": token}
    environment = notebooks.kernel_environment(stage, target) | ours
    command = _command(stage, port, browser=browser)
    try:
        return subprocess.call(command, env=environment)
    except KeyboardInterrupt:
        return 0


def _command(stage: Stage, port: int, *, browser: bool) -> list[str]:
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        str(stage.notebook),
        f"--ServerApp.root_dir={stage.notebook.parent}",
        f"--ServerApp.ip={serving.HOST}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.open_browser={browser}",
        # Where root is the only user there is, as in a container: it serves this machine only.
        f"--ServerApp.allow_root={getattr(os, 'geteuid', lambda: 1)() == 0}",
        "--ServerApp.log_level=WARN",
        "--LabApp.log_level=WARN",
        "--LabApp.news_url=None",
    ]
