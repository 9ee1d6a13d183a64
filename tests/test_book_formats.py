"""What other programs read, against the fields that they publish."""

import base64
import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import jsonschema
import pytest

from workshop.grading import books
from workshop.grading.books import classroom, exercism, gradescope
from workshop.grading.grades import Book, Column, Grade, GradedTask, GradedTest, Verdict

FORMATS = books.formats()


def closed(required, optional=None):
    """Return the schema of an object that has these fields and no others."""
    return {
        "type": "object",
        "required": list(required),
        "properties": required | (optional or {}),
        "additionalProperties": False,
    }


STRING, NUMBER = {"type": "string"}, {"type": "number"}
MAYBE = {"type": ["string", "null"]}

# https://gradescope-autograders.readthedocs.io/en/latest/specs/
VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
OUTPUT_FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
GRADESCOPE = closed(
    {},
    {
        "score": NUMBER,
        "execution_time": NUMBER,
        "output": STRING,
        "output_format": OUTPUT_FORMAT,
        "test_output_format": OUTPUT_FORMAT,
        "test_name_format": OUTPUT_FORMAT,
        "visibility": VISIBILITY,
        "stdout_visibility": VISIBILITY,
        "extra_data": {"type": "object"},
        "leaderboard": {"type": "array"},
        "tests": {
            "type": "array",
            "items": closed(
                {},
                {
                    "score": NUMBER,
                    "max_score": NUMBER,
                    "status": {"enum": ["passed", "failed"]},
                    "name": STRING,
                    "name_format": OUTPUT_FORMAT,
                    "number": STRING,
                    "output": STRING,
                    "output_format": OUTPUT_FORMAT,
                    "tags": {"type": "array", "items": STRING},
                    "visibility": VISIBILITY,
                    "extra_data": {"type": "object"},
                },
            ),
        },
    },
) | {"anyOf": [{"required": ["score"]}, {"required": ["tests"]}]}

# https://exercism.org/docs/building/tooling/test-runners/interface
EXERCISM_TEST = closed(
    {"name": STRING, "status": {"enum": ["pass", "fail", "error"]}},
    {
        "message": MAYBE,
        "output": {"type": ["string", "null"], "maxLength": 500},
        "test_code": STRING,
        "task_id": {"type": "integer", "minimum": 1},
    },
)
PASSING = {"properties": {"status": {"const": "pass"}}}
EXERCISM = closed(
    {"version": {"const": 3}, "status": {"enum": ["pass", "fail", "error"]}},
    {"message": MAYBE, "tests": {"type": "array", "items": EXERCISM_TEST}},
) | {
    "allOf": [
        {
            "if": {"properties": {"status": {"const": "error"}}},
            "then": {
                "required": ["message"],
                "properties": {"message": {"type": "string", "minLength": 1, "maxLength": 65535}},
            },
            "else": {"required": ["tests"], "properties": {"message": {"type": "null"}}},
        },
        {
            "if": {"properties": {"status": {"const": "pass"}}},
            "then": {"properties": {"tests": {"items": PASSING}}},
        },
        {
            "if": {"properties": {"status": {"const": "fail"}}},
            "then": {"properties": {"tests": {"contains": {"not": PASSING}}}},
        },
    ]
}

# What github.com/classroom-resources/autograding-grading-reporter reads, and its graders write.
CLASSROOM = closed(
    {
        "version": {"const": 1},
        "status": {"enum": ["pass", "fail", "error"]},
        "max_score": NUMBER,
        "tests": {
            "type": "array",
            "items": closed(
                {
                    "name": STRING,
                    "status": {"enum": ["pass", "fail", "error"]},
                    "message": MAYBE,
                    "score": NUMBER,
                },
                {
                    "test_code": STRING,
                    "filename": STRING,
                    "line_no": {"type": "integer"},
                    "execution_time": STRING,
                },
            ),
        },
    }
)

SCHEMAS = {
    name: jsonschema.Draft202012Validator(schema)
    for name, schema in (
        ("gradescope", GRADESCOPE),
        ("exercism", EXERCISM),
        ("classroom", CLASSROOM),
    )
}

# Jenkins' junit-10.xsd: of each element its attributes (`!`: required) and what it may contain.
TEXT_ONLY = ("type message", "")
JUNIT = {
    "testsuites": ("name time tests failures errors", "testsuite"),
    "testsuite": (
        "!name !tests !failures !errors group time skipped timestamp hostname id package file log"
        " url",
        "testsuite properties testcase system-out system-err",
    ),
    "properties": ("", "property"),
    "property": ("!name !value", ""),
    "testcase": ("!name time classname group", "skipped error failure system-out system-err"),
    "failure": TEXT_ONLY,
    "error": TEXT_ONLY,
    "skipped": TEXT_ONLY,
    "system-out": ("", ""),
    "system-err": ("", ""),
}
SUREFIRE_TIME = re.compile(r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?")


def check_junit(element):
    attributes, children = JUNIT[element.tag]
    names = {name.removeprefix("!") for name in attributes.split()}
    assert set(element.attrib) <= names, element.tag
    assert {name[1:] for name in attributes.split() if name[0] == "!"} <= set(element.attrib)
    assert SUREFIRE_TIME.fullmatch(element.get("time", ""))
    for child in element:
        assert child.tag in children.split(), f"{child.tag} in {element.tag}"
        check_junit(child)


def grade(verdict=Verdict.FAIL, passed=(True, False), **fields):
    """Return a grade with a task of so many tests, the last one hidden, and one of no task."""
    tests = [GradedTest("test_given.py::test_ping", "", "`GET /ping` answers.", True)]
    for number, one in enumerate(passed):
        last = number == len(passed) - 1
        name = "hidden 1" if last else f"test_a.py::test_{number}"
        tests.append(GradedTest(name, "a", "secret" if last else f"A {number}.", one, last))
    met = sum(one is True for one in passed)
    points = 100.0 * met / len(passed)
    task = GradedTask("a", "Do A", met, len(passed), points, 100.0)
    given = {"points": points, "tasks": (task,), "tests": tuple(tests), "page": "What was seen."}
    return Grade("Ada", 1, verdict, **{**given, **fields})


def unrun(verdict):
    return Grade("Ada", 1, verdict, reason="SyntaxError: line 3", page="Line 3 is wrong.")


EVERY = {
    "pass": grade(Verdict.PASS, (True, True)),
    "pass, enough": grade(Verdict.PASS, (True, False)),
    "pass, not all checked": grade(Verdict.PASS, (True, None)),
    "fail": grade(),
    "fail, none failed": grade(Verdict.FAIL, (True, True)),
    "fail, none checked": grade(Verdict.FAIL, (None, None)),
    "error": unrun(Verdict.ERROR),
    "error, half": replace(grade(Verdict.ERROR), points=0.0, reason="a loop without end"),
    "invalid": unrun(Verdict.INVALID),
    "flag": grade(Verdict.FLAG, (True, True), reason="it reads the clock"),
    "bare": Grade("Ada", 1, Verdict.FAIL),
}


@pytest.mark.parametrize("case", EVERY)
@pytest.mark.parametrize("name", SCHEMAS)
def test_every_verdict_is_described_as_published(name, case):
    SCHEMAS[name].validate(json.loads(json.dumps(FORMATS[name].described(EVERY[case]))))


@pytest.mark.parametrize("name", SCHEMAS)
def test_files_are_as_published_also_with_texts_that_mean_harm(name, hostile, made_up, tmp_path):
    for number, book in enumerate((hostile, made_up(5))):
        files = FORMATS[name].write(book, tmp_path / str(number))
        found = [path for path in files if path.suffix == ".json"]
        assert len(found) == len(book.grades) == len({path.parent for path in files})
        for path in found:
            SCHEMAS[name].validate(json.loads(path.read_bytes()))


@pytest.mark.parametrize("name", SCHEMAS)
def test_what_a_hidden_test_checks_is_not_told(name):
    for one in EVERY.values():
        assert "secret" not in json.dumps(FORMATS[name].described(one))


# Gradescope


def test_gradescope_has_the_points_of_the_grade_and_tests_add_up_to_them():
    for case in ("pass", "fail", "error", "error, half", "invalid", "flag"):
        found = gradescope.described(EVERY[case])
        assert found["score"] == EVERY[case].points
        assert sum(test.get("score", 0) for test in found["tests"]) == pytest.approx(found["score"])


def test_gradescope_shows_hidden_tests_once_grades_are_published():
    tests = gradescope.described(EVERY["fail"])["tests"]
    assert [test["visibility"] for test in tests] == ["visible", "visible", "after_published"]
    assert [test["number"] for test in tests] == ["0.1", "1.1", "1.2"]
    assert tests[2]["name"] == "hidden 1" and tests[2]["status"] == "failed"


def test_gradescope_keeps_a_flagged_result_back_with_its_points():
    found = gradescope.described(EVERY["flag"])
    assert found["visibility"] == "after_published" and found["score"] == 100
    assert {test["visibility"] for test in found["tests"]} == {"after_published"}
    assert found["extra_data"]["verdict"] == "FLAG"
    assert found["output"].startswith("FLAG, 100 of 100 points: it reads the clock")


# Exercism


@pytest.mark.parametrize(
    ("case", "status"),
    [
        ("pass", "pass"),
        ("pass, enough", "pass"),
        ("pass, not all checked", "pass"),
        ("fail", "fail"),
        ("fail, none failed", "fail"),
        ("error", "error"),
        ("error, half", "error"),
        ("invalid", "error"),
        ("flag", "fail"),
    ],
)
def test_exercism_takes_for_a_pass_what_is_one_and_nothing_else(case, status):
    assert exercism.described(EVERY[case])["status"] == status


def test_exercism_tells_all_at_the_first_failure_and_links_tests_to_tasks():
    tests = exercism.described(grade(Verdict.FAIL, (False, False)))["tests"]
    assert "What was seen." in tests[1]["message"]
    assert tests[2]["message"] == "Not met: hidden 1"
    assert [test.get("task_id") for test in tests] == [None, 1, 1]


def test_exercism_says_why_nothing_ran_in_no_more_than_it_takes():
    assert "SyntaxError: line 3" in exercism.described(EVERY["error"])["message"]
    long = exercism.described(replace(EVERY["error"], page="é" * 99_999))["message"]
    assert 65_500 < len(long.encode()) <= 65_535


# GitHub Classroom


def test_classroom_adds_up_to_the_points_of_the_grade():
    for case in ("pass", "pass, enough", "fail", "error", "error, half", "invalid", "flag"):
        found = classroom.described(EVERY[case])
        assert sum(test["score"] for test in found["tests"]) == EVERY[case].points
        assert found["max_score"] == 100


@pytest.mark.parametrize(
    ("case", "status"),
    [
        ("pass", "pass"),
        ("pass, enough", "pass"),
        ("fail", "fail"),
        ("fail, none failed", "fail"),
        ("error", "error"),
        ("invalid", "error"),
        ("flag", "error"),
    ],
)
def test_classroom_is_green_for_a_pass_and_nothing_else(case, status):
    assert classroom.described(EVERY[case])["status"] == status


def test_classroom_has_what_the_reporter_s_variable_is_to_hold(made_up, tmp_path):
    for path in classroom.write(made_up(2), tmp_path):
        if path.suffix == ".txt":
            assert base64.b64decode(path.read_bytes()) == path.with_suffix(".json").read_bytes()


# JUnit


def junit(book, folder):
    [path] = FORMATS["junit"].write(book, folder)
    root = ElementTree.fromstring(path.read_bytes())
    check_junit(root)
    return root


def test_junit_is_as_published_also_with_texts_that_mean_harm(hostile, made_up, tmp_path):
    for number, book in enumerate((hostile, made_up(5))):
        root = junit(book, tmp_path / str(number))
        assert len(root) == len(book.students) * len(book.stages)
        for suite in root:
            cases = suite.findall("testcase")
            assert int(suite.get("tests")) == len(cases)
            for tag, attribute in (("failure", "failures"), ("error", "errors"), ("skipped",) * 2):
                assert int(suite.get(attribute)) == len(suite.findall(f"testcase/{tag}"))
        for total in ("tests", "failures", "errors"):
            assert int(root.get(total)) == sum(int(suite.get(total)) for suite in root)


@pytest.mark.parametrize(
    ("case", "counts"),
    [
        ("pass", (0, 0, 0)),
        ("fail", (1, 0, 0)),
        ("pass, not all checked", (0, 0, 1)),
        ("error", (0, 1, 0)),
        ("invalid", (0, 1, 0)),
        ("flag", (0, 1, 0)),
    ],
)
def test_junit_counts_what_became_of_a_submission(case, counts, tmp_path):
    book = Book(["Ada"], [Column(1, "Hello")], {("Ada", 1): EVERY[case]})
    [suite] = junit(book, tmp_path)
    assert tuple(int(suite.get(n)) for n in ("failures", "errors", "skipped")) == counts


def test_junit_tells_a_fault_of_the_grader_from_nothing_submitted(tmp_path):
    stages = [Column(1, "Hello"), Column(2, "More")]
    fault, nothing = junit(Book(["Ada"], stages, {}, {("Ada", 1): "no space"}), tmp_path)
    assert fault.find("testcase/error").get("message") == "no space"
    assert nothing.find("testcase/skipped").get("message") == "Nothing was submitted."
