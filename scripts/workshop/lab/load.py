"""Clients that ask a server as fast as they can, each in a process of its own (Linux, macOS).

`App.rate` starts it. It prints how many answers all of them have had in a second.
"""

import http.client
import json
import multiprocessing
import sys
import time
from pathlib import Path

from workshop.suite.servers import UnixConnection

_HEADERS = {"Content-Type": "application/json"}
_WARM_UP_SECONDS = 0.2


def rate(
    socket: Path, method: str, path: str, body: str, headers: dict[str, str], seconds: float
) -> float:
    """Ask again and again; return how many answers came a second, after a short warm-up."""
    connection = UnixConnection(socket, timeout=10)
    begin = time.monotonic() + _WARM_UP_SECONDS
    answers = 0
    while (now := time.monotonic()) < begin + seconds:
        try:
            connection.request(method, path, body or None, _HEADERS | headers)
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            connection.close()  # the server has closed it: the next request opens another one
            continue
        answers += now >= begin
    return answers / seconds


if __name__ == "__main__":
    file, verb, target, content, more, duration, clients = sys.argv[1:]
    work = (Path(file), verb, target, content, json.loads(more), float(duration))
    # No thread has been started, so that what is loaded can be shared by a fork.
    with multiprocessing.get_context("fork").Pool(int(clients)) as pool:
        print(sum(pool.starmap(rate, [work] * int(clients), chunksize=1)))
