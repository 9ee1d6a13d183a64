"""Start it."""

import app

if __name__ == "__main__":
    app.create_app("development").run("127.0.0.1", 5000, debug=False)
