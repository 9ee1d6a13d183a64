"""JSON from the standard library, in a media type with parameters; routes in a blueprint."""

import json
import sys
from typing import Any

from flask import Blueprint, Flask, make_response, request

app = Flask(__name__)
api = Blueprint("api", __name__, url_prefix="/api")


def answer(**content: Any) -> Any:
    """Return JSON in UTF-8, with letters of every script as they are."""
    response = make_response(json.dumps(content, ensure_ascii=False, indent=4))
    response.headers["Content-Type"] = "application/json; charset=utf-8"
    return response


@app.get("/")
def root() -> tuple[str, int, dict[str, str]]:
    """Greet the world, and somebody special if asked to."""
    text = f"Hello, World! {request.args.get('more', '')}\n"
    return text, 200, {"Content-Type": "text/plain"}


@api.get("/hello")
@api.get("/hello/")
def hello() -> Any:
    """Say hello."""
    return answer(status="success", message="Hello from the API!", version=f"{1}.{0}")


@api.get("/welcome")
def welcome() -> Any:
    """Say what there is."""
    paths = [f"/api/{part}" for part in ("welcome", "greet/<name>")]
    return answer(message="Welcome to our Simple API!", endpoints_available=paths)


@api.get("/greet/<name>")
@api.get("/greet/<name>/")
def greet(name: str) -> Any:
    """Greet somebody."""
    return answer(greeting="Hello, %s! Nice to meet you." % name)  # noqa: UP031


app.register_blueprint(api)


def main(port: int = 8000) -> int:
    """Serve until Ctrl-C."""
    print("Serving on port", port)
    app.run("localhost", port, debug=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
