import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("examples")

BODIES = {
    "POST /api/tasks": 201,
    "PUT /api/tasks/{}": 200,
    "PATCH /api/tasks/{}": 200,
    "POST /auth/register": 201,
    "POST /auth/login": 200,
}
ANSWERS = ("GET /api/tasks", "GET /api/tasks/{}", "GET /api/tasks/stats", "GET /auth/me")


@pytest.mark.parametrize("name", BODIES)
def test_bodies(described, send, conforms, name):
    """The body of {name} has an example, a whole one, that the app takes as it stands there."""
    operation = described(name)
    examples = operation.whole_examples(operation.body())
    assert examples, (
        f"the body of {operation} has no `example`: it is what readers look at first, and not "
        "every tool puts one together from those of the fields"
    )
    response = send(name, json=examples[0])
    expect(response).status(BODIES[name], "whoever tries an example expects it to work")
    conforms(name, response)


def test_parameters(described, send, document):
    """The examples of parameters are taken, all of them at once."""
    operation = described("GET /api/tasks")
    query = {}
    for name, parameter in operation.parameters("query").items():
        schema = document.resolved(parameter.get("schema", {}))
        for part in (schema, parameter):
            if "example" in part:
                value = part["example"]
                query[name] = ",".join(value) if isinstance(value, list) else value
    is_some = len(query) >= 4
    assert is_some, f"of the parameters of {operation} only these have an example: {sorted(query)}"
    expect(send("GET /api/tasks", query_string=query)).status(
        200, f"these are the examples: {query}"
    )


@pytest.mark.parametrize("name", ANSWERS)
def test_answers(described, send, document, name):
    """The example of an answer of {name} has the fields that the app answers, and their types."""
    operation = described(name)
    answer = operation.answer(200) or {}
    media = (answer.get("content") or {}).get("application/json", {})
    examples = operation.whole_examples(media)
    assert examples, (
        f"the answer 200 of {operation} has no `example` beside its schema, nor in it: not every "
        "tool puts one together from those of the fields"
    )
    breaks = document.breaks(examples[0], media.get("schema", {}))
    assert not breaks, f"the example is not as the schema beside it says: {breaks[0]}"
    real = fields(send(name).get_json())
    shown = fields(examples[0])
    missing, too_many = sorted(real - shown), sorted(shown - real)
    is_same = not missing and not too_many
    assert is_same, f"the example lacks {missing}, and has {too_many} that the app does not answer"


def fields(value):
    """Return the names of the fields of an answer, of the first member in a list."""
    if isinstance(value, list):
        return {f"[].{name}" for name in fields(value[0])} if value else set()
    if not isinstance(value, dict):
        return set()
    inner = {f"{name}.{rest}" for name, part in value.items() for rest in fields(part)}
    return set(value) | inner
