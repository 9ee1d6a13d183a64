import contextlib
import json

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from workshop.suite import made_up

pytestmark = pytest.mark.task("statuses")

OPERATIONS = (
    "GET /api/tasks",
    "POST /api/tasks",
    "GET /api/tasks/stats",
    "GET /api/tasks/{}",
    "PUT /api/tasks/{}",
    "PATCH /api/tasks/{}",
    "DELETE /api/tasks/{}",
    "POST /api/tasks/{}/process",
    "GET /api/jobs/{}",
    "POST /auth/register",
    "POST /auth/login",
    "GET /auth/me",
)
# So many requests of each kind, for each operation.
EXAMPLES = 20
# The same ones in each run.
SEED = 14
BOUNDED = settings(
    max_examples=EXAMPLES,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def request_of(case):
    """Return what the client takes for a request that was made up."""
    for name, value in (case.path_parameters or {}).items():
        if name.endswith("id") and isinstance(value, int):
            case.path_parameters[name] = 1 + value % 4  # a task that there is, mostly
    options = {"headers": {name: str(value) for name, value in (case.headers or {}).items()}}
    options["headers"].pop("Authorization", None)
    if case.query:
        options["query_string"] = case.query
    if isinstance(case.body, bytes):
        options |= {"data": case.body, "content_type": case.media_type}
    elif case.media_type:
        options |= {"data": json.dumps(case.body), "content_type": case.media_type}
    return case.formatted_path, options


@pytest.fixture(autouse=True)
def made_up_alike(scratch):
    """Let the requests be the same in each run."""
    made_up.alike(scratch)


@pytest.mark.parametrize("name", OPERATIONS)
def test_any_request(document, described, admin, conforms, recorder, name):
    """Whatever is sent to {name}, the answer is described, and is no 5xx."""
    operation = described(name)
    made = schemathesis.openapi.from_dict(document.content)
    found = made[operation.path][operation.method.lower()]
    failures, sent = [], []

    def run(case):
        if failures:
            return  # the first one is what the student is shown
        del recorder.exchanges[:]
        path, options = request_of(case)
        sent.append(path)
        response = admin.open(path, method=operation.method, **options)
        try:
            is_ours = response.status_code < 500
            assert is_ours, f"a request that was made up is answered {response.status_code}"
            conforms(name, response)
        except AssertionError as error:
            failures.append(error)

    for mode in GenerationMode:  # what the document allows, and what it does not
        # In a request in which nothing is said, nothing can be wrong.
        with contextlib.suppress(Unsatisfiable):
            made_up = given(case=found.as_strategy(generation_mode=mode))(run)
            seed(SEED)(BOUNDED(made_up))()
    for failure in failures:
        raise failure
    assert sent, f"nothing can be sent by what the document says of {operation}"
