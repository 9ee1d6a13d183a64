"""The gate: starter, solution, suite, hints, lesson and notebook are true to each other.

Seven points for each stage; a finding names the point, the stage, and what to do.
"""

import re
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from workshop import course, pool, regions, starters, wrong
from workshop.course import Stage
from workshop.errors import UsageError
from workshop.front import command_line
from workshop.outcomes import Outcome
from workshop.paths import shown
from workshop.runs import apart_runners, hidden_of, runners

POINTS = {
    1: "the starter is what the solution yields",
    2: "unchanged files are unchanged",
    3: "the solution is green",
    4: "the starter fails exactly the tests of its tasks",
    5: "known-wrong programs fail the right test",
    6: "every task has tests, hints and a place in the lesson",
    7: "the notebook runs",
}
MIN_HINTS = 3


@dataclass
class Verdict:
    """What was found about one stage: messages by point, and notes on what was counted.

    `untried` counts the known-wrong programs that this machine cannot try, by what it lacks.
    """

    stage: Stage
    findings: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    notes: dict[int, str] = field(default_factory=dict)
    worked_on: bool = False
    untried: Counter[str] = field(default_factory=Counter)

    @property
    def holds(self) -> bool:
        """Tell whether nothing was found."""
        return not any(self.findings.values())


Progress = Callable[[int, int], None]


class Pages(Enum):
    """What to do with the pages of known-wrong programs.

    `WHOLE` runs all tests on each program and compares the page. `OPENED` runs only the test that
    has to fail, and compares what the page says of it: quick, but that no other test comes first
    is left unchecked. `RECORDED` writes the pages. `LEFT` runs each on that test and compares no
    page.
    """

    WHOLE = "whole"
    OPENED = "opened"
    RECORDED = "recorded"
    LEFT = "left"


def verify(
    stages: list[Stage],
    *,
    strict: bool,
    pages: Pages,
    notebooks: bool,
    progress: Progress,
    apart: bool = False,
) -> list[Verdict]:
    """Check stages; return a verdict for each.

    Args:
        stages: the stages to check.
        strict: whether a stage that is worked on is a finding, and not left out of 1 and 4.
        pages: what to do with the pages of known-wrong programs.
        notebooks: whether to run the notebooks.
        progress: told how many runs are done, and how many there are.
        apart: whether the apps run apart, as for grading; then with the hidden tests as well.

    """
    verdicts = [Verdict(stage) for stage in stages]
    chain = course.stages()
    for verdict in verdicts:
        _check_files(verdict, chain, strict)
    with tempfile.TemporaryDirectory(prefix="workshop-verify-") as scratch:
        plans = [plan for v in verdicts for plan in _plans(v, Path(scratch), pages)]
        total = len(plans) + (len(stages) if notebooks else 0)
        done = 0
        make = apart_runners if apart else runners
        for index, outcome in pool.outcomes([plan.wanted for plan in plans], make):
            plans[index].judge(outcome)
            done += 1
            progress(done, total)
    for verdict in verdicts:
        for reason, count in verdict.untried.items():
            verdict.notes[5] += f"; {count} not tried: {reason}"
    if notebooks:
        _check_notebooks(verdicts, lambda ended: progress(done + ended, total))
    return verdicts


@dataclass(frozen=True)
class _Plan:
    wanted: pool.Wanted
    judge: Callable[[Outcome], None]


def _check_files(verdict: Verdict, chain: list[Stage], strict: bool) -> None:
    try:
        _check_starter(verdict, strict)
        _check_unchanged(verdict, chain)
        _check_tasks(verdict)
    except UsageError as error:
        verdict.findings[1].append(str(error))
    _check_no_file_too_much(verdict)
    _check_ids(verdict, chain)


def _check_starter(verdict: Verdict, strict: bool) -> None:
    stage = verdict.stage
    if starters.is_stale(stage):
        command = command_line("propagate", stage.number)
        verdict.findings[1].append(f"{shown(stage.starter)} is stale: run `{command}`")
    elif starters.is_worked_on(stage):
        verdict.worked_on = True
        if strict:
            command = command_line("reset-stage", stage.number)
            verdict.findings[1].append(
                f"{shown(stage.starter)} is not what the solution yields: run `{command}`"
            )


def _check_unchanged(verdict: Verdict, chain: list[Stage]) -> None:
    stage = verdict.stage
    ours = starters.solution_files(stage)
    before = next((s for s in reversed(chain) if s.number < stage.number), None)
    theirs = starters.solution_files(before) if before else {}
    for name in stage.changes:
        if name not in ours:
            verdict.findings[2].append(f"`changes` lists {name}, which the solution has not")
        elif ours[name] == theirs.get(name):
            verdict.findings[2].append(f"`changes` lists {name}, which is as in the stage before")
    for name, text in ours.items():
        if name in stage.changes:
            continue
        if name not in theirs:
            verdict.findings[2].append(f"{name} is new: list it under `changes`")
        elif text != theirs[name]:
            command = command_line("propagate", before.number if before else 1)
            verdict.findings[2].append(
                f"{name} differs from the stage before: run `{command}`, or list it in `changes`"
            )
    for name in theirs:
        if name not in ours and name not in stage.removes:
            verdict.findings[2].append(
                f"{name} of the stage before is missing: list it under `removes`, if it is to go"
            )
    for name in stage.removes:
        if name in ours or name not in theirs:
            verdict.findings[2].append(f"`removes` lists {name}, which has not gone")
    verdict.notes[2] = f"{len(ours) - len(stage.changes)} of {len(ours)}"


def _check_tasks(verdict: Verdict) -> None:
    stage = verdict.stage
    found = verdict.findings[6]
    lesson = stage.starter / "README.md"
    headings = re.findall(r"(?m)^#+ .*$", starters.read(lesson)) if lesson.exists() else []
    if not lesson.exists():
        found.append(f"{shown(lesson)} is missing")
    regions_of: dict[str, list[str]] = defaultdict(list)
    for name, text in starters.solution_files(stage).items():
        if name in stage.changes:
            for region in regions.all_in(text):
                regions_of[region.task] += region.solution
    for task in stage.tasks:
        if task.id not in regions_of and not stage.omits:
            found.append(f"the task `{task.id}` has no region in the solution")
        if lesson.exists() and not any(f"`{task.id}`" in heading for heading in headings):
            found.append(f"the lesson has no heading with `{task.id}` in it")
        if len(task.hints) < MIN_HINTS:
            found.append(f"the task `{task.id}` has {len(task.hints)} hints, not {MIN_HINTS}")
        for number, hint in enumerate(task.hints[:-1], start=1):
            if line := _gives_away(hint, regions_of[task.id]):
                found.append(f"hint {number} of `{task.id}` gives away the solution: `{line}`")


def _gives_away(hint: str, solution: Iterable[str]) -> str | None:
    """Return a line of the solution that stands in a hint; short lines stand anywhere."""
    lines = {line.strip() for line in solution}
    own = {line.strip() for line in hint.splitlines()}
    return next((line for line in lines & own if len(line) >= 20), None)


def _check_ids(verdict: Verdict, chain: list[Stage]) -> None:
    """Check that no other stage has a task of the same id: regions are told apart by it."""
    ours = {task.id for task in verdict.stage.tasks}
    for other in chain:
        for task in other.tasks:
            if other.number != verdict.stage.number and task.id in ours:
                says = f"the task id `{task.id}` is also one of stage {other.number}"
                verdict.findings[6].append(says)


def _check_no_file_too_much(verdict: Verdict) -> None:
    stage = verdict.stage
    expected = set(starters.recorded(stage)) | starters.COURSE_FILES
    for name in starters.files_of(stage.starter):
        inside_suite = name.startswith(f"{stage.suite}/")
        if name not in expected and not inside_suite and not verdict.worked_on:
            verdict.findings[6].append(f"{shown(stage.starter / name)} is one file too much")
    names = {path.stem for path in wrong.folder(stage).glob("*.toml")}
    for golden in sorted(wrong.folder(stage).glob("*.txt")):
        if golden.stem not in names:
            verdict.findings[6].append(f"{shown(golden)} is the page of no known-wrong program")


def _plans(verdict: Verdict, scratch: Path, pages: Pages) -> list[_Plan]:
    """Return the runs that a stage needs, each with what judges its outcome."""
    stage = verdict.stage
    copy = scratch / stage.name / "solution"
    shutil.copytree(stage.solution, copy, ignore=shutil.ignore_patterns("__pycache__", "instance"))
    hidden = hidden_of(stage, seed="")
    plans = [
        _Plan(
            pool.Wanted(stage, copy, hidden=hidden),
            lambda outcome: _judge_solution(verdict, outcome),
        )
    ]
    if not verdict.worked_on:
        plans.append(
            _Plan(
                pool.Wanted(stage, stage.starter, hidden=hidden),
                lambda outcome: _judge_starter(verdict, outcome),
            )
        )
    for program in wrong.right_programs(stage):
        plans.append(_right_plan(verdict, program))
    try:
        for wrong_program in wrong.programs(stage):
            directory = scratch / stage.name / wrong_program.file.stem
            wrong.write(wrong_program, directory)
            plans.append(_wrong_plan(verdict, wrong_program, directory, pages))
    except UsageError as error:
        verdict.findings[5].append(str(error))
    count = len(list(wrong.folder(stage).glob("*.toml")))
    how = ", each on its test alone" if _is_quick(stage, pages) else ""
    verdict.notes[5] = f"{count} programs{how}"
    if not count:
        verdict.findings[5].append(f"there are no known-wrong programs in {wrong.folder(stage)}")
    return plans


def _judge_solution(verdict: Verdict, outcome: Outcome) -> None:
    stage = verdict.stage
    verdict.notes[3] = f"{len(outcome.results)} tests"
    for reason, number in outcome.lacking.items():
        verdict.notes[3] += f"; {number} not checked: {reason}"
    if not outcome.complete:
        command = command_line("check-stage", stage.number, "TARGET=solutions")
        verdict.findings[3].append(f"{_what_failed(outcome)}: see `{command}`")
    known = {task.id for task in stage.tasks}
    tested = {result.task for result in outcome.results}
    for result in outcome.results:
        if result.task is not None and result.task not in known:
            verdict.findings[6].append(f"{result.id} tests `{result.task}`, which is no task")
        if result.requirement == result.id.partition("::")[2]:
            verdict.findings[6].append(f"{result.id} has no docstring that says the requirement")
    for task in stage.tasks:
        if task.id not in tested and outcome.results:
            verdict.findings[6].append(f"the task `{task.id}` has no test")
    verdict.notes[6] = f"{len(stage.tasks)} tasks"


def _right_plan(verdict: Verdict, folder: Path) -> _Plan:
    def judge(outcome: Outcome) -> None:
        if not outcome.complete:
            verdict.findings[3].append(f"{shown(folder)} is right, yet {_what_failed(outcome)}")

    hidden = hidden_of(verdict.stage, seed="")
    return _Plan(pool.Wanted(verdict.stage, folder, hidden=hidden), judge)


def _judge_starter(verdict: Verdict, outcome: Outcome) -> None:
    found = verdict.findings[4]
    if outcome.stopped:
        found.append(f"the starter does not get through its suite ({_what_failed(outcome)})")
        return
    for result in outcome.results:
        if result.passed and result.task:
            found.append(f"{result.id} passes on the starter, so there is nothing to build for it")
        elif result.unchecked:
            continue
        elif not result.passed and not result.task:
            found.append(f"{result.id} fails on the starter and carries no task")
        elif not result.passed and not _fails_well(result.failure):
            found.append(f"{result.id} fails on the starter, but not by an assertion or a 501")
    verdict.notes[4] = f"{len(outcome.failing)} of {len(outcome.results)} tests"


def _fails_well(failure: dict[str, object]) -> bool:
    exchange = failure.get("exchange")
    unbuilt = isinstance(exchange, dict) and exchange["status"] == 501
    return failure.get("when") == "call" and (bool(failure.get("is_assertion")) or unbuilt)


def _wrong_plan(
    verdict: Verdict, program: wrong.WrongProgram, directory: Path, pages: Pages
) -> _Plan:
    quick = _is_quick(verdict.stage, pages)
    only = program.fails if quick else ""

    def judge(outcome: Outcome) -> None:
        found = verdict.findings[5]
        name = shown(program.file)
        opened = wrong.opened(outcome)
        for result in outcome.results:
            if result.unchecked and result.id == program.fails:
                verdict.untried[result.unchecked] += 1
                return
        if outcome.green:
            what = f"{only} does not fail" if only else "nothing fails"
            found.append(f"{name}: {what}, so the suite lets this trap through")
            return
        if opened != program.fails:
            found.append(f"{name}: opens {opened or 'no test'}, not {program.fails or 'none'}")
            return
        if pages is Pages.LEFT:
            return
        whole = not quick and not outcome.lacking
        page = wrong.page(outcome, whole=whole)
        if path := wrong.path_of_this_machine(page):
            found.append(f"{name}: its page names {path}, a path of this machine")
        elif day := wrong.day_of_today(page):
            found.append(f"{name}: its page holds {day}, and will be another one tomorrow")
        elif pages is Pages.RECORDED and outcome.lacking:
            found.append(
                f"{name}: record it where nothing is missing: {', '.join(outcome.lacking)}"
            )
        elif pages is Pages.RECORDED:
            program.golden.write_bytes(page.encode())
        elif not program.golden.exists():
            found.append(f"{shown(program.golden)} is missing: record it with --record")
        elif not _is_in(page, golden := starters.read(program.golden), whole=whole):
            found.append(
                f"{shown(program.golden)} is not the page of today: look, then --record "
                f"({_difference(page, golden)})"
            )

    return _Plan(pool.Wanted(verdict.stage, directory, program.test_seconds, only), judge)


def _is_quick(stage: Stage, pages: Pages) -> bool:
    """Tell whether each known-wrong program runs on its test alone."""
    return stage.slow or pages in (Pages.OPENED, Pages.LEFT)


def _is_in(page: str, golden: str, *, whole: bool) -> bool:
    return page == golden if whole else bool(page) and page in golden


def _difference(page: str, golden: str) -> str:
    """Return the first line of a page that is not in the one on record."""
    known = set(golden.splitlines())
    new = next((line.strip() for line in page.splitlines() if line not in known), None)
    return "it has no new line" if new is None else f"its first new line: {new}"


def _what_failed(outcome: Outcome) -> str:
    if outcome.stopped:
        reason = outcome.detail.get("message") or outcome.detail.get("id") or ""
        return f"{outcome.stopped} {reason}".strip()
    first = outcome.first_failure
    return f"{len(outcome.failing)} tests do not pass, first {first.id if first else ''}"


def _check_notebooks(verdicts: list[Verdict], ended: Callable[[int], None]) -> None:
    from workshop import notebooks

    stages = [verdict.stage for verdict in verdicts]
    for number, (verdict, problem) in enumerate(
        zip(verdicts, notebooks.problems(stages), strict=True), start=1
    ):
        if problem:
            verdict.findings[7].append(problem)
        ended(number)
