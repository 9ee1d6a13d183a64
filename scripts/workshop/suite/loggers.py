"""Python's loggers, which one test must not hand on to the next."""

import logging


def everyone() -> list[logging.Logger]:
    """Return all loggers that there are, the root first."""
    return [logging.root, *map(logging.getLogger, logging.root.manager.loggerDict)]


def clear() -> None:
    """Part with the handlers, and levels, that apps gave to loggers."""
    for logger in everyone():
        logger.handlers.clear()
        logger.setLevel(logging.WARNING if logger is logging.root else logging.NOTSET)
