"""Programs of the machine that the workshop uses where they are there: servers and tools."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Debian keeps servers where the PATH of ordinary users does not look.
_FOLDERS = ("/usr/sbin", "/usr/local/sbin")
_POSTGRESQL = (
    "/usr/lib/postgresql/*/bin",  # Debian
    "/usr/pgsql-*/bin",  # Fedora, with the packages of PostgreSQL itself
    "/usr/local/opt/postgresql@*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
)


@dataclass(frozen=True)
class Tool:
    """Something that a machine may lack.

    Attributes:
        name: what people call it.
        programs: groups of programs; of each group one is needed.
        without: what goes unchecked, or is slower, without it.

    """

    name: str
    programs: tuple[tuple[str, ...], ...]
    without: str

    def missing(self) -> list[str]:
        """Return the programs that are needed and not there."""
        return [group[0] for group in self.programs if not any(map(find, group))]

    def where(self) -> str:
        """Return where its first program is; empty when something of it is missing."""
        if self.missing():
            return ""
        return next(path for program in self.programs[0] if (path := find(program)))


TOOLS = {
    tool.name: tool
    for tool in (
        Tool("git", (("git",),), "`propagate`, and restoring files of the course"),
        Tool(
            "make",
            (("make", "gmake"),),
            "nothing: `python scripts/workshop COMMAND` does the same",
        ),
        Tool("curl", (("curl",),), "nothing: requests by hand need some HTTP client"),
        Tool("uv", (("uv",),), "nothing: setting up takes longer with pip"),
        Tool("nginx", (("nginx",),), "the proxy of stage 10, which its check starts"),
        Tool(
            "systemd-analyze", (("systemd-analyze",),), "the unit of stage 10, as systemd reads it"
        ),
        Tool(
            "Redis",
            (("redis-server",),),
            "what processes share: the count of stage 11, the cache of stage 12; `test-services`",
        ),
        Tool("wrk", (("wrk",),), "`bench-api`, which it sends the load for"),
        Tool(
            "PostgreSQL",
            (("postgres",), ("initdb",)),
            "`test-services`: the revisions of stage 8, and its app, on PostgreSQL",
        ),
        Tool(
            "RabbitMQ",
            (("rabbitmq-server",),),
            "`test-services`: the queue of stage 13 on RabbitMQ",
        ),
        Tool(
            "a browser",
            (("chromium", "chromium-browser", "google-chrome"),),
            "`test-services`: the page of stage 14, as a browser shows it",
        ),
    )
}


def find(program: str) -> str:
    """Return where a program is; empty when it is nowhere."""
    own = str(Path(sys.executable).parent)  # of packages in .venv
    path = os.pathsep.join([own, os.environ.get("PATH", ""), *_FOLDERS, *_folders_of_postgresql()])
    return shutil.which(program, path=path) or ""


def _folders_of_postgresql() -> Iterator[str]:
    """Yield the folders of installed versions, the newest first."""
    for pattern in _POSTGRESQL:
        found = Path("/").glob(pattern.lstrip("/"))
        yield from sorted(map(str, found), key=_version, reverse=True)


def _version(folder: str) -> int:
    return int(re.findall(r"\d+", folder)[-1])
