"""For maintainers: write the requirements files, with hashes, from pyproject.toml."""

import argparse
import shutil
import subprocess
import tomllib
from collections.abc import Iterator

from workshop.environment import LAYERS
from workshop.errors import UsageError
from workshop.paths import REPOSITORY


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--upgrade", action="store_true", help="take the newest releases")


def run(options: argparse.Namespace) -> int:
    """Resolve each layer, and then each image, under the constraints of the ones before it."""
    uv = shutil.which("uv")
    if uv is None:
        raise UsageError("uv is not installed, and `lock` resolves with it: `pip install uv`.")
    words = [uv, "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-header"]
    words += ["--python-version", "3.11", *(["--upgrade"] if options.upgrade else [])]
    before: list[str] = []
    for target, source in _files():
        if subprocess.call([*words, *source, *before, "-o", target], cwd=REPOSITORY) != 0:
            return 1
        before += ["-c", target]
        print(f"{target}: written")
    return 0


def _files() -> Iterator[tuple[str, list[str]]]:
    """Yield each requirements file, and what it is resolved from, as words for uv."""
    for layer in LAYERS.values():
        target = layer.requirements.relative_to(REPOSITORY).as_posix()
        yield target, ["pyproject.toml"] if layer.name == "base" else ["--group", layer.name]
    with (REPOSITORY / "pyproject.toml").open("rb") as file:
        groups = tomllib.load(file)["dependency-groups"]
    for group in groups:
        if group.startswith("image-"):
            folder = group.removeprefix("image-")
            yield f"solutions/{folder}/requirements.txt", ["--group", group]
