"""How commands are typed here, for messages that say what to type next."""

import os


def command_line(command: str, *words: object) -> str:
    """Return a command as this user types it: through make where make called us, else Python.

    Args:
        command: the command's name, as in `check-stage`.
        words: what follows it, as in `3` or `PORT=5001`.

    """
    front = "make" if os.environ.get("WORKSHOP_FRONT") == "make" else "python scripts/workshop"
    return " ".join([front, command, *(str(word) for word in words)])
