"""How Gunicorn runs the application. It reads this file by itself where it is started.

The command line wins over it, so one can try: `gunicorn --bind 127.0.0.1:8000 wsgi:app`.
"""

import os

# A socket in the file system: nobody reaches it but the proxy on this machine, which is in the
# group of this process. 007 is a umask, what is *not* allowed: the rest of the world.
bind = os.environ.get("BIND", "unix:/run/task-api/gunicorn.sock")
umask = 0o007

# A process computes on one core at a time; threads wait for the database beside each other.
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("THREADS", "4"))
worker_class = "gthread"

# Nothing waits for ever: a worker that does not answer is replaced; one that is told to stop may
# finish what it has begun.
timeout = 30
graceful_timeout = 30
keepalive = 5
# Leaks that nobody has found yet end with their process; not all at the same moment.
max_requests = 10_000
max_requests_jitter = 1_000

# A second instance of the same user would take over the first one's.
control_socket_disable = True

# Gunicorn's own log is for programs, too. Its access log stays shut: the application logs each
# request itself, with its id, and without the query, in which there may be tokens.
accesslog = None
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "app.logs.Formatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"level": "INFO", "handlers": ["stderr"]},
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False},
        # Settings for loggers open it again: what it has to say is at the level INFO.
        "gunicorn.access": {"level": "WARNING", "handlers": ["stderr"], "propagate": False},
    },
}
