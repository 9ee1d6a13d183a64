"""What a WSGI server imports: `gunicorn wsgi:app`."""

import os

from app import create_app

# TODO gunicorn: make the app of production, unless FLASK_CONFIG names another
app = create_app()
