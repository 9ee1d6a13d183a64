"""Tests have to be right about the right app before they can be right about any other."""

from workshop.suite import Finding
from workshop.suite.assertions import without_assertion
from workshop.suite.trials import SEED
from workshop.suite.trials import TEST_SECONDS as SECONDS

RUN = "python -m pytest"


def shown(failed):
    """Return the first failed tests as lines, and how many there are beyond them."""
    lines = [line for test in failed[:5] for line in test.lines()]
    return lines + ([f"… and {len(failed) - 5} more"] if len(failed) > 5 else [])


def expect_run(trial, why, by_hand):
    """Expect of a run that all tests pass in it."""
    if trial.end == "hung":
        raise Finding(
            "a test that never ends says nothing: is there a loop without end, or one that waits?",
            Found=[
                f"{trial.current or 'loading the tests'} has not ended in {SECONDS:.0f} seconds"
            ],
        )
    if trial.end in ("ended", "deadline"):
        what = "ended the process" if trial.end == "ended" else "took all together too long"
        raise Finding(
            "all other tests are lost with the process: by os._exit, or a crash?",
            Found=[f"{trial.current or 'loading the tests'} {what}"],
        )
    if trial.broken:
        raise Finding(why, Found=trial.broken.splitlines()[-12:], By_hand=[RUN])
    if trial.failed:
        raise Finding(why, Failed=shown(trial.failed), By_hand=[by_hand])


def test_the_app_is_as_given(bench):
    """The app is as it was given: your work is in `tests/` alone."""
    changed = bench.changed()
    if changed:
        raise Finding(
            "tests are written for an app, and not the app for the tests: undo what you changed, "
            "or copy it from solutions/09_testing",
            Changed=changed,
        )


def test_pytest_finds_tests(bench):
    """pytest finds tests in `tests/`, and can load them."""
    trial = bench.first
    if trial.broken or not (trial.tests or trial.end != "finished"):
        found = trial.broken.splitlines()[-12:] or ["no test at all"]
        raise Finding(
            "files are called test_*.py, functions test_*, and an import that fails takes all "
            "tests of its file with it",
            Found=found,
            By_hand=[RUN],
        )


def test_passes_on_the_app(bench, note):
    """All your tests pass on the app as it is."""
    trial = bench.first
    note(f"{len(trial.tests)} tests, {trial.seconds:.1f} s")
    expect_run(trial, "the app is right, so a test that fails on it is wrong about it", RUN)


def test_passes_in_any_order(bench, note):
    """They pass in any order: shuffled, and the other way round."""
    require_good(bench)
    note(f"seed {SEED}")
    for backwards in (False, True):
        trial = bench.shuffled(backwards=backwards)
        if trial.good:
            continue
        first = trial.failed[0].id if trial.failed else trial.current
        alone = bench.alone(first)
        before = trial.tests[trial.tests.index(first) - 1 : trial.tests.index(first)]
        words = [first] if not alone.good else [*before, first]
        expect_run(
            trial,
            "each test has to make what it needs: this one lives on what another has left, or is "
            "disturbed by it",
            f"{RUN} {' '.join(words)}",
        )


def test_passes_again(bench):
    """They pass again, in the same folder, right after the first run."""
    require_good(bench)
    expect_run(
        bench.again(),
        "something of the first run is still there, in a file or a database that was not made for "
        "one test alone",
        f"{RUN}; {RUN}",
    )


def test_leaves_the_development_database_alone(bench):
    """The database in `instance/`, which a developer works with, is not touched."""
    assert bench.first
    if not bench.database_is_untouched:
        raise Finding(
            'tests have a database of their own: create_app("testing") chooses it, and '
            "create_app() alone the one of the developer",
            Changed=["instance/tasks.db"],
        )


def test_knows_the_app_alone(bench):
    """Your tests know the app, and nothing of how they are checked."""
    # Which caches there are differs from tree to tree.
    looked = sorted(bench.named(path) for path in bench.first.looked if "__pycache__" not in path)
    if looked:
        raise Finding(
            "whoever reads the answers has learned to read: a test looks at what the app does",
            Opened=looked[:8],
        )


def test_every_test_asserts(bench):
    """Each test asserts something."""
    found = without_assertion(bench.tests)
    if found:
        raise Finding(
            "a test that asserts nothing passes whatever the app answers; == without assert is a "
            "comparison that nobody looks at",
            Without=found[:8],
        )


def require_good(bench):
    """Let a run be judged only where the first one was good."""
    if not bench.first.good:
        raise Finding("not tried yet: first, all your tests have to pass on the app as it is")
