"""A folder of messages bears several processes: none sees half a message, nor ends of one."""

import os
import subprocess
import sys
import textwrap

import pytest

from workshop.paths import REPOSITORY
from workshop.suite import workers

SECONDS = 20

APP = """
    from pathlib import Path

    from celery import Celery

    folder = Path(__file__).parent
    celery = Celery("plain")
    celery.conf.update(
        broker_url="filesystem://",
        broker_transport_options={
            "data_folder_in": str(folder / "queue"),
            "data_folder_out": str(folder / "queue"),
            "control_folder": str(folder / "control"),
            "polling_interval": 0.1,
        },
        task_ignore_result=True,
    )

    @celery.task(name="plain.leave_a_mark")
    def leave_a_mark():
        (folder / "done").touch()
"""


def test_a_worker_does_not_end_of_half_a_message(tmp_path):
    (tmp_path / "worker.py").write_text(textwrap.dedent(APP), encoding="utf-8")
    (tmp_path / "queue").mkdir()
    (tmp_path / "queue" / "0_half.celery.msg").touch()  # it is taken first
    send = "import worker; worker.leave_a_mark.delay()"
    subprocess.run([sys.executable, "-c", send], cwd=tmp_path, check=True, timeout=60)
    with workers.started(tmp_path, tmp_path, os.environ, "--concurrency", "1") as worker:
        assert worker.until((tmp_path / "done").exists, SECONDS), worker.log()


# In a process of its own: what is changed in Kombu stays changed.
PUT = """
import sys
from pathlib import Path
from types import SimpleNamespace

from kombu.transport import filesystem
from workshop.suite import whole_messages

folder = Path(sys.argv[1])
seen = []


class Payload:
    def __json__(self):  # what is in the folder while the message is made
        seen.extend(folder.glob("*.msg"))
        return {"id": 1}


if sys.argv[2] == "ours":
    whole_messages.write()
filesystem.Channel._put(SimpleNamespace(data_folder_out=str(folder)), "celery", Payload())
print(len(seen), *(file.read_text() for file in folder.glob("*.msg")))
"""


@pytest.mark.parametrize(
    ("whose", "seen"),
    [("ours", 0), pytest.param("kombu's", 1, id="kombu's, or this is not needed any more")],
)
def test_a_message_is_there_when_it_is_whole(whose, seen, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", PUT, str(tmp_path), whose],
        env=os.environ | {"PYTHONPATH": str(REPOSITORY / "scripts")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.strip() == f'{seen} {{"id": 1}}', done.stderr
