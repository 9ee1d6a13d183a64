"""`propagate`: an edit in one stage reaches the later ones, and the starters."""


def test_an_edit_is_merged_forward_and_starters_follow(course):
    course.edit("solutions/01_tiny/app.py", '{"pong": True}', '{"pong": True, "ok": True}')
    done = course.run("propagate")
    assert done.code == 0, done.out + done.err
    assert '"ok": True' in course.path("solutions/02_small/app.py").read_text()
    for stage in ("01_tiny", "02_small"):
        assert '"ok": True' in course.path(f"stages/{stage}/app.py").read_text()
    before = course.snapshot()
    assert course.run("propagate").code == 0
    assert course.snapshot() == before


def test_an_edit_next_to_a_marker_merges(course):
    course.edit("solutions/01_tiny/app.py", '"color": "blue"', '"color": "navy"')
    assert course.run("propagate").code == 0
    assert '"color": "navy"' in course.path("solutions/02_small/app.py").read_text()


def test_an_unchanged_file_is_copied(course):
    course.write("solutions/01_tiny/texts.py", "HELLO = 1\n")
    assert course.run("propagate").code == 0
    assert course.path("solutions/02_small/texts.py").read_text() == "HELLO = 1\n"


def test_a_conflict_is_shown_and_stops(course):
    course.edit("solutions/01_tiny/app.py", '{"pong": True}', '{"pong": 1}')
    course.edit("solutions/02_small/app.py", '{"pong": True}', '{"pong": 2}')
    done = course.run("propagate")
    assert done.code == 1
    assert "solutions/02_small/app.py" in done.out
    assert "<<<<<<<" in course.path("solutions/02_small/app.py").read_text()
    assert '{"pong": 1}' not in course.path("stages/01_tiny/app.py").read_text()


def test_a_stage_that_is_worked_on_is_left_alone(course):
    course.edit("stages/01_tiny/app.py", "not built", "begun")
    course.edit("solutions/01_tiny/app.py", '{"pong": True}', '{"pong": True, "ok": True}')
    done = course.run("propagate")
    assert "left alone" in done.out
    assert "begun" in course.path("stages/01_tiny/app.py").read_text()
