"""What a failure shows of a request, and pages as such."""

from workshop import by_hand, course, screen, transcript
from workshop.suite.exchange import Exchange


def test_another_address_is_said_and_no_curl_offered():
    page = screen.Page()
    exchange = Exchange("GET", "/a", client="203.0.113.7")
    transcript.add_request(page, exchange)
    page.field("By hand", by_hand.described(course.find("7", "test"), exchange, []))
    assert page.plain().count("203.0.113.7") == 2
    assert "curl -i" not in page.plain()


def test_control_characters_are_seen_and_not_obeyed():
    assert screen.visible("a\x1b[31mb\x07\x00é漢") == "a\\x1b[31mb\\x07\\x00é漢"


def test_a_page_without_a_terminal_is_plain_and_has_no_trailing_blanks():
    page = screen.Page()
    page.line(("x", "bold red"), "  ")
    page.field("Why", "word " * 60)
    assert "\x1b" not in page.plain()
    assert all(line == line.rstrip() for line in page.plain().splitlines())
    assert max(map(len, page.plain().splitlines())) <= screen.WIDTH
