"""What a stage's suite stands on: fixtures, expectations, and the app loaded as a client meets it.

Runs in the process that runs the suite; knows nothing of the engine around it.
"""

from workshop.suite.expect import expect

__all__ = ["expect"]
