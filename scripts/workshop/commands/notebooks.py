"""Run the notebooks, two at a time, and compare their outputs with the committed ones."""

import argparse

from workshop import course, notebooks
from workshop.course import Stage
from workshop.errors import UsageError
from workshop.front import command_line
from workshop.notebooks import NotebookResult
from workshop.paths import shown
from workshop.screen import Page
from workshop.showing import progress_bar


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("stage", nargs="?", help="the number of one stage (default: all)")
    notebooks.add_target(parser)
    parser.add_argument(
        "--write",
        nargs="?",
        const="1",
        default="0",
        help="for maintainers: keep the outputs of this run",
    )


def run(options: argparse.Namespace) -> int:
    """Run and print a table; 0 when all ran and the outputs are those that are committed."""
    keep = options.write not in ("", "0")
    target = notebooks.target_of(options)
    if keep and target == "stages":
        raise UsageError("What is committed comes from the solutions: leave TARGET=stages out.")
    stages = _wanted(options.stage)
    results = []
    with progress_bar("Running notebooks") as show:
        cells: dict[int, tuple[int, int]] = {}

        def note(stage: Stage, done: int, total: int) -> None:
            cells[stage.number] = done, total
            show(sum(done for done, _ in cells.values()), _expected(cells, len(stages)))

        for result in notebooks.results(stages, target, note):
            if keep:
                notebooks.keep(result)
            results.append(result)
    _page_of(results, target, kept=keep).print()
    return 0 if all(_good(result, keep) for result in results) else 1


def _wanted(word: str | None) -> list[Stage]:
    if word:
        return [course.find(word, "notebooks")]
    found = [stage for stage in course.stages() if notebooks.has_notebook(stage)]
    if not found:
        raise UsageError("No stage has a notebook: `git checkout notebooks` restores them.")
    return found


def _expected(cells: dict[int, tuple[int, int]], stages: int) -> int:
    """Return how many cells there will be, as far as the notebooks under way tell."""
    known = [total for _, total in cells.values()]
    return sum(known) * stages // len(known)


def _good(result: NotebookResult, kept: bool) -> bool:
    return result.ok and (kept or result.as_committed)


def _page_of(results: list[NotebookResult], target: str, *, kept: bool) -> Page:
    page = Page()
    for result in results:
        good = _good(result, kept)
        mark, style = ("✓", "green") if good else ("✗", "red")
        said = "written" if kept and good else result.verdict
        name = f"{result.stage.number:>2} · {result.stage.title:<40} "
        page.line((f"{mark} ", style), name, (f"{result.seconds:5.1f} s  ", "dim"))
        if good:
            page.lines[-1].append((said, style))
        else:
            page.field("", [shown(result.stage.notebook), *_details(result)], "red", indent=7)
    page.line()
    good_ones = sum(_good(result, kept) for result in results)
    saying = "ran" if target == "stages" else "are written" if kept else "ran, as committed"
    page.line(f"{good_ones} of {len(results)} notebooks {saying}.")
    first = next((result for result in results if not _good(result, kept)), None)
    if first:
        _add_next(page, first)
    return page


def _details(result: NotebookResult) -> list[str]:
    rest = result.error.splitlines()[1:] if not result.ok else []
    return [result.verdict, *(f"  {line}" for line in rest)]


def _add_next(page: Page, first: NotebookResult) -> None:
    number, file = first.stage.number, shown(first.stage.notebook)
    if first.ok:
        page.line(f"`git checkout {file}` restores what is committed; to commit to this run:")
        page.line(f"  {command_line('notebooks', number, 'WRITE=1')}")
    else:
        page.line(f"Look at it: {command_line('notebook', number)}")
