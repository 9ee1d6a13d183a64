"""Commands that a student can paste."""

import shlex

import pytest

from workshop import course, screen, transcript
from workshop.suite.exchange import Exchange

JSON = [("Content-Type", "application/json")]


@pytest.mark.parametrize(
    ("exchange", "words"),
    [
        (Exchange("GET", "/a?b=c&d=e"), ["curl", "-i", "http://127.0.0.1:5000/a?b=c&d=e"]),
        (Exchange("HEAD", "/a"), ["curl", "-I", "http://127.0.0.1:5000/a"]),
        (Exchange("DELETE", "/a"), ["curl", "-i", "-X", "DELETE", "http://127.0.0.1:5000/a"]),
        (Exchange("POST", "/a"), ["curl", "-i", "-X", "POST", "http://127.0.0.1:5000/a"]),
        (
            Exchange("POST", "/a", JSON, '{"t": "it\'s"}'),
            [
                *shlex.split(
                    "curl -i -H 'Content-Type: application/json' http://127.0.0.1:5000/a -d"
                ),
                '{"t": "it\'s"}',
            ],
        ),
        (
            Exchange("PUT", "/a", [], "x"),
            shlex.split("curl -i -X PUT -H Content-Type: http://127.0.0.1:5000/a -d x"),
        ),
    ],
)
def test_curl_sends_the_same_request(exchange, words):
    assert shlex.split(transcript.curl(exchange)) == words


@pytest.mark.parametrize(("value", "is_told"), [("Bearer eyJh.b.c", True), ("Bearer x", False)])
def test_a_token_of_the_check_is_said_to_be_one(value, is_told):
    page = screen.Page()
    exchange = Exchange("GET", "/a", [("Authorization", value)])
    transcript.add_by_hand(page, course.find("7", "test"), exchange, [])
    assert ("signs with its own key" in page.plain()) == is_told


def test_equal_requests_on_end_are_one_line_with_how_often():
    page = screen.Page()
    burst = [Exchange("GET", "/a", status=200) for _ in range(10)]
    transcript.add_by_hand(page, course.find("7", "test"), Exchange("GET", "/a"), burst)
    assert "for i in $(seq 11); do curl -i http://127.0.0.1:5000/a; done" in page.plain()


def test_settings_of_a_test_are_set_by_hand_too():
    page = screen.Page()
    env = {"LIMIT": "3 per minute", "DATABASE_URL": "sqlite:///x", "FLASK_DEBUG": "1"}
    exchange = Exchange("GET", "/a", env=env)
    transcript.add_by_hand(page, course.find("7", "test"), exchange, [])
    assert "LIMIT='3 per minute'" in page.plain()
    assert not any(name in page.plain() for name in ("DATABASE_URL", "FLASK_DEBUG"))


def test_two_equal_requests_are_no_burst():
    page = screen.Page()
    before = [Exchange("GET", "/a", status=200)] * 2
    transcript.add_by_hand(page, course.find("7", "test"), Exchange("GET", "/a"), before)
    assert "seq" not in page.plain()


def test_another_address_is_said_and_no_curl_offered():
    page = screen.Page()
    exchange = Exchange("GET", "/a", client="203.0.113.7")
    transcript.add_request(page, exchange)
    transcript.add_by_hand(page, course.find("7", "test"), exchange, [])
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
