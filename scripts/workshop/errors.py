"""The one way in which the workshop refuses: a line for the user, exit code 2."""


class UsageError(Exception):
    """Something that the user can put right.

    The message is one line that says what is wrong and what to type instead. The front door prints
    it and exits with 2.
    """


def cannot_use(error: OSError) -> UsageError:
    """Return the refusal for a file or folder that is not what it has to be."""
    reason = (error.strerror or str(error)).lower()
    return UsageError(f"Cannot use {error.filename} ({reason}): put it right, then try again.")


def cannot_write(error: OSError) -> UsageError:
    """Return the refusal for a file or folder that could not be written."""
    place = error.filename or "the workshop's folder"
    reason = (error.strerror or str(error)).lower()
    return UsageError(f"Cannot write {place} ({reason}): make it writable for you, then try again.")
