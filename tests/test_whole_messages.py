"""A folder of messages bears several processes: none sees half a message, nor ends of one."""

import os
import subprocess
import sys
import textwrap
from types import SimpleNamespace

import pytest
from kombu.transport import filesystem

from workshop.suite import whole_messages, workers

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


@pytest.fixture
def channel(tmp_path, monkeypatch):
    """Return what Kombu's channel is to its method, with a folder of messages."""
    for name in ("_put", "get_table", "_queue_bind", "_get"):  # which the test's end puts back
        monkeypatch.setattr(filesystem.Channel, name, getattr(filesystem.Channel, name))
    return SimpleNamespace(data_folder_out=str(tmp_path))


@pytest.mark.parametrize("ours", [False, True], ids=["kombu", "ours"])
def test_a_message_is_seen_when_it_is_whole(ours, channel, tmp_path):
    seen = []

    class Payload:
        """A message that looks, while it is made, at what others find."""

        def __json__(self):
            seen.extend(tmp_path.glob("*.msg"))
            return {"id": 1}

    if ours:
        whole_messages.write()
    filesystem.Channel._put(channel, "celery", Payload())
    assert bool(seen) is not ours, "Kombu mends that itself now" if not ours else "half a message"
    assert [file.read_text(encoding="utf-8") for file in tmp_path.glob("*.msg")] == ['{"id": 1}']
