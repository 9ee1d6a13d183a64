"""API10:2023, unsafe consumption of APIs: what comes from our own broker, and our own cache."""

import base64
import json

from workshop.suite import expect


def forged(message, **changes):
    """Return a message of ours with another task, other arguments, or in another form."""
    message = json.loads(json.dumps(message))
    if "task" in changes:
        message["headers"]["task"] = changes["task"]
    if "args" in changes:
        body = json.loads(base64.b64decode(message["body"]))
        body[0] = changes["args"]
        message["body"] = base64.b64encode(json.dumps(body).encode()).decode()
    if "form" in changes:
        message["content-type"] = changes["form"]
    return message


def test_messages(user, worker, scratch):
    """Messages that nobody of us has written do no harm, and stop no worker."""
    url = expect(user.post("/api/tasks/3/process")).status(202).json()["data"]["status_url"]
    queue = scratch / "queue"
    ours = json.loads(next(queue.glob("*.msg")).read_text())
    for number, changes in enumerate(
        (
            {"args": ["no-such-job"]},
            {"args": ["' OR 1=1 --"]},
            {"args": []},
            {"args": [["a", "list"]]},
            {"task": "os.system", "args": ["true"]},
            {"form": "application/x-python-serialize"},
        )
    ):
        text = json.dumps(forged(ours, **changes))
        (queue / f"{number}_forged.celery.msg").write_text(text)

    def is_done():
        return user.get(url).get_json()["data"]["state"] == "SUCCESS"

    running = worker(env={"HAND_OVER_SECONDS": "0.5", "RESEND_SECONDS": "3"})
    done = running.until(is_done, 15)
    assert done, f"the job is not done. The worker says:\n{running.excerpt()}"
    runs = running.runs()
    assert runs, "the worker has ended"
