"""The first Flask app: one answer in plain text, three in JSON.

A view returns what it wants to say and Flask makes the response: a dictionary becomes JSON with
the media type `application/json` (RFC 8259); a bare string would be sent as HTML.
"""

from flask import Flask, Response

app = Flask(__name__)


@app.get("/")
def hello() -> Response:
    """Greet the world."""
    # TODO hello-text: greet with a text that starts with "Hello, World!"
    return Response("Nothing here yet.\n", mimetype="text/plain")


# TODO hello-json: answer GET /api/hello with a message, a version and a status, as JSON


# TODO welcome-list: answer GET /api/welcome with a message and the list of endpoints


# TODO greet-name: answer GET /api/greet/<name> with a greeting for that name


if __name__ == "__main__":
    # This machine only, and no debugger: `flask --app app run --debug` is the way to have one.
    app.run(host="127.0.0.1", port=5000)
