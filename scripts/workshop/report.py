"""A run as the student sees it: the checklist, the first failure opened, and what comes next."""

from workshop import course, transcript
from workshop.course import Task
from workshop.front import command_line
from workshop.paths import shown
from workshop.runs import Outcome, Result
from workshop.screen import Page
from workshop.suite.exchange import Exchange

GIVEN = "What works from the start"


def page_of(outcome: Outcome) -> Page:
    """Return the page for one run."""
    page = Page()
    stage = outcome.stage
    _headline(page, outcome)
    if outcome.green:
        _add_green(page, outcome)
        return page
    if outcome.stopped:
        _STOPPED[outcome.stopped](page, outcome)
    if outcome.first_failure:
        _add_checklist(page, outcome)
        page.line()
        transcript.add_failure(page, outcome, outcome.first_failure)
    if outcome.results:
        page.line()
        met = sum(result.passed is True for result in outcome.results)
        page.line(f"{met} of {len(outcome.results)} requirements are met.")
    if outcome.app_dir == stage.starter:
        _add_next(page, outcome)
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
    count = len(outcome.results)
    page.line(("✓ ", "bold green"), (f"Green: all {count} requirements are met.", "bold green"))
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


def _add_checklist(page: Page, outcome: Outcome) -> None:
    opened = outcome.first_failure
    for task, results in by_task(outcome):
        passed = sum(result.passed is True for result in results)
        done = passed == len(results)
        is_opened = opened in results
        mark, style = ("✓", "green") if done else ("✗", "red") if is_opened else ("·", "dim")
        title = task.title if task else GIVEN
        page.line(
            (f"  {mark} ", style),
            (f"{title:<58}", "bold" if is_opened else ""),
            (f"{passed} of {len(results)}", style),
        )
        if is_opened:
            _add_tests(page, results)


def _add_tests(page: Page, results: list[Result]) -> None:
    for result in results:
        mark, style = ("✓", "green") if result.passed else ("·", "dim")
        if result.passed is False:
            mark, style = "✗", "red"
        page.line((f"      {mark} ", style), result.requirement)


def _add_next(page: Page, outcome: Outcome) -> None:
    number = outcome.stage.number
    if outcome.results and not outcome.stopped:
        page.line(
            "Next: ",
            (command_line("hint", number), "bold"),
            " for a hint, or ",
            (command_line("watch", number), "bold"),
            " to check after every save.",
        )
    page.line(f"Lesson: {shown(outcome.stage.starter / 'README.md')}")


def _load_failed(page: Page, outcome: Outcome) -> None:
    detail = outcome.detail
    raised = detail["raised"] or {}
    kind = detail["kind"]
    place = _place(outcome, raised)
    match kind:
        case "syntax":
            page.line(
                ("✗ ", "bold red"), (f"Python cannot read {place}: {raised['message']}", "bold")
            )
        case "import":
            page.line(
                ("✗ ", "bold red"), (f"An import fails in {place}: {raised['message']}", "bold")
            )
        case "exit":
            page.line(("✗ ", "bold red"), (f"Your program ends itself in {place}", "bold"))
        case "raised":
            what = f"{raised['type']}: {raised['message']}".rstrip(": ")
            page.line(("✗ ", "bold red"), (f"Your program raises in {place}: {what}", "bold"))
        case _:
            page.line(("✗ ", "bold red"), (detail["message"], "bold"))
    if raised.get("source"):
        page.line()
        page.line(("      " + raised["source"], "red"))
    if advice := _ADVICE.get(kind):
        page.line()
        page.paragraph(advice, indent=2)
    _add_outer_output(page, outcome)
    page.line()


_ADVICE = {
    "syntax": "The mistake is on this line or shortly before it: a bracket, a quote or a colon "
    "that is missing. Nothing can be checked until Python can read the file.",
    "import": "Is the name spelled right, and is it there to be imported? The workshop installs "
    "what each stage needs; nothing more has to be installed.",
    "exit": "`sys.exit()` while the file is imported stops the server before it serves. Keep what "
    'is only for running the file under `if __name__ == "__main__":`.',
    "raised": "This happens while the file is imported, before any request. Nothing can be checked "
    "until it imports.",
}


def _place(outcome: Outcome, raised: dict[str, object]) -> str:
    if not raised.get("file"):
        return shown(outcome.app_dir)
    return f"{shown(outcome.app_dir / str(raised['file']))}, line {raised['line']}"


def _hung(page: Page, outcome: Outcome) -> None:
    seconds = outcome.stage.test_seconds
    _add_stopped(page, outcome, f"No answer within {seconds} seconds: is there a loop without end?")


def _ended(page: Page, outcome: Outcome) -> None:
    what = "Your program ended the process that ran it (os._exit, a crash or too much memory?)"
    _add_stopped(page, outcome, what)


def _deadline(page: Page, outcome: Outcome) -> None:
    _add_stopped(page, outcome, "The whole check took too long and was stopped.")


def _add_stopped(page: Page, outcome: Outcome, what: str) -> None:
    detail = outcome.detail
    page.line(("✗ ", "bold red"), (what, "bold"))
    page.line()
    current = next((r for r in outcome.results if r.id == detail.get("id")), None)
    if current:
        page.field("While", current.requirement)
    elif not outcome.results:
        page.field("While", "the app was being loaded, before any request")
    if detail.get("exchange"):
        transcript.add_request(page, Exchange.from_json(dict(detail["exchange"])))
    if detail.get("file"):
        place = f"{shown(outcome.app_dir / detail['file'])}, line {detail['line']}:"
        page.field("It was at", [place, f"    {detail['source']}"], "red")
    _add_outer_output(page, outcome)


def _suite_broken(page: Page, outcome: Outcome) -> None:
    page.line(("✗ ", "bold red"), ("The suite of this stage does not load.", "bold"))
    page.line()
    page.paragraph(outcome.detail["message"], indent=2)
    page.line()
    page.line(
        f"This is not your code: `git checkout {shown(outcome.stage.suite_dir)}` restores it."
    )


def _add_outer_output(page: Page, outcome: Outcome) -> None:
    lines = [f"│ {line:.200}" for line in outcome.output.splitlines()[:10]]
    if lines:
        page.line()
        if outcome.output_length > len(outcome.output) or len(outcome.output.splitlines()) > 10:
            lines.append(f"│ … cut here: your program printed {outcome.output_length:,} bytes")
        page.field("Your output", lines, "cyan")


_STOPPED = {
    "load_failed": _load_failed,
    "hung": _hung,
    "ended": _ended,
    "deadline": _deadline,
    "suite_broken": _suite_broken,
}
