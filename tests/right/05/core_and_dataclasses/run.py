"""Starts the server."""

import app

if __name__ == "__main__":
    app.create_app().run(port=5000)
