"""The bugs that a student's tests are to catch: believable, different, and each of them seen."""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from workshop import course, starters
from workshop.suite import mutants

REPOSITORY = Path(__file__).resolve().parents[1]
STAGES = [stage for stage in course.stages() if (stage.suite_dir / "mutants").is_dir()]

# In a new process, whose libraries no other test has touched. It tells for each mutant where the
# reference suite fails on it, until a second test has failed.
FAILURES = """
import json, sys, tempfile
from pathlib import Path
from workshop import course
from workshop.suite import mutants
from workshop.suite.trials import Bench, load_libraries

stage = course.load(Path(sys.argv[1]))
load_libraries(stage)
with tempfile.TemporaryDirectory() as scratch:
    bench = Bench(stage, stage.solution, Path(scratch))
    assert bench.first.good, bench.first
    for mutant in mutants.in_folder(stage.suite_dir / "mutants"):
        trial = bench.failures_on(mutant, most=2)
        assert trial.end == "finished" and not trial.broken, (mutant.name, trial)
        print(json.dumps([mutant.name, [[f.id, f.line] for f in trial.failed]]), flush=True)
"""


def test_there_is_a_stage_with_mutants():
    assert STAGES


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_every_mutant_is_an_app_of_its_own(stage):
    app = starters.solved(stage)
    seen = {}
    for mutant in mutants.in_folder(stage.suite_dir / "mutants"):
        after = mutant.applied(app)
        changed = {name for name in app if app[name] != after[name]}
        assert changed, mutant.name
        assert not any(stage.is_edited(name) for name in changed), mutant.name
        key = json.dumps(after, sort_keys=True)
        assert key not in seen, f"{mutant.name} is {seen[key]} again"
        seen[key] = mutant.name
    assert len(seen) >= 24


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_what_a_student_reads_of_a_mutant_gives_no_code_away(stage):
    for mutant in mutants.in_folder(stage.suite_dir / "mutants"):
        for text in (mutant.behaviour, mutant.hint):
            assert text == text.strip()
            assert ".py" not in text
            for edit in mutant.edits:
                lines = (edit["find"] + "\n" + edit["replace"]).splitlines()
                for line in filter(None, map(str.strip, lines)):
                    assert line not in text, mutant.name
        assert not mutant.behaviour.endswith(".")


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_no_two_mutants_are_caught_by_the_same_single_assertion_only(stage):
    """Else one of them would test nothing that the other does not."""
    done = subprocess.run(
        [sys.executable, "-c", FAILURES, str(stage.starter)],
        env={"PYTHONPATH": str(REPOSITORY / "scripts"), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    caught_at = defaultdict(list)
    for line in done.stdout.splitlines():
        name, failures = json.loads(line)
        assert failures, f"no test of the reference suite notices {name}"
        if len(failures) == 1:
            caught_at[tuple(failures[0])].append(name)
    assert not {place: names for place, names in caught_at.items() if len(names) > 1}
