"""The bench of the notebooks: start a stage's app, send it requests, look at what came back.

    from workshop import lab

    app = lab.start(1)
    app.get("/api/hello")

It is all that a cell imports. What a function returns shows itself when it ends a cell: as HTML or
a picture where there is a browser, as text everywhere, and the same in every run.
"""

from workshop.lab.answer import Answer, Statements
from workshop.lab.app import App, LabError, start
from workshop.lab.desk import Desk, desk
from workshop.lab.drawings import anatomy, converters, decisions, lines, matrix, spans
from workshop.lab.passages import passage
from workshop.lab.table import Table, show, table
from workshop.lab.tokens import decoded, encoded, signed
from workshop.lab.wire import percent_encoding
from workshop.suite.clock import stopped
from workshop.suite.mailboxes import started as mailbox

__all__ = [
    "Answer",
    "App",
    "Desk",
    "LabError",
    "Statements",
    "Table",
    "anatomy",
    "converters",
    "decisions",
    "decoded",
    "desk",
    "encoded",
    "lines",
    "mailbox",
    "matrix",
    "passage",
    "percent_encoding",
    "show",
    "signed",
    "spans",
    "start",
    "stopped",
    "table",
]
