"""For maintainers: write the requirements files, with hashes, from pyproject.toml."""

import argparse
import shutil
import subprocess

from workshop.environment import LAYERS
from workshop.errors import UsageError
from workshop.paths import REPOSITORY


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--upgrade", action="store_true", help="take the newest releases")


def run(options: argparse.Namespace) -> int:
    """Resolve each layer under the constraints of the ones before it."""
    uv = shutil.which("uv")
    if uv is None:
        raise UsageError("uv is not installed, and `lock` resolves with it: `pip install uv`.")
    words = [uv, "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-header"]
    words += ["--python-version", "3.11", *(["--upgrade"] if options.upgrade else [])]
    before: list[str] = []
    for layer in LAYERS.values():
        target = layer.requirements.relative_to(REPOSITORY).as_posix()
        source = ["pyproject.toml"] if layer.name == "base" else ["--group", layer.name]
        if subprocess.call([*words, *source, *before, "-o", target], cwd=REPOSITORY) != 0:
            return 1
        before += ["-c", target]
        print(f"{target}: written")
    return 0
