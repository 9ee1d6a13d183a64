"""Whatever a client sends, an API of the course answers in its envelope, and never with a 5xx."""

import base64
import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes

import jwt
import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from workshop import course
from workshop.suite.exchange import Recorder
from workshop.suite.launch import Launcher, preserved_environment
from workshop.suite.loader import AppLoader

TASKS = "/api/tasks"


@dataclass(frozen=True)
class Surface:
    """A stage to try, and how a client gets the headers that its writing requests need."""

    stage: str
    sign_in: Callable[[FlaskClient], dict[str, str]] = lambda client: {}


def with_a_token(client: FlaskClient) -> dict[str, str]:
    """Log in as the user of the sample, who may change each task."""
    response = client.post("/auth/login", json={"username": "user", "password": "password"})
    assert response.json is not None
    return {"Authorization": f"Bearer {response.json['access_token']}"}


# A stage whose lists and bodies are checked by schemas belongs here.
SURFACES = [Surface("6"), Surface("7", with_a_token), Surface("8", with_a_token)]
WITH_TOKENS = [surface for surface in SURFACES if surface.sign_in is with_a_token]
WITH_DATES = [surface for surface in SURFACES if surface.stage == "8"]
TOKEN_FIELDS = {"access_token", "token_type", "expires_in"}
KEY = "the-key-of-the-properties-which-forge-tokens"


class Api:
    """The solution of a stage, served in this process on a database of its own."""

    def __init__(self, launcher: Launcher, surface: Surface, database: Path) -> None:
        self.recorder = launcher.recorder
        self.client = launcher.launch().test_client()
        self.database = database
        self.headers = surface.sign_in(self.client)

    def ask(
        self, method: str, path: str, headers: dict[str, str] | None = None, **request: Any
    ) -> TestResponse:
        """Send a request, and expect of the answer what every answer has."""
        headers = self.headers if headers is None else headers
        response = self.client.open(path, method=method, headers=headers, **request)
        self.recorder.exchanges.clear()
        self.recorder.statements.clear()
        assert response.status_code < 500, response.get_data(as_text=True)
        if response.status_code == 204:
            assert response.data == b""
        elif response.status_code >= 400:
            expect_error(response)
        elif path in ("/auth/login", "/auth/refresh"):
            assert response.json is not None
            assert TOKEN_FIELDS <= response.json.keys() <= TOKEN_FIELDS | {"refresh_token"}
        else:
            assert response.json is not None
            assert response.json["status"] == "success"
            assert "data" in response.json
        return response

    def total(self) -> int:
        """Return how many tasks there are."""
        with closing(sqlite3.connect(self.database)) as connection:
            return int(connection.execute("SELECT count(*) FROM tasks").fetchone()[0])

    def stored(self) -> list[str]:
        """Return all that is in the database."""
        with closing(sqlite3.connect(self.database)) as connection:
            return list(connection.iterdump())


def expect_error(response: TestResponse) -> None:
    assert response.json is not None, response.get_data(as_text=True)
    assert response.json.keys() == {"status", "error"}
    error = response.json["error"]
    assert error.keys() == {"code", "message", "details"}
    assert error["code"].isupper()
    assert error["message"]
    assert isinstance(error["details"], dict)
    if response.status_code == 401:
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
    if response.status_code == 422:
        assert error["details"]
    for messages in error["details"].values():
        assert messages
        assert all(isinstance(message, str) for message in messages)


def of(surfaces: list[Surface]) -> pytest.MarkDecorator:
    """Run a test on the stages of `surfaces`."""
    names = [f"stage {surface.stage}" for surface in surfaces]
    return pytest.mark.parametrize("api", surfaces, ids=names, indirect=True)


@pytest.fixture(scope="module")
def api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    surface = request.param
    stage = course.find(surface.stage, "test")
    database = tmp_path_factory.mktemp("properties") / "app.db"
    with preserved_environment():
        os.environ["DATABASE_URL"] = f"sqlite:///{database.as_posix()}"
        os.environ["JWT_SECRET_KEY"] = KEY
        launcher = Launcher(AppLoader(stage.solution, stage.app), Recorder())
        for command in stage.prepare:
            assert launcher.command(command.split(), {}, "", None).exit_code == 0
        yield Api(launcher, surface, database)
        launcher.close()
        launcher.loader.forget()


# With halves of surrogate pairs and NUL, which JSON can spell.
texts = st.text(st.characters(exclude_categories=()), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=6,
)
titles = st.sampled_from(["Tea", " Tea ", "", " ", "x" * 150, "x" * 151]) | texts
fields: dict[str, st.SearchStrategy[Any]] = {
    "title": titles | values,
    "description": texts | values,
    "status": st.sampled_from(["pending", "completed", "done"]) | values,
    "tags": st.lists(st.sampled_from(["home", "work", " ", ""]) | texts, max_size=3) | values,
    "due_date": st.dates().map(date.isoformat) | values,
}
strange = {"id": values, "created_at": values, "_schema": values, "": values}
bodies = values | st.fixed_dictionaries({}, optional=fields | strange)
names = ["page", "per_page", "sort", "status", "tag", "q", "fields", "due_before"]
words = ["-created_at,title", "id,title", "pending", "1", "0", "101", "-1", "9" * 30, "%", "_", ","]
words += ["due_date,-id", "due_date,owner_id", "2030-01-31", "0000-01-01", "2030-02-30"]
pairs = st.tuples(st.sampled_from(names) | texts, st.sampled_from(words) | texts)
written = st.sampled_from([("POST", TASKS), ("PUT", f"{TASKS}/1"), ("PATCH", f"{TASKS}/2")])

quick = settings(max_examples=40, deadline=None, derandomize=True, database=None)


@of(SURFACES)
@quick
@given(written, bodies)
def test_any_json_body_is_taken_or_refused_as_a_whole(
    api: Api, where: tuple[str, str], body: object
) -> None:
    method, path = where
    before, tasks = api.stored(), api.total()
    response = api.ask(method, path, data=json.dumps(body), content_type="application/json")
    assert response.status_code in (200, 201, 400, 422)
    if response.status_code >= 400:
        assert api.stored() == before
    else:
        assert api.total() == tasks + (response.status_code == 201)


@of(SURFACES)
@quick
@given(written, st.binary(max_size=40))
def test_any_bytes_that_claim_to_be_json_are_no_failure(
    api: Api, where: tuple[str, str], body: bytes
) -> None:
    api.ask(*where, data=body, content_type="application/json")


@of(SURFACES)
@quick
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=160))
def test_a_title_that_is_taken_comes_back(api: Api, title: str) -> None:
    response = api.ask("POST", TASKS, json={"title": title})
    is_right = 1 <= len(title.strip()) <= 150
    assert response.status_code == (201 if is_right else 422)
    if is_right:
        assert response.json is not None
        assert response.json["data"]["title"] == title.strip()
        assert api.ask("GET", response.headers["Location"]).json == response.json


@of(SURFACES)
@quick
@given(st.lists(pairs, max_size=5))
def test_any_query_is_answered_with_a_page_or_refused(
    api: Api, query: list[tuple[str, str]]
) -> None:
    sent = [
        (name.encode("utf-8", "replace"), text.encode("utf-8", "replace")) for name, text in query
    ]
    response = api.ask("GET", TASKS, query_string=_encoded(sent))
    assert response.status_code in (200, 422)
    if response.status_code == 200:
        expect_page(api, response)


@of(SURFACES)
@quick
@given(st.binary(max_size=30))
def test_any_bytes_as_a_query_are_no_failure(api: Api, query: bytes) -> None:
    api.ask("GET", TASKS, query_string=query.decode("latin-1"))


def expect_page(api: Api, response: TestResponse) -> None:
    """Expect a page to say what it is, and its links to lead to pages of the same list."""
    assert response.json is not None
    meta, links = response.json["meta"], response.json["links"]
    assert len(response.json["data"]) <= meta["per_page"]
    assert "\n" not in response.headers["Link"]
    for relation in ("self", "next"):
        if links.get(relation):
            page = api.ask("GET", links[relation]).json
            assert page is not None
            step = relation == "next"
            assert page["meta"] == meta | {"page": meta["page"] + step}


new_users: dict[str, st.SearchStrategy[Any]] = {
    "username": st.text("ab.-_é ", min_size=2, max_size=4) | values,
    "email": st.sampled_from(["a@example.org", "b@example.org", "no address"]) | values,
    "password": st.text("ab\0\ud800é ", min_size=7, max_size=9) | values,
}
known = {"username": st.sampled_from(["user", "User", "admin ", "nobody"]) | values}
known["password"] = st.sampled_from(["password", "passwort", "password "]) | values
accounts = values | st.fixed_dictionaries(new_users) | st.fixed_dictionaries({}, optional=new_users)
accounts |= st.fixed_dictionaries(new_users, optional={"role": values, "password_hash": values})
logins = values | st.fixed_dictionaries(known) | st.fixed_dictionaries({}, optional=known | strange)
guarded = st.sampled_from(
    [
        ("GET", "/auth/me"),
        ("POST", "/auth/refresh"),
        ("POST", "/auth/logout"),
        ("GET", TASKS),
        ("POST", TASKS),
        ("PUT", f"{TASKS}/1"),
        ("DELETE", f"{TASKS}/9"),
    ]
)


@of(WITH_TOKENS)
@quick
@given(accounts)
def test_any_body_makes_one_user_or_none(api: Api, body: object) -> None:
    before = api.stored()
    sent = {"data": json.dumps(body), "content_type": "application/json"}
    response = api.ask("POST", "/auth/register", headers={}, **sent)
    assert response.status_code in (201, 400, 409, 422)
    if response.status_code >= 400:
        assert api.stored() == before
        return
    assert isinstance(body, dict)
    assert response.json is not None
    shown = response.json["data"]
    assert shown.keys() == {"id", "username", "email", "role", "created_at"}
    assert shown["role"] == "user"
    name = shown["username"]
    assert name == body["username"].strip()
    login = {"username": name, "password": body["password"]}
    assert api.ask("POST", "/auth/login", headers={}, json=login).status_code == 200
    assert api.ask("POST", "/auth/register", headers={}, **sent).status_code == 409


@of(WITH_TOKENS)
@quick
@given(logins)
def test_any_body_logs_in_with_the_right_password_alone(api: Api, body: object) -> None:
    before = api.stored()
    sent = {"data": json.dumps(body), "content_type": "application/json"}
    response = api.ask("POST", "/auth/login", headers={}, **sent)
    if response.status_code == 200:
        assert isinstance(body, dict)
        assert body["username"].strip() in ("user", "admin")
        assert body["password"] == "password"  # noqa: S105  # of the sample
    else:
        assert response.status_code in (400, 401, 422)
    assert api.stored() == before


@of(WITH_TOKENS)
@quick
@given(st.sampled_from(["/auth/refresh", "/auth/logout"]), values)
def test_a_body_is_not_asked_for_where_the_token_says_it_all(
    api: Api, path: str, body: object
) -> None:
    tokens = _refresh_token()
    sent = {"data": json.dumps(body), "content_type": "application/json"}
    response = api.ask("POST", path, headers=tokens, **sent)
    assert response.status_code == (200 if path == "/auth/refresh" else 204)


def _refresh_token() -> dict[str, str]:
    """Sign a refresh token of the sample's user, each with a name of its own."""
    return _signed({"type": "refresh", "jti": os.urandom(8).hex()})


def _signed(claims: dict[str, Any], header: dict[str, Any] | None = None) -> dict[str, str]:
    """Return the header with a token as the app signs them, but for `claims` and `header`."""
    now = int(time.time())
    usual = {"sub": "2", "type": "access", "jti": "one", "iat": now, "nbf": now, "exp": now + 600}
    text = json.dumps(usual | claims).encode()
    token = jwt.PyJWS().encode(text, KEY, "HS256", headers=header)
    return {"Authorization": f"Bearer {token}"}


headers_of_any_text = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"))
parts = st.binary(max_size=8) | values.map(lambda value: json.dumps(value).encode())
segments = parts.map(lambda part: base64.urlsafe_b64encode(part).rstrip(b"=").decode())
tokens_of_any_parts = st.lists(segments, max_size=4).map(".".join)
schemes = st.sampled_from(["Bearer ", "bearer ", "Basic ", "Bearer", "Bearer  ", ""])
credentials = st.tuples(schemes, headers_of_any_text | tokens_of_any_parts).map("".join)


@of(WITH_TOKENS)
@quick
@given(guarded, credentials)
def test_any_text_in_the_place_of_a_token_is_401(
    api: Api, where: tuple[str, str], text: str
) -> None:
    before = api.stored()
    response = api.ask(*where, headers={"Authorization": text}, json={"title": "Tea"})
    assert response.status_code == 401
    assert response.json is not None
    assert response.json["error"]["code"] in ("TOKEN_MISSING", "TOKEN_INVALID")
    assert api.stored() == before


# Whoever has our key can sign an id that no database can look for; nobody else can.
ids = values.filter(lambda value: not isinstance(value, str) or value.isprintable())
claims = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("sub", "exp", "type"), values) | {"jti": ids}
)
claims |= st.dictionaries(st.sampled_from(["iat", "nbf", "iss", "aud", "role", "csrf"]), values)


@of(WITH_TOKENS)
@quick
@given(guarded, claims)
def test_any_claims_that_are_signed_by_us_are_no_failure(
    api: Api, where: tuple[str, str], claims: dict[str, Any]
) -> None:
    before = api.stored()
    response = api.ask(*where, headers=_signed(claims), json={"title": "Tea"})
    if response.status_code == 401:
        assert api.stored() == before


days = st.sampled_from(["2030-01-31", "9999-12-31", "0001-01-01", "20300131", "2030-02-30"])


@of(WITH_DATES)
@quick
@given(days | texts, st.dates())
def test_a_day_that_is_taken_comes_back(api: Api, text: str, other: date) -> None:
    try:
        day = date.fromisoformat(text).isoformat()
    except ValueError:
        day = None
    response = api.ask("POST", TASKS, json={"title": "Tea", "due_date": text})
    assert response.status_code == (201 if day else 422)
    if response.status_code == 201:
        assert response.json is not None
        assert response.json["data"]["due_date"] == day
        query = {"due_before": other.isoformat(), "fields": "due_date"}
        found = api.ask("GET", TASKS, query_string=query).json
        assert found is not None
        assert all(task["due_date"] < other.isoformat() for task in found["data"])


def _encoded(pairs: list[tuple[bytes, bytes]]) -> str:
    return "&".join(f"{quote_from_bytes(name)}={quote_from_bytes(text)}" for name, text in pairs)
