"""How to send the requests of a test by hand: commands for a shell."""

import json
import re
import shlex

from workshop.course import Stage
from workshop.front import command_line
from workshop.screen import visible
from workshop.suite.exchange import Exchange

_LONGEST_BODY = 1_000
# So many equal requests on end are sent for being many.
_A_BURST = 3
_BASE = "http://127.0.0.1:5000"
_PYTHON = "import json, sys; print(json.loads(sys.argv[1])[{}])"
# What stays as it is between double quotes in a shell.
_PLAIN = re.compile(r"[\w .:-]*")


def described(stage: Stage, exchange: Exchange, before: list[Exchange]) -> str | list[str]:
    """Return how to send a request by hand, after those that it may depend on.

    That is a list of commands, or a sentence where no command can do it.

    Args:
        stage: of the app.
        exchange: the request.
        before: those that the test has sent before.

    """
    if exchange.note:
        return exchange.note
    if exchange.client:
        return f"curl alone cannot: it came from {exchange.client}"
    # Requests that only read have changed nothing that the last one could depend on.
    changing = [e for e in before if e.method not in ("GET", "HEAD", "OPTIONS") and not e.note]
    needed = changing[-3:]
    times = _same_before(exchange, before)
    if times:
        needed = [e for e in needed if curl(e) != curl(exchange)]
    start = " ".join([*_settings(exchange), command_line("run-stage", stage.number)])
    shell = _Shell([*needed, exchange])
    for one in needed:
        shell.send(one)
    shell.send(exchange, times + 1)
    found = [f"{start}   # then, in another terminal:", *shell.lines]
    if len(exchange.body) > _LONGEST_BODY:
        found.append("# with the body, which is too long to print, in a file named `body`")
    if shell.has_tokens_of_the_check:
        found.append(
            "# the check signs with its own key; your server takes tokens it gave at a login"
        )
    return found


def curl(exchange: Exchange, options: str = "-i", token: str = "") -> str:
    """Return the curl command that sends the same request.

    Args:
        exchange: the request.
        options: what else curl is told, for most methods.
        token: the variable of the shell that holds its token; the token itself when not given.

    """
    words = ["curl", options]
    if exchange.method == "HEAD":
        words[1] = "-I"
    elif exchange.method != ("POST" if exchange.body else "GET"):
        words += ["-X", shlex.quote(exchange.method)]
    names = {name.lower() for name, _ in exchange.headers}
    for name, value in exchange.headers:
        words += ["-H", _with_variable(name, value, token) or shlex.quote(f"{name}: {value}")]
    if exchange.body and "content-type" not in names:
        words += ["-H", "Content-Type:"]  # curl would send a form's
    words.append(shlex.quote(f"{_BASE}{exchange.path}"))
    if exchange.body:
        body = exchange.body if len(exchange.body) <= _LONGEST_BODY else "@body"
        words += ["-d", shlex.quote(body)]
    return visible(" ".join(words))


class _Shell:
    """Commands as they are typed one after the other, with the tokens of the server they go to."""

    def __init__(self, exchanges: list[Exchange]) -> None:
        """Take the requests that will be sent."""
        self.lines: list[str] = []
        self.has_tokens_of_the_check = False
        self._asked_for_tokens = set[int]()
        self._sent = set[int]()
        # The variables: of answers with tokens, and of tokens.
        self._answers: dict[int, str] = {}
        self._tokens: dict[tuple[int, str], str] = {}
        for exchange in exchanges:
            one: Exchange | None = exchange
            while one:
                if one.after and one.token:
                    self._asked_for_tokens.add(one.after.number)
                one = one.after

    def send(self, exchange: Exchange, times: int = 1) -> None:
        """Add the commands that send a request, those before that it needs, and its token."""
        if exchange.after and exchange.after.number not in self._sent:
            self.send(exchange.after)
        self._sent.add(exchange.number)
        variable = self._variable(exchange)
        if variable == "" and exchange.authorization.startswith("Bearer eyJ"):
            self.has_tokens_of_the_check = True
        if exchange.number and exchange.number in self._asked_for_tokens:
            answer = _numbered("ANSWER", len(self._answers))
            self._answers[exchange.number] = answer
            self.lines.append(f"{answer}=$({curl(exchange, '-s', variable)})")
            return
        command = curl(exchange, token=variable)
        self.lines.append(command if times == 1 else _repeated(command, times))

    def _variable(self, exchange: Exchange) -> str:
        """Return the variable with a request's token, after a line that sets it; empty if none."""
        if not (exchange.after and exchange.token):
            return ""
        key = exchange.after.number, exchange.token
        if key not in self._tokens:
            token = self._tokens[key] = _numbered("TOKEN", len(self._tokens))
            code = shlex.quote(_PYTHON.format(json.dumps(exchange.token)))
            answer = self._answers[exchange.after.number]
            self.lines.append(f'{token}=$(python3 -c {code} "${answer}")')
        return self._tokens[key]


def _numbered(name: str, before: int) -> str:
    return f"{name}{before + 1}" if before else name


def _repeated(command: str, times: int) -> str:
    return f"for i in $(seq {times}); do {command}; done"


def _with_variable(name: str, value: str, token: str) -> str:
    """Return the header Authorization with a variable in the place of its token, if that can be."""
    scheme, blank, _ = value.rpartition(" ")
    if not token or name.lower() != "authorization" or not _PLAIN.fullmatch(scheme):
        return ""
    return f'"{name}: {scheme}{blank}${token}"'


def _settings(exchange: Exchange) -> list[str]:
    """Return the variables with which the app was started, as a shell takes them.

    Not the addresses and keys of the check, which are of no use by hand, and nothing of another
    configuration, which `run-stage` does not start.
    """
    if "FLASK_CONFIG" in exchange.env:
        return []
    return [
        f"{name}={shlex.quote(value)}"
        for name, value in exchange.env.items()
        if not name.startswith("FLASK_") and not name.endswith("_KEY") and ":" not in value
    ]


def _same_before(exchange: Exchange, before: list[Exchange]) -> int:
    """Return how often the same request was sent directly before, 0 for less than three times."""
    times = 0
    for one in reversed(before):
        if curl(one) != curl(exchange):
            break
        times += 1
    return times if times >= _A_BURST else 0
