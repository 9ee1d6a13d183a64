"""For servers."""

import os

os.environ.setdefault("FLASK_CONFIG", "production")

from app import create_app

app = create_app()
