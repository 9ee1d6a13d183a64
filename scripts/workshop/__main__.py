"""Starts the workshop with whatever Python there is: `python scripts/workshop COMMAND`.

Kept to syntax that any Python can read, so that an old one gets a sentence and not a SyntaxError.
"""

import os
import sys

NEEDED = (3, 11)

if sys.version_info < NEEDED:
    sys.stderr.write(
        "Python %d.%d is too old for the workshop, which needs Python %d.%d or newer: "
        "name one, as in `make check-stage 1 PYTHON=python3.12` "
        "or `python3.12 scripts/workshop check-stage 1`.\n" % (sys.version_info[:2] + NEEDED)
    )
    sys.exit(2)

# Run as a directory, Python puts the directory itself on the path; the package is one level up.
sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from workshop.bootstrap import main  # noqa: E402

sys.exit(main(sys.argv[1:]))
