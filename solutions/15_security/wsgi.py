"""What a WSGI server imports: `gunicorn wsgi:app`."""

import os

from app import create_app

# BEGIN SOLUTION gunicorn: make the app of production, unless FLASK_CONFIG names another
# STARTER: app = create_app()
app = create_app(os.environ.get("FLASK_CONFIG", "production"))
# END SOLUTION
