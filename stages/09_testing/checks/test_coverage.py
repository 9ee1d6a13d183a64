"""How much of the app the student's tests run. It says what no test has seen, and nothing more."""

import pytest

from workshop.suite import Finding

pytestmark = pytest.mark.task("coverage")

LINES = 90
BRANCHES = 85
BY_HAND = [
    "python -m coverage run --branch --source app -m pytest",
    "python -m coverage report --show-missing",
]


def judge(bench, note, run, all_of, enough, missing):
    """Expect that enough was run; show where it was not."""
    totals = bench.coverage.get("totals")
    if not totals:
        raise Finding("not measured: first, your tests have to run on the app as it is")
    percent = 100 * totals[run] / totals[all_of]
    note(f"{percent:.0f} %")
    if percent < enough:
        found = sorted(
            (len(file[missing]), name, file[missing])
            for name, file in bench.coverage["files"].items()
            if file[missing]
        )
        lines = [f"{name}: {places(what)}" for _, name, what in reversed(found)]
        raise Finding(
            f"what no test runs can break without being noticed; at least {enough} % is asked for",
            Found=[f"{percent:.0f} % of {totals[all_of]}"],
            Not_run=lines[:6],
            By_hand=BY_HAND,
        )


def places(missing):
    """Return line numbers, or jumps from line to line, in one line of text."""
    parts = [str(p) if isinstance(p, int) else f"{p[0]} → {p[1]}" for p in missing]
    return ", ".join(parts[:8]) + (f", … ({len(parts)} in all)" if len(parts) > 8 else "")


def test_lines(bench, note):
    """At least 90 % of the lines of `app/` are run."""
    judge(bench, note, "covered_lines", "num_statements", LINES, "missing_lines")


def test_branches(bench, note):
    """At least 85 % of its branches are taken."""
    judge(bench, note, "covered_branches", "num_branches", BRANCHES, "missing_branches")
