"""Tests that assert nothing are found, and no test that asserts is taken for one of them."""

import textwrap

import pytest

from workshop.suite.assertions import without_assertion

HELPERS = b"""
import pytest


@pytest.fixture
def log_in(client):
    def log_in(name):
        response = client.post("/auth/login", json={"username": name})
        assert response.status_code == 200
        return response.json

    return log_in


class Api:
    def create(self, **task):
        return self.expect(201, self.client.post("/api/tasks", json=task))

    def expect(self, status, response):
        if response.status_code != status:
            raise AssertionError(response.status)
        return response


def look(client):
    return client.get("/health")
"""


def found_in(source: str) -> list[str]:
    text = textwrap.dedent(source).encode()
    return without_assertion({"tests/conftest.py": HELPERS, "tests/test_it.py": text})


@pytest.mark.parametrize(
    "body",
    [
        "assert client.get('/health').status_code == 200",
        "for path in paths:\n        assert client.get(path).is_json",
        "with pytest.raises(RuntimeError):\n        url_for('tasks.get_task', task_id=1)",
        "if client.get('/health').status_code != 200:\n        pytest.fail('it is down')",
        "mock.assert_called_once_with('user')",
        "log_in('user')",
        "api.create(title='A')",
        "assert_json(client.get('/health'))",
    ],
)
def test_what_can_fail_is_an_assertion(body):
    assert found_in(f"def test_it(client, log_in, api):\n    {body}\n") == []


def test_methods_of_unittest_assert():
    assert not found_in(
        """
        class TestHealth(TestCase):
            def test_it(self):
                self.assertEqual(self.client.get("/health").status_code, 200)
        """
    )


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("client.get('/health')", ""),
        ("look(client)", ""),
        ("pass", ""),
        (
            "client.get('/health').status_code == 200",
            " (line 2 compares, and does not assert)",
        ),
        ("assert True", " (what line 2 asserts holds always)"),
        ("assert (client.get('/health'), 200)", " (what line 2 asserts holds always)"),
        ("status = 200\n    assert status == status", " (what line 3 asserts holds always)"),
    ],
)
def test_what_can_not_fail_is_found_and_named(body, reason):
    found = found_in(f"def test_it(client):\n    {body}\n")
    assert found == [f"tests/test_it.py, line 1: test_it{reason}"]


def test_methods_of_a_class_are_looked_at():
    found = found_in(
        """
        class TestTasks:
            def test_list(self, client):
                client.get("/api/tasks")

            def test_one(self, client):
                assert client.get("/api/tasks/1").is_json
        """
    )
    assert found == ["tests/test_it.py, line 3: test_list"]


def test_a_file_that_is_no_python_is_somebody_else_s_finding():
    assert without_assertion({"tests/test_it.py": b"def test(:", "tests/data.json": b"{"}) == []
