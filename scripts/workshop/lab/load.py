"""A client that asks a server as fast as it can: one process of those that `App.rate` starts.

It prints how many answers it has had in a second of the time that it was told to take.
"""

import http.client
import sys
import time
from pathlib import Path

from workshop.suite.servers import UnixConnection

_HEADERS = {"Content-Type": "application/json"}
_WARM_UP_SECONDS = 0.2


def rate(socket: Path, method: str, path: str, body: str, seconds: float) -> float:
    """Ask again and again; return how many answers came a second, after a short warm-up."""
    connection = UnixConnection(socket, timeout=10)
    begin = time.monotonic() + _WARM_UP_SECONDS
    answers = 0
    while (now := time.monotonic()) < begin + seconds:
        try:
            connection.request(method, path, body or None, _HEADERS)
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            connection.close()  # the server has closed it: the next request opens another one
            continue
        answers += now >= begin
    return answers / seconds


if __name__ == "__main__":
    file, verb, target, content, duration = sys.argv[1:]
    print(rate(Path(file), verb, target, content, float(duration)))
