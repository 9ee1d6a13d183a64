"""Real nginx in front of a student's app, with the files of the stage, as an ordinary user.

What such files name of a machine (addresses, sockets, logs) is put where the check wants it; all
else is as it was written.
"""

import http.client
import os
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from workshop import tools
from workshop.suite import orphans, servers
from workshop.suite.exchange import Recorder
from workshop.suite.servers import Server

_CLIENT = "127.0.0.2"
# Of an app: a socket, up to the colon or slash that follows it, or a host and its port.
_ADDRESS = r"(?:unix:[^;:\s]+:?|[\w.-]+:\d+)"

_NOTE = "asked through nginx, started by the check with your files in deploy/"

_MAIN = """\
daemon off;
master_process off;
pid {folder}/pid;
error_log stderr warn;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/sites/*.conf;
}}
"""


def client_address() -> str:
    """Return the address from which `started` is asked: one that no proxy has (Linux)."""
    try:
        with socket.socket() as probe:
            probe.bind((_CLIENT, 0))
    except OSError:
        return "127.0.0.1"  # macOS has no other by default
    return _CLIENT


def with_addresses(text: str, ports: tuple[int, int], upstream: Path) -> str:
    """Return a file of nginx with other addresses: where it listens, and where the app does.

    Without TLS, for which a check has no certificates. What listened with TLS has the first port;
    where nothing did, all has it.

    Args:
        text: what belongs inside of `http`.
        ports: the port on 127.0.0.1 that is asked, and one for what only redirects to TLS.
        upstream: the socket of the app.

    """
    text = re.sub(r"(?m)(^|\s)#.*$", r"\1", text)
    has_tls = bool(re.search(r"\blisten\s[^;]*(\bssl\b|\b443\b)", text))

    def listen(match: re.Match[str]) -> str:
        words = match[1].split()
        if words[0].startswith("["):
            return ""
        is_tls = "ssl" in words or words[0].rpartition(":")[2] == "443"
        default = " default_server" if "default_server" in words else ""
        return f"listen 127.0.0.1:{ports[0] if is_tls == has_tls else ports[1]}{default};"

    text = re.sub(r"\blisten\s+([^;]+);", listen, text)
    text = re.sub(rf"\bserver\s+{_ADDRESS}", f"server unix:{upstream}", text)
    text = re.sub(rf"\bproxy_pass\s+http://{_ADDRESS}", f"proxy_pass http://unix:{upstream}:", text)
    text = re.sub(r"\bssl_\w+\s+[^;]+;", "", text)
    return re.sub(r"\b(access_log|error_log)\s+/[^;]+;", "", text)


@contextmanager
def started(
    files: Mapping[str, str],
    upstream: Path,
    folder: Path,
    recorder: Recorder,
    start: orphans.Start = orphans.start,
) -> Iterator[Server]:
    """Start nginx with the files of a site; wait until it answers, or has ended.

    Args:
        files: by name, what belongs inside of `http`.
        upstream: the socket of the app.
        folder: an empty folder for what nginx writes.
        recorder: keeps what is asked.
        start: starts the program.

    """
    with socket.socket() as one, socket.socket() as other:
        for probe in (one, other):
            probe.bind(("127.0.0.1", 0))
        ports = one.getsockname()[1], other.getsockname()[1]
    (folder / "sites").mkdir()
    for name, text in files.items():
        site = with_addresses(text, ports, upstream)
        (folder / "sites" / name).write_text(site, encoding="utf-8")
    main = folder / "main.conf"
    main.write_text(_MAIN.format(folder=folder), encoding="utf-8")
    address = (client_address(), 0)

    def connect(seconds: float) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(
            "127.0.0.1", ports[0], timeout=seconds, source_address=address
        )

    command = [tools.find("nginx"), "-p", str(folder), "-c", str(main), "-e", "stderr"]
    with servers.started(
        command, folder, folder, os.environ, recorder, connect=connect, note=_NOTE, start=start
    ) as server:
        yield server


def complaint(log: str, folder: Path) -> str:
    """Return what nginx has to say of its files, without the paths of a check.

    Args:
        log: what it has written.
        folder: the folder of `started`.

    """
    lines = [re.sub(r"^.*?\[[a-z]+\] (?:\d+#\d+: )?", "", line) for line in log.splitlines()]
    return "\n".join(lines).replace(f"{folder}/sites/", "deploy/")
