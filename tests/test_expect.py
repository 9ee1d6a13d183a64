"""Expectations: what they accept, and the words in which they refuse."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse
from werkzeug.wrappers import Request

from workshop.suite import expect
from workshop.suite.expect import Mismatch


def answer(body, status=200, **headers):
    text = body if isinstance(body, str) else json.dumps(body)
    headers = {"Content-Type": "application/json", **headers}
    return TestResponse([text.encode()], str(status), headers, Request({}))


def refusal(call):
    with pytest.raises(Mismatch) as caught:
        call()
    return caught.value


def test_what_holds_is_accepted():
    response = answer({"id": 1, "tags": ["a"], "in": {"x": None}}, 201, Allow="GET, POST")
    expect(response).status(201).media_type("application/json")
    expect(response).equals({"tags": ["a"], "in": {"x": None}, "id": 1})
    expect(response).contains({"in": {"x": None}})
    expect(response).contains({})
    assert expect(response).header("allow", contains="POST") == "GET, POST"
    expect(response).header("X-None", absent=True)
    expect(answer("", 204)).empty()
    expect(answer("Hello")).text(startswith="Hell", equals="Hello")


@pytest.mark.parametrize(
    ("call", "expected", "got"),
    [
        (lambda: expect(answer({}, 404)).status(200), "status 200", "status 404"),
        (lambda: expect(answer({"a": 1})).equals({"a": 2}), "`a` to be 2", "1"),
        (lambda: expect(answer({"a": True})).equals({"a": 1}), "`a` to be 1", "true"),
        (lambda: expect(answer({"a": {"b": 1}})).contains({"a": {"b": 2}}), "`a.b` to be 2", "1"),
        (lambda: expect(answer({})).contains({"a": 1}), "`a` to be 1", "no `a`"),
        (lambda: expect(answer({"a": 1})).equals({}), "no `a` in the body", "1"),
        (lambda: expect(answer({"a": [1, 2]})).contains({"a": [1, 3]}), "`a[1]` to be 3", "2"),
        (lambda: expect(answer({"a": [1]})).contains({"a": [1, 2]}), "`a` to be [1, 2]", "[1]"),
        (lambda: expect(answer([])).contains({"a": 1}), 'an object that holds {"a": 1}', "[]"),
        (lambda: expect(answer("null")).equals({}), "the body to be {}", "null"),
        (lambda: expect(answer("x")).header("Allow", contains="GET"), "Allow with GET", "none"),
        (lambda: expect(answer("x", A="b")).header("A", equals="c"), "A: c", "A: b"),
        (lambda: expect(answer("x", A="b")).header("A", absent=True), "no header A", "A: b"),
        (lambda: expect(answer("x")).empty(), "an empty body", '"x"'),
        (
            lambda: expect(answer("{a}")).json(),
            "a body that is JSON",
            "character 2 on, which is here: a}",
        ),
        (lambda: expect(answer("{")).json(), "a body that is JSON", "which is here: its end"),
        (lambda: expect(answer("")).json(), "a body that is JSON", "an empty body"),
        (lambda: expect(answer("[NaN]")).json(), "a body that is JSON", "NaN is not JSON"),
    ],
)
def test_what_does_not_hold_is_told_by_its_place(call, expected, got):
    mismatch = refusal(call)
    assert expected in mismatch.expected
    assert got in mismatch.got


def test_the_reason_and_the_expected_status_travel_along():
    mismatch = refusal(lambda: expect(answer({}, 200)).status(201, "because it was created"))
    assert (mismatch.why, mismatch.status) == ("because it was created", 201)


def test_html_is_no_json():
    mismatch = refusal(lambda: expect(answer("{}", **{"Content-Type": "text/html"})).json())
    assert mismatch.got == "text/html"


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(_json)
def test_every_body_equals_itself(body):
    expect(answer(json.dumps(body))).equals(body).contains(body)


@given(_json, _json)
def test_equals_is_equality_of_json(one, other):
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    try:
        expect(answer(json.dumps(one))).equals(other)
    except Mismatch:
        assert not same
    else:
        assert one == other
