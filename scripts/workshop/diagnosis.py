"""What an answer usually means: the sentence that an experienced colleague would say."""

from collections.abc import Callable, Iterator

from workshop.suite.exchange import Exchange

Rule = Callable[[Exchange, int, str | None], str | None]


def meaning(exchange: Exchange, expected: int, task: str | None) -> str | None:
    """Return what an answer usually means, or None where it speaks for itself.

    Args:
        exchange: the request and its answer.
        expected: the status that was expected, 0 where something else was.
        task: the id of the task, to point at its TODO.

    """
    return next(_matches(exchange, expected, task), None)


def _matches(exchange: Exchange, expected: int, task: str | None) -> Iterator[str]:
    for rule in _RULES:
        if found := rule(exchange, expected, task):
            yield found


def _not_built(exchange: Exchange, expected: int, task: str | None) -> str | None:
    if exchange.status != 501:
        return None
    todo = f" Look for `TODO {task}`." if task else ""
    return f"501 is what the starter answers where nothing is built yet.{todo}"


def _debug_page(exchange: Exchange, expected: int, task: str | None) -> str | None:
    if exchange.status == 500 and exchange.raised and exchange.env.get("FLASK_DEBUG"):
        return (
            "Under the debug server Flask hands an exception on instead of asking your handler for "
            "500: only a handler for `Exception` itself is asked then."
        )
    return None


def _ends_itself(exchange: Exchange, expected: int, task: str | None) -> str | None:
    if exchange.raised and exchange.raised.type == "SystemExit":
        return (
            "`sys.exit()` in a view ends the server that should answer: return an answer instead."
        )
    return None


def _no_answer(exchange: Exchange, expected: int, task: str | None) -> str | None:
    raised = exchange.raised
    if (
        raised
        and raised.type == "TypeError"
        and "did not return a valid response" in raised.message
    ):
        return "A path through your view ends without `return`, so that Flask has nothing to send."
    return None


def _unknown_route(exchange: Exchange, expected: int, task: str | None) -> str | None:
    if exchange.status != 404 or not 0 < expected < 300 or not _is_default_page(exchange):
        return None
    return (
        f"Flask knows no route for `{exchange.path.partition('?')[0]}`: is the decorator there, "
        "and is its path spelled like this?"
    )


def _wrong_method(exchange: Exchange, expected: int, task: str | None) -> str | None:
    if exchange.status != 405 or expected in (0, 405):
        return None
    return (
        f"The path is known, but not for {exchange.method}: the route allows "
        f"{exchange.answer_header('Allow') or 'other methods'}."
    )


def _redirected(exchange: Exchange, expected: int, task: str | None) -> str | None:
    if exchange.status not in (301, 307, 308) or not expected:
        return None
    return (
        "The route ends with a slash and the request does not, so Flask redirects; many clients "
        "lose the body of a POST on the way. `strict_slashes=False` serves both."
    )


def _html_default(exchange: Exchange, expected: int, task: str | None) -> str | None:
    if exchange.status < 400 or exchange.raised or not _is_default_page(exchange):
        return None
    if expected and expected != exchange.status:
        return None
    return (
        "This is the HTML page that Werkzeug sends where the app has no error handler of its own."
    )


def _unsupported(exchange: Exchange, expected: int, task: str | None) -> str | None:
    if exchange.status == 415 and expected and expected != 415:
        return (
            "`request.get_json()` answers 415 by itself when Content-Type is not application/json."
        )
    return None


def _is_default_page(exchange: Exchange) -> bool:
    return exchange.answer_body.lstrip().lower().startswith("<!doctype html>")


_RULES: tuple[Rule, ...] = (
    _not_built,
    _debug_page,
    _ends_itself,
    _no_answer,
    _unknown_route,
    _wrong_method,
    _redirected,
    _unsupported,
    _html_default,
)
