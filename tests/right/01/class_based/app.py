"""Views as classes, routes in one table, errors in JSON; `python app.py` serves nothing."""

from flask import Flask, Response, jsonify
from flask.typing import ResponseReturnValue
from flask.views import MethodView, View
from werkzeug.exceptions import HTTPException


class Root(View):
    """The front page."""

    methods = ("GET",)

    def dispatch_request(self) -> ResponseReturnValue:
        """Answer every method that the class allows."""
        response = Response("Hello, World!", content_type="text/plain; charset=utf-8")
        response.headers["X-Powered-By"] = "a class"
        return response


class Document(MethodView):
    """An answer that is always the same."""

    def __init__(self, content: dict[str, object]) -> None:
        self.content = content

    def get(self) -> ResponseReturnValue:
        """Answer GET."""
        return jsonify(self.content), 200


class Greeting(MethodView):
    """A greeting for one person."""

    template = "Hello, {}! Nice to meet you."

    def get(self, name: str) -> ResponseReturnValue:
        """Answer GET."""
        return jsonify(greeting=self.template.format(name))


def refuse(error: HTTPException) -> ResponseReturnValue:
    """Answer an error in JSON, with the headers that it brings along, such as Allow."""
    response = jsonify(error=error.description)
    response.status_code = error.code or 500
    for header, value in error.get_headers():
        if header.lower() != "content-type":
            response.headers[header] = value
    return response


HELLO = {"status": "success", "version": "1.0", "message": "Hello from the API!"}
WELCOME = {
    "endpoints_available": ("/api/welcome", "/api/greet/<name>"),
    "message": "Welcome to our Simple API!",
    "documentation": "none yet",
}


def create_app() -> Flask:
    """Put the app together."""
    flask = Flask("greeter")
    flask.register_error_handler(HTTPException, refuse)
    flask.add_url_rule("/", view_func=Root.as_view("root"))
    flask.add_url_rule("/api/hello", view_func=Document.as_view("hello", HELLO))
    flask.add_url_rule("/api/welcome", view_func=Document.as_view("welcome", WELCOME))
    flask.add_url_rule("/api/greet/<string:name>", view_func=Greeting.as_view("greeting"))
    return flask


app = create_app()
