"""What a stage's suite stands on: fixtures, expectations, and the app loaded as a client meets it.

Runs in the process that runs the suite. Of the engine around it, it knows how the course lies on
disk, and nothing of commands and pages.
"""

from workshop.suite.expect import Finding, expect

__all__ = ["Finding", "expect"]
