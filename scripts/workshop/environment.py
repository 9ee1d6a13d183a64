"""Installs the layers of `.venv`: what every command needs, and what single commands add to it.

Standard library only: it runs before anything is installed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from workshop.bootstrap import PYTHON, broken_venv
from workshop.errors import UsageError
from workshop.paths import REPOSITORY, VENV

_UNFINISHED = "unfinished"


@dataclass(frozen=True)
class Layer:
    """A set of packages that is installed when a command first needs it."""

    name: str
    requirements: Path
    purpose: str

    @property
    def stamp(self) -> Path:
        """Return the file that records what was installed."""
        return VENV / f"workshop-{self.name}"

    @property
    def fingerprint(self) -> str:
        """Return what the stamp holds when this layer is installed as it is now written."""
        content = self.requirements.read_bytes().replace(b"\r\n", b"\n")
        return hashlib.sha256(content).hexdigest()


LAYERS = {
    layer.name: layer
    for layer in (
        Layer("base", REPOSITORY / "requirements.txt", "Flask, pytest and the workshop's tools"),
        Layer("notebooks", REPOSITORY / "notebooks" / "requirements.txt", "the notebook runner"),
        Layer("notebooks-ui", REPOSITORY / "notebooks" / "requirements-ui.txt", "JupyterLab"),
        Layer("tests", REPOSITORY / "tests" / "requirements.txt", "the workshop's own tests"),
        Layer(
            "services",
            REPOSITORY / "tests" / "services" / "requirements.txt",
            "the tests on real servers",
        ),
    )
}


def ensure(name: str) -> None:
    """Install a layer unless it is installed as written; `base` makes `.venv` first.

    Args:
        name: a key of `LAYERS`.

    Raises:
        UsageError: when `.venv` is not usable, or the packages cannot be installed.

    """
    layer = LAYERS[name]
    if not layer.requirements.is_file():
        raise UsageError(
            f"{layer.requirements.name} is missing in {layer.requirements.parent}: "
            "`git checkout` it, then try again."
        )
    if is_installed(layer):
        layer.stamp.touch()
        return
    with _lock():
        if is_installed(layer):  # another terminal was faster
            return
        if name == "base":
            _make_venv()
        _install(layer)


def is_installed(layer: Layer) -> bool:
    """Tell whether the layer was installed from its requirements file as it is now."""
    try:
        return layer.stamp.read_text() == layer.fingerprint and os.path.lexists(PYTHON)
    except OSError:
        return False


def _make_venv() -> None:
    """Make `.venv`, or check that the one that is there is ours and starts."""
    stamp = LAYERS["base"].stamp
    if os.path.lexists(VENV):
        if not any(VENV.glob("workshop-*")):
            raise UsageError(
                f"{VENV} was not made by the workshop: move it away or delete it, then try again."
            )
        if stamp.exists() and stamp.read_text() == _UNFINISHED:
            shutil.rmtree(VENV)  # an interrupted set-up: nobody else has put anything into it
        else:
            _check_starts()
            return
    if uv := shutil.which("uv"):
        command = [uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(VENV)]
    else:
        _need_venv_module()
        command = [sys.executable, "-m", "venv", str(VENV)]
    # From here on the folder is known as ours, so that an interrupted set-up begins anew next time;
    # old, so that nobody takes it for one that is current.
    VENV.mkdir()
    stamp.write_text(_UNFINISHED)
    os.utime(stamp, (0, 0))
    _run(command, "Making .venv")
    _link_engine()


def _need_venv_module() -> None:
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError as error:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise UsageError(
            f"This Python has no {error.name}: install it (Debian and Ubuntu: "
            f"`sudo apt install python{version}-venv`; Fedora: `sudo dnf install python3-pip`), "
            "or install uv, then try again."
        ) from error


def _check_starts() -> None:
    try:
        subprocess.run([str(PYTHON), "-c", ""], check=True, capture_output=True, timeout=60)
    except (OSError, subprocess.SubprocessError) as error:
        raise broken_venv("its Python does not start") from error


def _link_engine() -> None:
    """Let notebooks and plain `python -m workshop` inside `.venv` import the engine."""
    command = [str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    path_file = Path(found.stdout.strip()) / "workshop.pth"
    path_file.write_text(f"{REPOSITORY / 'scripts'}\n", encoding="utf-8")


def _install(layer: Layer) -> None:
    requirements = ["--require-hashes", "-r", str(layer.requirements)]
    if uv := shutil.which("uv"):
        command = [uv, "pip", "install", "--python", str(PYTHON), *requirements]
    else:
        command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check"]
        command += ["--no-input", *requirements]
    tool = "uv" if uv else "pip"
    _run(command, f"Installing {layer.purpose} with {tool}")
    layer.stamp.write_text(layer.fingerprint)


def _run(command: list[str], what: str) -> None:
    """Run a command of the set-up, showing that time passes; its output goes to a log."""
    log = REPOSITORY / ".venv-setup.log"
    started = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        try:
            code = _wait(process, what, started)
        except BaseException:
            process.kill()
            process.wait()
            raise
    if code != 0:
        last = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
        reason = last[-1].strip() if last else f"exit code {code}"
        raise UsageError(f"{what} failed: {reason} (all of it is in {log}).")
    log.unlink()


def _wait(process: "subprocess.Popen[bytes]", what: str, started: float) -> int:
    live = sys.stderr.isatty()
    if not live:
        print(f"{what} ...", file=sys.stderr, flush=True)
    while True:
        try:
            code = process.wait(timeout=0.5)
            break
        except subprocess.TimeoutExpired:
            if live:
                seconds = time.monotonic() - started
                print(f"\r{what} ... {seconds:.0f} s", end="", file=sys.stderr, flush=True)
    if live:
        print(f"\r\033[K{what}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    return code


@contextmanager
def _lock() -> Iterator[None]:
    """Keep two first commands, in two terminals, from making `.venv` at once."""
    try:
        import fcntl
    except ImportError:  # Windows: the second one fails with a message of its own
        yield
        return
    path = REPOSITORY / ".venv-setup.lock"
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
