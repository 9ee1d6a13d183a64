"""JUnit XML: `junit.xml`, a suite for each student and stage, as Jenkins and others read it.

A failed test is a failure, one that could not be checked is skipped. What could not be tested, was
refused, or has a flag is an error of a test called `submission`, so that nobody takes it for green;
so is a fault of the grader. Where nothing was submitted this test is skipped.
"""

from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as Tree

from workshop.grading.books.parts import folders, told, wording
from workshop.grading.grades import Book, Column, Grade, GradedTest, Verdict

NAME = "junit"

# What counts what in a suite, by the element that a test has inside.
_COUNTED = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def write(book: Book, folder: Path) -> list[Path]:
    """Write `junit.xml`."""
    root = Tree.Element("testsuites", name="Flask API Workshop")
    for student in book.students:
        for stage in book.stages:
            root.append(_suite(book, student, stage))
    for total in ("tests", "failures", "errors"):
        root.set(total, str(sum(int(suite.get(total, "0")) for suite in root)))
    root.set("time", f"{sum(grade.seconds for grade in book.grades.values()):.3f}")
    Tree.indent(root, " ")
    data = Tree.tostring(root, encoding="utf-8", xml_declaration=True)
    return [folders.write(folder / "junit.xml", data + b"\n")]


def _suite(book: Book, student: str, stage: Column) -> Tree.Element:
    name = wording.name(student)
    suite = Tree.Element("testsuite", name=f"{name} · stage {stage.number}", package=name)
    grade = book.grades.get((student, stage.number))
    if grade:
        _add_grade(suite, grade)
    else:
        fault = book.faults.get((student, stage.number))
        case = _add_case(suite, stage.number, "submission")
        if fault:
            _add(case, "error", "fault of the grader", wording.line(fault))
        else:
            _add(case, "skipped", "nothing", "Nothing was submitted.")
    counts = Counter(inner.tag for case in suite.iter("testcase") for inner in case)
    suite.set("tests", str(len(suite.findall("testcase"))))
    for tag, attribute in _COUNTED.items():
        suite.set(attribute, str(counts[tag]))
    return suite


def _add_grade(suite: Tree.Element, grade: Grade) -> None:
    suite.set("time", f"{grade.seconds:.3f}")
    if grade.graded_at:
        suite.set("timestamp", wording.line(grade.graded_at).removesuffix("Z"))
    properties = Tree.SubElement(suite, "properties")
    for name, value in _properties(grade).items():
        Tree.SubElement(properties, "property", name=name, value=value)
    if grade.verdict in (*told.UNTESTED, Verdict.FLAG):
        case = _add_case(suite, grade.stage, "submission")
        _add(case, "error", grade.verdict, told.headline(grade), told.in_full(grade))
    for test in grade.tests:
        _add_test(suite, grade, test)
    if grade.page:
        Tree.SubElement(suite, "system-out").text = told.in_full(grade)


def _properties(grade: Grade) -> dict[str, str]:
    return {
        "verdict": grade.verdict,
        "points": wording.number(grade.points),
        "max_points": wording.number(grade.max_points),
        "isolation": wording.line(", ".join(grade.isolation)),
        "content": wording.line(grade.content),
        "grader": wording.line(grade.grader),
    }


def _add_test(suite: Tree.Element, grade: Grade, test: GradedTest) -> None:
    case = _add_case(suite, grade.stage, told.name_of(test), wording.line(test.task))
    if test.passed is None:
        _add(case, "skipped", "not checked", told.NOT_CHECKED)
    elif not test.passed:
        _add(case, "failure", "not met", told.name_of(test))


def _add_case(suite: Tree.Element, stage: int, name: str, task: str = "") -> Tree.Element:
    classname = f"stage-{stage:02}.{task or 'given'}"
    return Tree.SubElement(suite, "testcase", classname=classname, name=name)


def _add(case: Tree.Element, tag: str, kind: str, message: str, body: str = "") -> None:
    Tree.SubElement(case, tag, type=kind, message=message).text = body or None
