"""A run as the student sees it: the checklist, the first failure opened, and what comes next."""

import re

from workshop import by_hand, course, diagnosis, transcript
from workshop.course import Task
from workshop.front import command_line
from workshop.outcomes import Outcome, Result, all_met
from workshop.paths import shown
from workshop.screen import Page, visible
from workshop.suite.exchange import Exchange, Raised

GIVEN = "What works from the start"


def page_of(outcome: Outcome, *, watched: bool = False) -> Page:
    """Return the page for one run; `watched` where every save is checked as it is."""
    page = Page()
    stage = outcome.stage
    _headline(page, outcome)
    if outcome.green:
        if any(result.note for result in outcome.results):
            _add_checklist(page, outcome)
            page.line()
        _add_green(page, outcome)
        return page
    if outcome.stopped:
        _STOPPED[outcome.stopped](page, outcome)
    if outcome.first_failure:
        _add_checklist(page, outcome)
        page.line()
        transcript.add_failure(page, outcome, outcome.first_failure)
    if outcome.results:
        _add_count(page, outcome)
    if outcome.app_dir == stage.starter:
        _add_next(page, outcome, watched)
    return page


def opened_of(outcome: Outcome) -> Page:
    """Return the part of the page that opens what failed first, without what else was found."""
    page = Page()
    if outcome.stopped:
        _STOPPED[outcome.stopped](page, outcome)
    elif outcome.first_failure:
        transcript.add_failure(page, outcome, outcome.first_failure)
    return page


def by_task(outcome: Outcome) -> list[tuple[Task | None, list[Result]]]:
    """Return the results grouped by task, in the stage's order; those without a task come first."""
    groups: list[tuple[Task | None, list[Result]]] = []
    for task in (None, *outcome.stage.tasks):
        wanted = task.id if task else None
        results = [result for result in outcome.results if result.task == wanted]
        if results:
            groups.append((task, results))
    return groups


def _headline(page: Page, outcome: Outcome) -> None:
    stage = outcome.stage
    page.line(
        (f"Stage {stage.number} · {stage.title}", "bold"), ("   " + shown(outcome.app_dir), "dim")
    )
    page.line()


def _add_green(page: Page, outcome: Outcome) -> None:
    page.line(("✓ ", "bold green"), (_verdict(outcome), "bold green"))
    _add_lacking(page, outcome)
    if outcome.app_dir != outcome.stage.starter:
        return
    number = outcome.stage.number
    page.line()
    page.line(f"Compare with our solution: {command_line('diff-stage', number)}")
    if following := course.following(outcome.stage):
        page.line(f"Next: read {shown(following / 'README.md')}, then")
        page.line(f"      {command_line('check-stage', int(following.name[:2]))}")
    else:
        page.line("That was the last stage that there is. Well done.")


def _verdict(outcome: Outcome) -> str:
    shared = outcome.shared
    if not shared:
        where = " that can be checked here" if outcome.lacking else ""
        return f"Green: all {outcome.met} requirements{where} are met."
    if outcome.complete:
        return f"Green, with distinction: all {len(shared)} of {len(shared)} are met."
    met = sum(result.passed is True for result in shared)
    return (
        f"Green: {met} of {len(shared)} are met, where {outcome.enough} are enough; "
        "all of them would be a distinction."
    )


def _add_lacking(page: Page, outcome: Outcome) -> None:
    """Name what this machine could not check: nobody is to take it for met."""
    for reason, count in outcome.lacking.items():
        page.line(("· ", "dim"), f"Not checked ({count}): {reason}.")


def _add_checklist(page: Page, outcome: Outcome) -> None:
    opened = outcome.first_failure
    column = max((len(r.requirement) for r in outcome.results if r.note), default=0)
    for task, results in by_task(outcome):
        passed = sum(result.passed is True for result in results)
        unchecked = sum(bool(result.unchecked) for result in results)
        done = all_met(results)
        is_opened = opened in results and not outcome.green
        mark, style = ("✓", "green") if done else ("✗", "red") if is_opened else ("·", "dim")
        title = task.title if task else GIVEN
        page.line(
            (f"  {mark} ", style),
            (f"{title:<58}", "bold" if is_opened else ""),
            (f"{passed} of {len(results)}", style),
            (f", {unchecked} not checked" if unchecked else "", "dim"),
        )
        if is_opened or any(result.note for result in results):
            _add_tests(page, results, column)


def _add_count(page: Page, outcome: Outcome) -> None:
    results = outcome.results
    met = outcome.met
    unknown = sum(result.passed is None and not result.unchecked for result in results)
    if not outcome.stopped:
        page.line()
    rest = f"; {unknown} could not be checked" if unknown else ""
    page.line(f"{met} of {len(results)} requirements are met{rest}.")
    _add_lacking(page, outcome)
    if shared := outcome.shared:
        met = sum(result.passed is True for result in shared)
        page.line(f"Of {len(shared)} of them {outcome.enough} are enough; {met} are met.")


def _add_tests(page: Page, results: list[Result], column: int) -> None:
    """Add a line for each test; what it notes stands beside it, at a column."""
    for result in results:
        mark, style = ("✓", "green") if result.passed else ("·", "dim")
        if result.passed is False:
            mark, style = "✗", "red"
        parts: list[tuple[str, str]] = [(f"      {mark} ", style), (result.requirement, "")]
        if result.note:
            gap = " " * (column - len(result.requirement) + 2)
            parts.append((gap + result.note, "dim" if result.passed else style))
        page.line(*parts)


def _add_next(page: Page, outcome: Outcome, watched: bool) -> None:
    number = outcome.stage.number
    watch = (command_line("watch", number), "bold")
    hint = (command_line("hint", number), "bold")
    # Hints belong to tasks.
    hinted = bool(not outcome.stopped and outcome.first_failure and outcome.first_failure.task)
    if watched:
        if hinted:
            page.line("Next: ", hint, " in another terminal for a hint.")
    elif hinted:
        page.line("Next: ", hint, " for a hint, or ", watch, " to check after every save.")
    elif outcome.stopped or not outcome.first_failure:
        page.line("Mend this first; ", watch, " checks after every save.")
    else:
        page.line("Next: ", watch, " to check after every save.")
    page.line(f"Lesson: {shown(outcome.stage.starter / 'README.md')}")


def _load_failed(page: Page, outcome: Outcome) -> None:
    detail = outcome.detail
    raised = Raised(**detail["raised"]) if detail["raised"] else Raised("", "")
    _add_headline(page, _load_headline(detail, raised, _place(outcome, raised)))
    if raised.source:
        page.line()
        page.line(("      " + visible(raised.source), "red"))
        if raised.column:
            page.line((" " * (raised.column + 5) + "^", "red"))
    if advice := diagnosis.of_load(detail["kind"], raised):
        page.line()
        page.paragraph(advice, indent=2)
    _add_outer_output(page, outcome)
    page.line()


def _load_headline(detail: dict[str, str], raised: Raised, place: str) -> str:
    match detail["kind"]:
        case "syntax":
            return f"Python cannot read {place}: {raised.message}"
        case "import":
            # Where the other module lies is of no help, and makes the line long.
            message = re.sub(r" \([^()]*[/\\][^()]*\)", "", raised.message)
            return f"An import fails in {place}: {message}"
        case "serves":
            return f"Your program starts its server while it is imported: {place}"
        case "exit":
            return f"Your program ends itself while it is imported: {place}"
        case "raised":
            what = f"{raised.type}: {raised.message}".rstrip(": ")
            return f"Your program raises in {place}: {what}"
        case _:
            return detail["message"]


def _place(outcome: Outcome, raised: Raised) -> str:
    if not raised.file:
        return shown(outcome.app_dir)
    line = f", line {raised.line}" if raised.line else ""
    return shown(outcome.app_dir / raised.file) + line


def _hung(page: Page, outcome: Outcome) -> None:
    seconds = outcome.stage.test_seconds
    what = "No answer" if outcome.detail.get("id") else "Your program is not loaded"
    _add_stopped(page, outcome, f"{what} within {seconds} seconds: is there a loop without end?")


def _ended(page: Page, outcome: Outcome) -> None:
    what = "Your program ended the process that runs it: by os._exit, a crash or too much memory."
    _add_stopped(page, outcome, what)


def _deadline(page: Page, outcome: Outcome) -> None:
    _add_stopped(page, outcome, "The whole check took too long and was stopped.")


def _add_stopped(page: Page, outcome: Outcome, what: str) -> None:
    detail = outcome.detail
    _add_headline(page, what)
    page.line()
    current = next((r for r in outcome.results if r.id == detail.get("id")), None)
    if current:
        page.field("While", current.requirement)
    elif not outcome.results:
        page.field("While", "the app was being loaded, before any request")
    exchange = Exchange.from_json(dict(detail["exchange"])) if detail.get("exchange") else None
    if exchange:
        transcript.add_request(page, exchange)
    if detail.get("file"):
        place = f"{shown(outcome.app_dir / detail['file'])}, line {detail['line']}:"
        page.field("It was at", [place, f"    {detail['source']}"], "red")
    _add_outer_output(page, outcome)
    if exchange:
        page.field("By hand", by_hand.described(outcome.stage, exchange, []))
    page.line()


def _suite_broken(page: Page, outcome: Outcome) -> None:
    where = shown(outcome.stage.suite_dir)
    _add_headline(page, "The suite of this stage does not load.")
    page.line()
    page.paragraph(outcome.detail["message"], indent=2)
    page.line()
    page.line(f"This is not your code: `git checkout {where}` restores it.")


def _add_headline(page: Page, text: str) -> None:
    page.line(("✗ ", "bold red"), (visible(text), "bold"))


def _add_outer_output(page: Page, outcome: Outcome) -> None:
    if lines := transcript.output_lines(outcome.output, outcome.output_length, "bytes"):
        page.line()
        page.field("Your output", lines, "cyan")


_STOPPED = {
    "load_failed": _load_failed,
    "hung": _hung,
    "ended": _ended,
    "deadline": _deadline,
    "suite_broken": _suite_broken,
}
