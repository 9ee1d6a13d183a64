"""As short as it gets: bare strings and dictionaries, one decorator a view."""

from flask import Flask

app = Flask(__name__)
app.url_map.strict_slashes = False
app.json.sort_keys = False  # type: ignore[attr-defined]


@app.route("/")
def index():
    """Greet the world."""
    return "Hello, World!"


@app.route("/api/hello")
def hello():
    """Say hello."""
    return dict(message="Hello from the API!", version="1.0", status="success"), 200


@app.route("/api/welcome", methods=["GET"])
def welcome():
    """Say what there is."""
    known = [rule.rule for rule in app.url_map.iter_rules()]
    return {
        "message": "Welcome to our Simple API!",
        "endpoints_available": [p for p in known if p.startswith(("/api/w", "/api/g"))],
    }


@app.route("/api/greet/<name>")
def greet(name):
    """Greet somebody."""
    return {"greeting": "Hello, " + name + "! Nice to meet you."}, {"Cache-Control": "no-store"}


if __name__ == "__main__":
    app.run()
