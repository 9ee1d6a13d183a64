"""The first Flask app: one answer in plain text, three in JSON.

A view returns what it wants to say and Flask makes the response: a dictionary becomes JSON with
the media type `application/json` (RFC 8259); a bare string would be sent as HTML.
"""

from flask import Flask, Response

app = Flask(__name__)


@app.get("/")
def hello() -> Response:
    """Greet the world."""
    # BEGIN SOLUTION hello-text: greet with a text that starts with "Hello, World!"
    # STARTER: return Response("Nothing here yet.\n", mimetype="text/plain")
    return Response("Hello, World! Now try /api/hello.\n", mimetype="text/plain")
    # END SOLUTION


# BEGIN SOLUTION hello-json: answer GET /api/hello with a message, a version and a status, as JSON
@app.get("/api/hello")
def api_hello() -> dict[str, str]:
    """Say hello to a program rather than a person."""
    return {"message": "Hello from the API!", "version": "1.0", "status": "success"}


# END SOLUTION


# BEGIN SOLUTION welcome-list: answer GET /api/welcome with a message and the list of endpoints
@app.get("/api/welcome")
def welcome() -> dict[str, str | list[str]]:
    """Tell a newcomer where to go next."""
    return {
        "message": "Welcome to our Simple API!",
        "endpoints_available": ["/api/welcome", "/api/greet/<name>"],
    }


# END SOLUTION


# BEGIN SOLUTION greet-name: answer GET /api/greet/<name> with a greeting for that name
@app.get("/api/greet/<name>")
def greet(name: str) -> dict[str, str]:
    """Greet somebody by the name in the path, which Flask has percent-decoded already."""
    return {"greeting": f"Hello, {name}! Nice to meet you."}


# END SOLUTION


if __name__ == "__main__":
    # This machine only, and no debugger: `flask --app app run --debug` is the way to have one.
    app.run(host="127.0.0.1", port=5000)
