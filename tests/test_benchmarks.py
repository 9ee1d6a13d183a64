"""The commands that measure, on the small course: they end, and say what they have measured."""

import pytest

from workshop.processes import CAN_FORK


@pytest.mark.skipif(not CAN_FORK, reason="apps run apart where there is fork")
def test_a_class_is_measured_where_stages_have_a_configuration_of_their_own(course):
    course.write("stages/01_tiny/pytest.ini", "[pytest]\ntestpaths = nowhere\n")
    done = course.run("bench-grade", "--students", "1", "--stages", "1-2")
    assert done.code == 0, done.err
    rows = [line.split() for line in done.out.splitlines()]
    assert [row[0] for row in rows if "s" in row] == ["1", "2", "all"]
