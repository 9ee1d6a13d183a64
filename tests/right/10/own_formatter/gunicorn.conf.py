"""Gunicorn with plain workers, on loopback."""

import multiprocessing

bind = ["127.0.0.1:8000"]
umask = 0o117
workers = 2 * multiprocessing.cpu_count() + 1
timeout = 60
control_socket_disable = True
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "app.logs.JsonLines"}},
    "handlers": {"all": {"class": "logging.StreamHandler", "formatter": "json"}},
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": ["all"], "propagate": False},
        "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
    },
    "root": {"level": "WARNING", "handlers": ["all"]},
}
