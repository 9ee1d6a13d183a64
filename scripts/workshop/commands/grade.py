"""Grade a class: run each submission apart and confined, and write a gradebook."""

import argparse
import functools
import sys
import tempfile
from pathlib import Path

from workshop import confinement, course, targets
from workshop.course import Stage
from workshop.errors import UsageError
from workshop.front import command_line
from workshop.grading import machine, submissions
from workshop.grading.books import Format, formats, table
from workshop.grading.grades import Book, Column
from workshop.grading.marked_class import ClassOf, Marked
from workshop.grading.orders import Grader, graded_here
from workshop.grading.shelf import Shelf
from workshop.grading.similarity import pairs
from workshop.grading.submissions import Submission
from workshop.paths import shown, state_dir
from workshop.runs import Hidden, hidden_of
from workshop.screen import Page, visible
from workshop.showing import progress_bar

_USUAL = "html,csv,json"
# From here on, a submission cannot write where grades come from.
_ENOUGH = "files"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--submissions", help="the folder with a folder or archive a student")
    parser.add_argument("--stages", help="which ones, as in 3, 1-7 or 1,3,5; all when not given")
    parser.add_argument("--roster", help="a CSV file with the class, with a column `name`")
    parser.add_argument(
        "--hidden", help="a folder with more tests, in folders 01, 02, …: tests/hidden if not given"
    )
    parser.add_argument("--out", help="the folder for grades and gradebook")
    parser.add_argument(
        "--format",
        default=_USUAL,
        help=f"what to write, several with commas: {_USUAL} if not given",
    )
    machine.add_arguments(parser)
    parser.add_argument(
        "--broker", help="let workers grade (see grade-worker): redis://…, amqp://… or a folder"
    )
    parser.add_argument("--again", action="store_true", help="grade also what has not changed")


def run(options: argparse.Namespace) -> int:
    """Grade what is new, and write the book; 0 when nothing failed that is the grader's."""
    chosen = _formats(options.format)
    stages = _stages(options.stages)
    if not options.submissions:
        raise UsageError(f"Whose work? `{command_line('grade', 'SUBMISSIONS=folder')}`.")
    directory = Path(options.submissions)
    found = submissions.find(directory, Path(options.roster) if options.roster else None)
    if options.hidden and options.broker:
        raise UsageError("Workers have the hidden tests of the course alone: leave HIDDEN out.")
    at_once = machine.at_once(options)
    out = Path(options.out) if options.out else state_dir() / "grades" / directory.resolve().name
    grader = _grader(options.broker, at_once)
    shelf = Shelf(out)
    shelf.make()
    students = ClassOf(found, stages, _hidden(options.hidden, stages, shelf))
    with tempfile.TemporaryDirectory(prefix="workshop-class-") as scratch:
        with progress_bar("Taking submissions") as show:
            students.take(Path(scratch), show)
        with progress_bar("Grading", left=True) as show:
            marked = students.mark(shelf, grader, again=options.again, show=show)
        found_equal = [pair for stage in stages for pair in pairs(stage, students.copies_of(stage))]
    book = Book(
        [submission.name for submission in found],
        [Column(stage.number, stage.title) for stage in stages],
        marked.grades,
        marked.faults,
        marked.changes,
        found_equal,
    )
    written = [chosen[name].write(book, out) for name in sorted(chosen)]
    table.print_table(book)
    _print_unlisted(found)
    _print_end(marked, [files[0] for files in written if files])
    return 1 if marked.faults else 0


def _print_end(marked: Marked, files: list[Path]) -> None:
    page = Page()
    page.line()
    if marked.kept:
        page.line(f"{marked.kept} of {len(marked.grades)} grades are from before: nothing changed.")
    add_isolation(page, marked)
    for file in files:
        page.line(f"Written: {shown(file)}")
    page.print()


def _print_unlisted(found: list[Submission]) -> None:
    """Name the submissions of those whom the roster does not have."""
    names = [visible(submission.name) for submission in found if not submission.listed]
    if names:
        page = Page()
        page.line()
        page.paragraph(f"Not in the roster, and graded all the same: {', '.join(names)}.")
        page.print()


def add_isolation(page: Page, marked: Marked) -> None:
    """Say what kept the submissions apart, and what it means where that was little."""
    levels = {
        confinement.level_of(set(grade.isolation))
        for grade in marked.grades.values()
        if grade.isolation
    }
    if not levels:
        page.line("No submission could be started.")
        return
    least = min(levels, key=confinement.LEVELS.index)
    page.line(f"Run with isolation `{least}`.")
    if confinement.LEVELS.index(least) < confinement.LEVELS.index(_ENOUGH):
        page.paragraph(
            f"With less than `{_ENOUGH}`, a hostile program can change marks, its own and others'. "
            f"REQUIRE_ISOLATION={_ENOUGH} runs nothing then.",
            "yellow",
        )


def _grader(broker: str | None, at_once: int) -> Grader:
    """Return what grades: this machine, or the workers that take orders from a broker."""
    if broker is None:
        return functools.partial(graded_here, at_once=at_once)
    from workshop.grading.spreading import graded_by_workers

    worker = command_line("grade-worker", "BROKER=…")  # its address may hold a password
    print(f"Orders go to the broker: `{worker}` on each machine takes them.", file=sys.stderr)
    return functools.partial(graded_by_workers, broker=broker)


def _hidden(word: str | None, stages: list[Stage], shelf: Shelf) -> dict[int, Hidden]:
    """Return the hidden tests of the stages that have some."""
    top, seed = Path(word) if word else None, shelf.seed()
    found = {stage.number: hidden for stage in stages if (hidden := hidden_of(stage, seed, top))}
    if word and not found:
        raise UsageError(
            f"There are no hidden tests in {word}: name the folder with {stages[0].number:02}/"
            "hidden_*.py in it."
        )
    return found


def _formats(words: str) -> dict[str, Format]:
    """Return the formats that a user names."""
    known = formats()
    names = [word.strip() for word in words.split(",") if word.strip()]
    for name in names:
        if name not in known:
            raise UsageError(f"There is no format {name}: choose from {', '.join(known)}.")
    return {name: known[name] for name in names}


def _stages(words: str | None) -> list[Stage]:
    """Return the stages that a user names, whose suites are whole."""
    stages = course.several(words, command_line("grade", "SUBMISSIONS=folder", "STAGES=1-3"))
    for stage in stages:
        targets.check_suite(stage)
    return stages
