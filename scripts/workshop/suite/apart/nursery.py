"""A process that has imported an app's modules, from which guests are forked for test after test.

A test would wait for the same imports every time. Only modules with a factory come here: where a
module makes its app as it is imported, an app that was forked would be no new one.
"""

import os
import socket
import sys
import threading
from contextlib import suppress

from workshop.suite.apart import frames
from workshop.suite.apart.guest import Guest, set_environment
from workshop.suite.apart.keeper import say_hello
from workshop.suite.loader import AppLoader, LoadError

_FILES = 4


class Nursery:
    """Serves one host until that closes the channel."""

    def __init__(self, channel: socket.socket, loader: AppLoader) -> None:
        """Take the socket to the host, and what loads the app."""
        self._channel = channel
        self._loader = loader

    def serve(self) -> None:
        """Import the app, say whether guests can be forked from here, and fork them."""
        try:
            frame = frames.receive(self._channel)
            set_environment(frame["env"])
            frames.send(self._channel, {"id": frame["id"], "fits": self._fits()})
            while True:
                # Beside each of these bytes come the files of a guest.
                asked, files, _, _ = socket.recv_fds(self._channel, 1, _FILES)
                if not asked:
                    return
                self._fork(files)
        except frames.Closed:
            return

    def _fits(self) -> bool:
        try:
            is_factory = self._loader.import_factory()
        except LoadError:
            return False  # a guest says so, as it should be said
        _configure_mappers()
        # A fork copies one thread, and the locks that the others hold.
        return is_factory and threading.active_count() == 1

    def _fork(self, files: list[int]) -> None:
        pid = os.fork()
        if pid == 0:
            try:
                os.setsid()
                self._channel.close()
                Guest(say_hello(files), self._loader).serve()
            finally:
                os._exit(127)
        for file in files:
            os.close(file)
        self._reap()

    def _reap(self) -> None:
        """Forget the guests that have ended."""
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass


def _configure_mappers() -> None:
    """Do now what SQLAlchemy does at the first query; where it fails, it fails there again."""
    if "sqlalchemy.orm" in sys.modules:
        from sqlalchemy.orm import configure_mappers

        with suppress(Exception):
            configure_mappers()
