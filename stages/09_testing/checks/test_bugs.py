"""Bugs in the app, one at a time: which of them do the student's tests notice?"""

from pathlib import Path

import pytest

from workshop.suite import Finding, mutants

MUTANTS = list(mutants.in_folder(Path(__file__).with_name("mutants")))
ENOUGH = 0.8


@pytest.mark.share(ENOUGH)
@pytest.mark.parametrize(
    ("mutant", "behaviour"),
    [pytest.param(m, m.behaviour, id=m.name, marks=pytest.mark.task(m.task)) for m in MUTANTS],
)
def test_notices(bench, note, mutant, behaviour):
    """{behaviour}."""
    if not bench.first.good:
        note("not tried")
        raise Finding("not tried yet: first, all your tests have to pass on the app as it is")
    catch = bench.on(mutant)
    if catch.by:
        note(f"caught by {catch.by.removeprefix('tests/').partition('[')[0]}")
    elif catch.doubt:
        note("in doubt")
        raise Finding(
            "a bug counts as caught when a test fails on it, and right afterwards passes on the "
            "right app, written in other words: does it depend on chance, on how often it is run, "
            "or on how the app is written?",
            Failed=[f"{catch.doubt}, and on the right app, too"],
        )
    else:
        note("missed")
        raise Finding(
            "an app with this bug passes all your tests. " + mutant.hint,
            The_bug=[behaviour],
        )
