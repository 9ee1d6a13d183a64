"""What all answers have in common: the shape of an error, and the id of a request."""

import pytest
from app import create_app
from factories import Header
from flask.testing import FlaskClient

TASKS = "/api/tasks"


def test_an_unknown_address_is_an_error_in_the_envelope(client: FlaskClient) -> None:
    response = client.get("/api/nothing")

    assert (response.status_code, response.mimetype) == (404, "application/json")
    assert response.json["status"] == "error"
    assert set(response.json["error"]) >= {"code", "message", "details"}


def test_a_wrong_method_is_told_the_right_ones(client: FlaskClient, as_user: Header) -> None:
    response = client.delete(TASKS, headers=as_user)

    assert response.status_code == 405
    assert response.json["error"]["code"] == "METHOD_NOT_ALLOWED"
    assert {"GET", "POST"} <= set(response.headers.get("Allow", "").split(", "))


def test_a_bug_is_a_500_that_tells_nothing() -> None:
    app = create_app("testing")  # an own one: its new route is nobody else's business

    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("the secret is 42")

    response = app.test_client().get("/broken")

    assert response.status_code == 500
    assert response.json["error"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "42" not in response.text


def test_the_id_of_a_request_comes_back(client: FlaskClient) -> None:
    response = client.get("/health", headers={"X-Request-ID": "abc-123"})

    assert response.headers["X-Request-ID"] == "abc-123"


@pytest.mark.parametrize("sent", ["", "two words", "x" * 129])
def test_a_bad_id_of_a_request_is_replaced(client: FlaskClient, sent: str) -> None:
    response = client.get("/health", headers={"X-Request-ID": sent})

    assert response.headers["X-Request-ID"] not in ("", sent)
