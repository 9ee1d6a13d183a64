"""How Gunicorn runs the application. It reads this file by itself where it is started.

The command line wins over it, so one can try: `gunicorn --bind 127.0.0.1:8000 wsgi:app`.
"""

import os

# TODO gunicorn: a socket or loopback, several workers, bounded times, JSON logs
bind = "0.0.0.0:8000"
timeout = 0
