"""The HTML gradebook in a real browser, opened from the disk as an instructor does."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from workshop.grading.books import page as gradebook
from workshop.grading.grades import Book


class Watched:
    """What a page asks for, and what it complains of."""

    def __init__(self, page: Page) -> None:
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda sent: self.asked.append(sent.url))
        page.on("console", lambda said: self.complaints.append(said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(dialog.message))


@pytest.fixture
def watched(page: Page) -> Watched:
    return Watched(page)


@pytest.fixture(scope="module")
def five(made_up: Callable[[int], Book], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return the files of the gradebook of a class of five, the overview first."""
    return gradebook.write(made_up(5), tmp_path_factory.mktemp("five"))


@pytest.fixture(scope="module")
def many(made_up: Callable[[int], Book], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return the files of the gradebook of a class of two hundred."""
    return gradebook.write(made_up(200), tmp_path_factory.mktemp("many"))


@pytest.fixture(scope="module")
def harmful(hostile: Book, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return the files of the gradebook of a class that means harm."""
    return gradebook.write(hostile, tmp_path_factory.mktemp("hostile"))


def names(page: Page) -> list[str]:
    """Return the names that are to be seen, in their order."""
    return page.locator("#matrix tbody tr:visible th").all_inner_texts()


def head(page: Page, name: str) -> Locator:
    return page.locator("#matrix thead").get_by_role("button", name=name, exact=True)


def test_no_page_asks_for_anything_and_no_name_is_a_program(
    page: Page, watched: Watched, harmful: list[Path]
) -> None:
    for path in harmful:
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        assert page.evaluate("window.hurt") is None, path
        assert page.locator("img, iframe, pre script, bdi *").count() == 0
        assert page.evaluate("document.title") != "gone"
    assert watched.asked == [path.as_uri() for path in harmful]
    assert watched.complaints == []


def test_the_policy_stops_what_would_get_past_the_escaping(page: Page, five: list[Path]) -> None:
    """The second wall stands too: a strange script, a handler, and a picture are refused."""
    for path in five[:2]:
        page.goto(path.as_uri())
        refused: list[str | None] = []
        page.on("requestfailed", lambda sent, to=refused: to.append(sent.failure))
        watched = Watched(page)
        page.evaluate(
            """() => {
                document.body.insertAdjacentHTML(
                    "beforeend", "<img src='http://127.0.0.1:9/x' onerror='window.hurt = 1'>");
                const script = document.createElement("script");
                script.textContent = "window.hurt = 1";
                document.body.append(script);
            }"""
        )
        page.wait_for_timeout(100)
        assert page.evaluate("window.hurt") is None
        assert len(watched.asked) == len(refused) == 1 and refused == ["csp"]
        assert any("script-src" in told or "default-src" in told for told in watched.complaints)


def test_the_table_is_sorted_with_the_keyboard(page: Page, five: list[Path]) -> None:
    page.goto(five[0].as_uri())
    first = names(page)
    assert len(first) == 5
    head(page, "Student").focus()
    page.keyboard.press("Enter")
    assert names(page) == sorted(first, key=str.casefold)
    page.keyboard.press("Enter")
    assert names(page) == sorted(first, key=str.casefold, reverse=True)

    head(page, "Points").focus()
    page.keyboard.press("Space")
    shares = page.locator("#matrix tbody td:last-child b").all_inner_texts()
    percents = [int(share.rstrip("%")) for share in shares]
    assert percents == sorted(percents, reverse=True) and len(set(percents)) > 1
    expect(page.locator("#matrix th[aria-sort]")).to_have_count(1)
    expect(page.locator("#matrix th[aria-sort=descending]")).to_have_text("Points")


def test_students_are_filtered_by_name_and_verdict(page: Page, many: list[Path]) -> None:
    page.goto(many[0].as_uri())
    status = page.get_by_role("status")
    expect(status).to_have_text("200 of 200 students")
    page.get_by_label("Name").fill("çELIK")
    found = names(page)
    assert 0 < len(found) < 200 and all("Çelik" in name for name in found)
    expect(status).to_have_text(f"{len(found)} of 200 students")
    page.get_by_label("Name").fill("")
    page.get_by_label("Verdict").select_option(label="Not graded")
    expect(status).to_have_text("1 of 200 students")
    page.get_by_label("in stage").select_option(label="1")
    expect(status).to_have_text("0 of 200 students")


def test_the_keyboard_goes_from_the_start_to_a_student_s_page(page: Page, five: list[Path]) -> None:
    page.goto(five[0].as_uri())
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the grades")
    page.keyboard.press("Enter")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('tbody') !== null"):
            break
    name = page.locator(":focus").inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_heads_and_names_stay_where_the_table_is_scrolled(page: Page, many: list[Path]) -> None:
    page.set_viewport_size({"width": 600, "height": 800})
    page.goto(many[0].as_uri())
    frame = page.locator(".tall")
    frame.evaluate("it => { it.scrollTop = 2000; it.scrollLeft = 400; }")
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    corner = page.locator("#matrix thead th").first.bounding_box()
    assert box and corner
    assert abs(corner["x"] - box["x"]) < 3 and abs(corner["y"] - box["y"]) < 3


@pytest.mark.parametrize("width", [320, 768, 1280, 1920])
def test_no_page_is_wider_than_the_window(
    page: Page, width: int, many: list[Path], harmful: list[Path]
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for path in (*many[:2], *harmful):
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_it_is_dark_where_the_reader_wants_it_dark(page: Page, five: list[Path]) -> None:
    grounds = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(five[0].as_uri())
        grounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert grounds == ["rgb(251, 250, 248)", "rgb(21, 23, 27)"]


def test_everything_is_printed_and_there_without_a_script(
    page: Page, many: list[Path], watched: Watched
) -> None:
    page.emulate_media(media="print")
    page.goto(many[0].as_uri())
    heights = page.locator(".tall").evaluate("it => [it.clientHeight, it.scrollHeight]")
    assert heights[0] >= heights[1]
    assert not page.locator("#controls").is_visible()
    context = page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    plain = context.new_page()
    plain.goto(many[0].as_uri())
    expect(plain.locator("#matrix tbody tr")).to_have_count(200)
    expect(plain.locator("#controls")).to_be_hidden()
    assert watched.complaints == []
