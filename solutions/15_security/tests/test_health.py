"""An example: arrange (nothing here), act, assert."""

from flask.testing import FlaskClient


def test_health_needs_no_token_and_says_ok(client: FlaskClient) -> None:
    response = client.get("/health")

    assert response.status_code == 200
    assert response.json == {"status": "ok"}
