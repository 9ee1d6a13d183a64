import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("process")

PROCESS = "/api/tasks/3/process"
NOBODYS = "whoever is told that there is such a job, learns of the jobs of others"


def test_accepted(user):
    """`POST /api/tasks/3/process` is 202, with the id of a job and where to ask for it."""
    response = user.post(PROCESS)
    expect(response).status(202, "it will be done later (RFC 9110, section 15.3.3)")
    expect(response).contains({"status": "success"}, "every answer has the envelope")
    data = response.get_json().get("data") or {}
    job_id, url = data.get("job_id"), data.get("status_url")
    is_named = isinstance(job_id, str) and job_id and isinstance(url, str)
    assert is_named, f"`data` needs the texts `job_id` and `status_url`, and is {data}"
    leads_there = url.endswith(f"/api/jobs/{job_id}")
    assert leads_there, f"`status_url` is {url}, and not /api/jobs/{job_id}"
    where = expect(response).header("Location", why="that is where a client looks first")
    leads_there = where.endswith(f"/api/jobs/{job_id}")
    assert leads_there, f"Location is {where}, and not /api/jobs/{job_id}"


def test_pending(user, process):
    """As long as no worker has taken it, the job is `PENDING`, and the task as it was."""
    response = user.get(process(user))
    expect(response).status(200).contains({"data": {"state": "PENDING"}}, "no worker runs")
    task = user.get("/api/tasks/3")
    expect(task).contains({"data": {"status": "pending"}}, "202 says that it is not done yet")


def test_job_has_its_id(user, process):
    """`GET /api/jobs/<job_id>` answers with the same `job_id`."""
    url = process(user)
    expect(user.get(url)).status(200).contains({"data": {"job_id": url.rpartition("/")[2]}})


def test_each_its_own(user, process):
    """Two tasks are two jobs."""
    is_other = process(user, 1) != process(user, 2)
    assert is_other, "one cannot tell which of the two is done"


@pytest.mark.parametrize("path", ["999", "99999999999999999999"])
def test_missing_task(user, process, path):
    """To process task {path}, which is not there, is 404, and no job."""
    process(user)
    response = user.post(f"/api/tasks/{path}/process")
    expect(response).status(404, "what is not there is not processed, now or later")
    expect(response).contains({"error": {"code": "TASK_NOT_FOUND"}})


@pytest.mark.parametrize(
    "job_id", ["nope", "00000000-0000-0000-0000-000000000000", "1", "x" * 300, "%00"]
)
def test_unknown_job(user, process, job_id):
    """A job that there never was (`{job_id}`) is 404."""
    expect(user.get(process(user))).status(200)
    response = user.get(f"/api/jobs/{job_id}")
    expect(response).status(404, "Celery itself would say PENDING of any id, for ever")
    expect(response).contains({"status": "error"}, "every error has the envelope")


def test_foreign_job(user, admin, process):
    """A job of somebody else is 404, as one that there never was."""
    url = process(user)
    expect(user.get(url)).status(200, "it is one's own")
    foreign = admin.get(url)
    expect(foreign).status(404, NOBODYS)
    unknown = admin.get("/api/jobs/nope")
    codes = [answer.get_json()["error"]["code"] for answer in (foreign, unknown)]
    is_same = codes[0] == codes[1]
    assert is_same, f"a foreign job is {codes[0]}, and an unknown one {codes[1]}: {NOBODYS}"


def test_job_of_an_admin(user, admin, process):
    """A job belongs to whoever has asked for it, whoever has created the task."""
    url = process(admin, 3)
    expect(admin.get(url)).status(200, "the admin has asked for it")
    expect(user.get(url)).status(404, "to whom the task belongs, has not asked for it")


def test_restart(user, serve, as_, process):
    """A job is known after a restart, and to other processes."""
    url = process(user)
    response = as_(serve()).get(url)
    response.exchange.note = "the server was started again"
    expect(response).status(200, "what is kept in memory is gone with the process")


def test_not_kept(user, process):
    """The state of a job is not kept by caches: `Cache-Control` lets a client ask each time."""
    found = expect(user.get(process(user))).status(200).header("Cache-Control")
    words = {word.strip() for word in found.lower().split(",")}
    asks = words & {"no-cache", "no-store", "max-age=0"}
    assert asks, f"Cache-Control: {found}: a client would see for a time that it is PENDING"
