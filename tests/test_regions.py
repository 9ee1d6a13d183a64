"""Regions: what a solution yields, for any mix of markers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop import regions

SOLUTION = """\
import flask


def one():
    # BEGIN SOLUTION first-task: return one
    # STARTER: return None
    # STARTER:
    # STARTER: # and so on
    return 1
    # END SOLUTION


# BEGIN SOLUTION second-task: write two()
def two():
    return 2


# END SOLUTION


end = True
"""


def test_a_region_becomes_a_todo_with_its_starter_lines():
    assert regions.starter(SOLUTION, {"first-task", "second-task"}) == (
        "import flask\n\n\ndef one():\n    # TODO first-task: return one\n    return None\n\n"
        "    # and so on\n\n\n# TODO second-task: write two()\n\n\nend = True\n"
    )


def test_solved_has_no_markers_and_no_gaps():
    assert regions.solved(SOLUTION) == (
        "import flask\n\n\ndef one():\n    return 1\n\n\ndef two():\n    return 2\n\n\nend = True\n"
    )


def test_regions_of_earlier_stages_stay_solved():
    text = regions.starter(SOLUTION, {"second-task"}, earlier={"first-task"})
    assert "    return 1\n" in text
    assert "TODO second-task" in text and "first-task" not in text


def test_lines_know_their_task():
    lines = regions.solved(SOLUTION).splitlines()
    tasks = regions.task_of_lines(SOLUTION)
    assert len(lines) == len(tasks)
    assert tasks[lines.index("    return 1")] == "first-task"
    assert tasks[lines.index("    return 2")] == "second-task"
    assert tasks[lines.index("end = True")] is None


@pytest.mark.parametrize(
    "text",
    [
        "# END SOLUTION",
        "# BEGIN SOLUTION a: b",
        "# BEGIN SOLUTION a: b\n# BEGIN SOLUTION a: b\n# END SOLUTION\n# END SOLUTION",
        "# BEGIN SOLUTION a\n# END SOLUTION",
        "# BEGIN SOLUTION: b\n# END SOLUTION",
        "# BEGIN SOLUTION a: b\n# end solution",
        "# STARTER: outside",
        "x = 1  # BEGIN SOLUTION a: b",
        "# BEGIN SOLUTION other: b\n# END SOLUTION",
    ],
)
def test_markers_that_are_not_right_are_refused(text):
    with pytest.raises(regions.MarkerError):
        regions.starter(text, {"a"})


_line = st.sampled_from(["x = 1", "    y = 2", "", "# a comment", "def f():", "    return 3"])
_region = st.builds(
    lambda task, lines, starter: (task, lines, starter),
    st.sampled_from(["a", "b-c"]),
    st.lists(_line, max_size=4),
    st.lists(_line, max_size=2),
)


@given(st.lists(st.one_of(_line, _region), max_size=12))
def test_the_two_readings_share_all_that_is_outside(parts):
    source: list[str] = []
    outside: list[str] = []
    inside: list[str] = []
    for part in parts:
        if isinstance(part, str):
            source.append(part)
            outside.append(part)
        else:
            task, lines, starter = part
            source += [f"# BEGIN SOLUTION {task}: do", *(f"# STARTER: {s}" for s in starter)]
            source += [*lines, "# END SOLUTION"]
            inside += lines
    text = "\n".join(source)
    solved = regions.solved(text)
    started = regions.starter(text, {"a", "b-c"})
    for result in (solved, started):
        assert "SOLUTION" not in result and "STARTER" not in result
        assert "\n\n\n\n" not in result
        remaining = iter(result.splitlines())
        # In their order, whatever stands between them.
        assert all(line in remaining for line in outside if line.strip())
    assert sum(map(bool, map(str.strip, solved.splitlines()))) == sum(
        bool(line.strip()) for line in outside + inside
    )
    assert len(regions.task_of_lines(text)) == len(solved.splitlines())
