"""What symptoms usually mean: the sentence that an experienced colleague would say."""

import re
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher

from workshop.suite.exchange import Exchange, Raised

Rule = Callable[[Exchange, int, str | None], str | None]


def meaning(exchange: Exchange, expected: int, task: str | None) -> str | None:
    """Return what an answer usually means, or None where it speaks for itself.

    Args:
        exchange: the request and its answer.
        expected: the status that was expected, 0 where something else was.
        task: the id of the task, to point at its TODO.

    """
    return next(_matches(exchange, expected, task), None)


def of_load(kind: str, raised: Raised) -> str | None:
    """Return what to look at when an app cannot be loaded, or None where that has been said.

    Args:
        kind: the kind of the `LoadError`.
        raised: the exception, with its type empty where there was none.

    """
    for word, advice in _LOAD_SYMPTOMS.get(kind, {}).items():
        if word in f"{raised.type}: {raised.message}":
            return advice
    return _LOAD_ADVICE.get(kind)


_GUARD = 'Keep what is only for running the file under `if __name__ == "__main__":`.'
_OLD_TABLE = (
    "The table was made before the model had this column, and `create_all()` changes no table that "
    "is there: stop the server and delete the file of the database."
)
_LOAD_ADVICE = {
    "syntax": "The mistake is here or shortly before: look for a bracket, a quote, a comma or a "
    "colon that is missing, or a word that is misspelled. Nothing can be checked until Python can "
    "read the file.",
    "import": "Is the name spelled right, capitals too? Nothing can be checked until every import "
    "succeeds.",
    "missing": "Save it there again, or let `reset-stage` give the starter back.",
    "empty": "Save your work there again, or let `reset-stage` give the starter back.",
    "serves": "The workshop, like `flask run` and every other server, imports the file to get at "
    f"the app, and would wait here for ever. {_GUARD}",
    "exit": f"The server imports the file, and would end here before it serves. {_GUARD}",
    "raised": "This happens while the app is loaded, before any request. Nothing can be checked "
    "until that succeeds.",
}
_LOAD_SYMPTOMS = {
    "syntax": {
        "null bytes": "The file holds bytes that are no text: save it as UTF-8 in your editor.",
        "codec can't decode": "The file is not saved as UTF-8: choose that encoding in your "
        "editor, and save it again.",
        "invalid character": "It looks like another character, but is not the one that Python "
        "knows; word processors and web pages put such quotes and dashes in. Type it anew.",
        "invalid non-printable character": "A character stands there that nobody sees; text copied "
        "from a web page has such blanks. Delete the blanks of this line and type them anew.",
        "outside function": "The line belongs to the function above it, but is not indented: give "
        "it as many blanks as its neighbours have.",
        "IndentationError": "Blanks at the start of a line say what it belongs to: four for each "
        "level, and the same number for neighbours.",
        "TabError": "Some lines start with tabs and some with blanks: use blanks, four for each "
        "level.",
    },
    "import": {
        "No module named": "Is the name spelled right? The workshop installs what each stage "
        "needs, so this stage can be solved without any other package.",
        "circular import": "Two modules import each other, and the second one finds the first half "
        "done: let one of them do without the other.",
    },
    "raised": {
        "View function mapping is overwriting": "Two views have the same function name, perhaps "
        "after copying one: each needs a name of its own.",
        "NameError": "Python runs a file from top to bottom: a name has to be imported or made "
        "above the line that uses it, and be spelled the same there.",
        "any primary key columns": "Each mapped class needs a key: give its `id` "
        "`mapped_column(primary_key=True)`.",
        "NoForeignKeysError": "Nothing says how the two tables belong together: name the table of "
        "pairs, `relationship(secondary=...)`, and give it a `ForeignKey` to each of the two.",
        "NoReferencedTableError": "`ForeignKey` takes the name of a table and of a column, as in "
        '"books.id": the name in `__tablename__`, which is not that of the class.',
        "NOT NULL constraint failed": "A row was written without a value for this column, which "
        "may not be empty: give the value, or the column a `default=`.",
        "has no column named": _OLD_TABLE,
        "malformed url rule": "In a rule a variable is written `<name>` or `<int:name>`: no blanks "
        "in it, and as many `<` as `>`.",
        "'SQLALCHEMY_DATABASE_URI' or": "`init_app` looks for the address in `app.config`, so it "
        "has to be there before. What a class sets in its `__init__` only its objects have: call "
        "the class.",
        "'str' object has no attribute 'register'": "`register_blueprint` takes the blueprint "
        "itself, not its name: no quotes.",
        "unexpected keyword argument 'default'": "Marshmallow has two of them: `load_default` for "
        "what a client did not send, `dump_default` for what an object does not have.",
        "EOFError": "A server has nobody at its keyboard: `input()` is never answered. What the "
        "app has to know comes with a request.",
        "'function' object has no attribute": "A function has the name of something else in the "
        "file and has taken its place, a view called `app` for instance: rename the function.",
    },
}

_OF_THE_DATABASE = {
    "no such table": "The table was never made: `db.create_all()` makes it where the module is "
    "imported, below the models, and not under `if __name__`, which a server such as `flask run` "
    "never gets to.",
    "has no attribute 'query'": "`Model.query` is the older style, and models here do not have it. "
    "Ask `db.session` with a `db.select()`.",
    "Column expression, FROM clause": "`select()` takes mapped classes and their columns: does the "
    "class have a table, or does it still say `__abstract__`?",
    "is an invalid keyword argument for": "A mapped class takes the columns and relationships that "
    "it has, and no other names.",
    "'NoneType' object has no attribute 'isoformat'": "The time is None. SQLAlchemy fills in a "
    "default when it writes the object: was this one added, and committed, before it is shown?",
    "'_sa_instance_state'": "A relationship, like the session, takes objects of mapped classes, "
    "and here it was given something else: turn names into objects first.",
    "The unique() method must be invoked": "`joinedload()` of a list repeats the row for each of "
    "its members; `selectinload()` asks a second time instead, and needs no `unique()`.",
    "Can't compare a collection": "`.any(...)` on the relationship asks whether one of its members "
    "meets a condition.",
    "InstrumentedAttribute' object nor": "A relationship has no columns of its own: `.any(...)` on "
    "it takes a condition on the columns of its members.",
}
_OF_OBJECTS = {
    "is not JSON serializable": "`jsonify` takes dictionaries, lists, texts and numbers: make a "
    "dictionary of the object first, and of each one in a list.",
    "of type 'function' is not iterable": "A function was handed over where its result was meant: "
    "call it, with parentheses.",
    "'function' object is not": "A function was taken where its result was meant: call it, with "
    "parentheses.",
    "'int' object is not iterable": "Is a number given where the body of the answer belongs? "
    "`Response` takes the body first; a status has its name, `Response(status=204)`.",
}
_ROUTES_SHOWN = 4
_OF_JSON = {"true": "True", "false": "False", "null": "None"}
_AS_IT_IS_MEANT = {
    "set": "in a dictionary each value has a name and a colon before it.",
    "int": "put it into a dictionary, or into quotes.",
    "float": "put it into a dictionary, or into quotes.",
    "bool": "put it into a dictionary.",
}


def _matches(exchange: Exchange, expected: int, task: str | None) -> Iterator[str]:
    for rule in _RULES:
        if found := rule(exchange, expected, task):
            yield found


def _not_built(exchange: Exchange, expected: int, task: str | None) -> str | None:
    if exchange.status != 501:
        return None
    todo = f" Look for `TODO {task}`." if task else ""
    if task and 400 <= expected < 500:
        todo += (
            " Where that is done already, your code has let pass what it should have refused, and "
            "came to a later TODO."
        )
    return f"501 is what the starter answers where nothing is built yet.{todo}"


def _debug_page(exchange: Exchange, expected: int, task: str | None) -> str | None:
    if exchange.status == 500 and exchange.raised and exchange.env.get("FLASK_DEBUG"):
        if exchange.note and exchange.raised.file:  # the view is the check's, the line is not
            return (
                "An error handler that raises is not helped by another handler: return the answer "
                "from it."
            )
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
    if not raised or raised.type != "TypeError":
        return None
    if "did not return a valid response" not in raised.message:
        return None
    if "returned None" in raised.message:
        return (
            "A path through your view ends without `return`, or returns None, as `.get()` does for "
            "what is not there: Flask has nothing to send."
        )
    if "response tuple" in raised.message:
        return (
            "A comma makes a tuple, in which Flask looks for a body, a status and headers: is "
            "there a comma too many after what you return?"
        )
    if kind := re.search(r"it was an? (\w+)", raised.message):
        if kind[1].endswith(("Error", "Exception", "NotFound", "BadRequest")):
            return (
                f"Your view returns an exception, {kind[1]}, which only goes to its handler when "
                "it is raised: write `raise` in place of `return`."
            )
        return (
            f"Your view returns a value of type {kind[1]}, from which Flask makes no answer: "
            f"{_AS_IT_IS_MEANT.get(kind[1], 'return a dictionary, a list or a text.')}"
        )
    return None


def _unknown_name(exchange: Exchange, expected: int, task: str | None) -> str | None:
    raised = exchange.raised
    if not raised or raised.type not in ("NameError", "UnboundLocalError"):
        return None
    if local := re.search(r"local variable '(\w+)'", raised.message):
        return (
            f"A function that assigns to `{local[1]}`, with += too, has a `{local[1]}` of its own, "
            "and that has no value here yet."
        )
    found = re.search(r"name '(\w+)' is not defined", raised.message)
    if found and found[1] in _OF_JSON:
        return f"`{found[1]}` is how JSON says it; in Python it is `{_OF_JSON[found[1]]}`."
    if not found:
        return None
    return (
        f"Python knows no `{found[1]}` here: is it spelled right, and is it imported, or made "
        "before this line?"
    )


def _asks_the_keyboard(exchange: Exchange, expected: int, task: str | None) -> str | None:
    raised = exchange.raised
    if raised and "reading from stdin" in raised.message:
        return _LOAD_SYMPTOMS["raised"]["EOFError"]
    return None


def _wrong_parameters(exchange: Exchange, expected: int, task: str | None) -> str | None:
    raised = exchange.raised
    signs = ("unexpected keyword argument", "required positional argument")
    if not raised or raised.type != "TypeError" or not any(s in raised.message for s in signs):
        return None
    if not raised.source.startswith("@"):  # a call inside the student's code, not Flask's
        return None
    return (
        "Flask hands the variables of the route to the view by their names: each one in <…> needs "
        "a parameter of the same name, and there must be no other."
    )


def _of_the_database(exchange: Exchange, expected: int, task: str | None) -> str | None:
    message = exchange.raised.message if exchange.raised else ""
    return next((says for sign, says in _OF_THE_DATABASE.items() if sign in message), None)


def _of_an_object(exchange: Exchange, expected: int, task: str | None) -> str | None:
    raised = exchange.raised
    if not raised:
        return None
    if found := re.search(r"'(\w+Error)' object has no attribute", raised.message):
        return (
            f"A function returned an exception, {found[1]}, which only ends it when it is raised: "
            "write `raise` in place of `return`."
        )
    return next((says for sign, says in _OF_OBJECTS.items() if sign in raised.message), None)


def _fields_of_dict(exchange: Exchange, expected: int, task: str | None) -> str | None:
    raised = exchange.raised
    found = raised and re.search(r"'dict' object has no attribute '(\w+)'", raised.message)
    if not found:
        return None
    if found[1] in ("append", "add", "insert"):
        return "A dictionary keeps each thing under a key: `things[key] = thing`."
    return f'What is in a dictionary is asked for in brackets, by its key: `["{found[1]}"]`.'


def _header_not_sent(exchange: Exchange, expected: int, task: str | None) -> str | None:
    raised = exchange.raised
    if not raised or raised.type != "KeyError" or not raised.message.startswith("'HTTP_"):
        return None
    name = raised.message.strip("'").removeprefix("HTTP_").replace("_", "-").title()
    return f"The client sent no header `{name}`: `request.headers[...]` raises where there is none."


def _parameter_not_sent(exchange: Exchange, expected: int, task: str | None) -> str | None:
    if exchange.status != 400 or not 0 < expected < 300 or exchange.body or exchange.raised:
        return None
    if "sent a request that this server could not understand" not in exchange.answer_body:
        return None
    return (
        "`request.args[...]` answers 400 by itself where the parameter is missing; "
        "`request.args.get(...)` gives None."
    )


def _endless_calls(exchange: Exchange, expected: int, task: str | None) -> str | None:
    raised = exchange.raised
    if raised and raised.type == "RecursionError" and "decoding a JSON" not in raised.message:
        return "A function calls itself, perhaps by way of another one, and never stops."
    return None


def _unknown_route(exchange: Exchange, expected: int, task: str | None) -> str | None:
    if exchange.status != 404 or expected in (0, 404) or not exchange.routes:
        return None
    path = exchange.path.partition("?")[0]

    def farness(rule: str) -> float:
        return -SequenceMatcher(None, path, rule, autojunk=False).ratio()

    known = [f"`{rule}`" for rule in sorted(exchange.routes, key=farness)]
    more = f" and {len(known) - _ROUTES_SHOWN} more" if len(known) > _ROUTES_SHOWN else ""
    return (
        f"Flask knows no route for `{path}`: is the decorator there, and is its path spelled like "
        f"this? It knows {', '.join(known[:_ROUTES_SHOWN])}{more}."
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
    path = exchange.path.partition("?")[0]
    if not exchange.answer_header("Location").partition("?")[0].endswith(f"{path}/"):
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
    _unknown_name,
    _asks_the_keyboard,
    _wrong_parameters,
    _of_the_database,
    _of_an_object,
    _fields_of_dict,
    _header_not_sent,
    _parameter_not_sent,
    _endless_calls,
    _unknown_route,
    _wrong_method,
    _redirected,
    _unsupported,
    _html_default,
)
