"""`watch`: a verdict after every save."""

import queue
import signal
import sys
import threading
import time

import pytest


class Watch:
    """A `watch` under way, read line by line."""

    def __init__(self, course):
        self.process = course.start("watch", "1")
        self.lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def verdict(self, seconds=30):
        """Return the next page, up to the line that ends it."""
        page = []
        deadline = time.monotonic() + seconds
        while True:
            line = self.lines.get(timeout=max(0.1, deadline - time.monotonic()))
            assert line is not None, "watch has ended:\n" + "\n".join(page)
            page.append(line)
            if line.startswith("Checked in"):
                return "\n".join(page)


@pytest.fixture
def watch(course):
    watch = Watch(course)
    yield watch
    if watch.process.poll() is None:
        watch.process.kill()
    watch.process.wait()


def _save_until_noticed(course, watch, find, replace):
    """Save, and once more if the first save came before the folder was watched."""
    course.edit("stages/01_tiny/app.py", find, replace)
    try:
        return watch.verdict(5)
    except queue.Empty:
        path = course.path("stages/01_tiny/app.py")
        path.write_text(path.read_text() + "\n")
        return watch.verdict()


def test_a_save_gives_a_new_verdict(course, watch):
    assert "1 of 3 requirements are met." in watch.verdict()
    page = _save_until_noticed(
        course, watch, 'return {"error": "not built"}, 501', 'return {"color": "blue"}, 200'
    )
    assert "2 of 3 requirements are met." in page
    assert "hint 1 in another terminal" in page
    assert "watch 1" not in page
    course.solve(1)
    assert "Green" in watch.verdict()
    course.edit("stages/01_tiny/app.py", "blue", "bleu")
    assert '"bleu"' in watch.verdict()
    course.write("stages/01_tiny/app.py", "def f(:\n")
    assert "Python cannot read" in watch.verdict()


def test_a_save_during_a_run_starts_it_again(course, watch):
    watch.verdict()
    slow = "import time; time.sleep(1.5); return {}, 501"
    course.edit("stages/01_tiny/app.py", 'return {"error": "not built"}, 501', slow)
    time.sleep(0.7)
    course.edit("stages/01_tiny/app.py", slow, 'return {"color": "blue"}, 200')
    assert "2 of 3 requirements are met." in watch.verdict()


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is another signal there")
@pytest.mark.parametrize("moment", ["between runs", "during a run"])
def test_ctrl_c_leaves_cleanly(course, watch, moment):
    if moment == "during a run":
        course.write("stages/01_tiny/app.py", "import time\ntime.sleep(1.5)\n")
    watch.verdict()
    if moment == "during a run":
        path = course.path("stages/01_tiny/app.py")
        path.write_text(path.read_text() + "\n")
        time.sleep(0.5)
    watch.process.send_signal(signal.SIGINT)
    assert watch.process.wait(timeout=10) == 1
    rest = []
    while (line := watch.lines.get(timeout=5)) is not None:
        rest.append(line)
    assert "No longer watching." in rest
    assert not any("Traceback" in line for line in rest)


def test_a_clone_in_a_folder_with_any_name_is_watched_and_remembered(course, tmp_path):
    """`instance` and `.venv` are passed over inside a stage, not above it."""
    home = tmp_path / "instance" / ".venv"
    home.mkdir(parents=True)
    course.root.rename(home / "course")
    course.root = home / "course"
    watch = Watch(course)
    try:
        watch.verdict()
        course.solve(1)
        assert "Green" in watch.verdict()
    finally:
        watch.process.kill()
        watch.process.wait()
    assert "✓  1 · Tiny" in course.run("progress").out
    course.edit("stages/01_tiny/app.py", "blue", "navy")
    assert "✓  1 · Tiny" not in course.run("progress").out


def test_a_changed_suite_is_collected_anew(course, watch):
    watch.verdict()
    course.solve(1)
    assert "Green" in watch.verdict()
    course.edit("stages/01_tiny/tests/test_shape.py", "'round'", "'square'")
    assert '`shape` to be "square"' in watch.verdict()


def test_a_verdict_is_the_one_of_a_check(course, watch):
    """Also with output, an exception and an app that does not load, one after the other."""
    app = "stages/01_tiny/app.py"
    unbuilt = course.path(app).read_text()
    raising = unbuilt.replace('return {"error": "not built"}, 501', "print('x'); return colors")
    broken = "print('loading')\nimport flaskk\n"
    watch.verdict()
    for text in (raising, broken, raising):
        course.write(app, text)
        watched = watch.verdict().splitlines()
        checked = course.run("check-stage", "1").out.splitlines()
        assert len(checked) > 8
        # All but the advice of what to type next, and the last line.
        advice = ("Next:", "Mend this")
        same = [line for line in checked if line and not line.startswith(advice)]
        assert [line for line in watched if line in same] == same
