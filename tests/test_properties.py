"""Whatever a client sends, an API of the course answers in its envelope, and never with a 5xx."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes

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


# A stage whose lists and bodies are checked by schemas belongs here.
SURFACES = [Surface("6")]


class Api:
    """The solution of a stage, served in this process on a database of its own."""

    def __init__(self, launcher: Launcher, surface: Surface) -> None:
        self.recorder = launcher.recorder
        self.client = launcher.launch().test_client()
        self.headers = surface.sign_in(self.client)

    def ask(self, method: str, path: str, **request: Any) -> TestResponse:
        """Send a request, and expect of the answer what every answer has."""
        response = self.client.open(path, method=method, headers=self.headers, **request)
        self.recorder.exchanges.clear()
        self.recorder.statements.clear()
        assert response.status_code < 500, response.get_data(as_text=True)
        if response.status_code == 204:
            assert response.data == b""
        elif response.status_code < 400:
            assert response.json is not None
            assert response.json["status"] == "success"
            assert "data" in response.json
        else:
            expect_error(response)
        return response

    def total(self) -> int:
        """Return how many tasks there are."""
        body = self.ask("GET", f"{TASKS}?per_page=1").json
        assert body is not None
        return int(body["meta"]["total"])


def expect_error(response: TestResponse) -> None:
    assert response.json is not None, response.get_data(as_text=True)
    assert response.json.keys() == {"status", "error"}
    error = response.json["error"]
    assert error.keys() == {"code", "message", "details"}
    assert error["code"].isupper()
    assert error["message"]
    assert isinstance(error["details"], dict)
    if response.status_code == 422:
        assert error["details"]
    for messages in error["details"].values():
        assert messages
        assert all(isinstance(message, str) for message in messages)


@pytest.fixture(scope="module", params=SURFACES, ids=lambda surface: f"stage {surface.stage}")
def api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    surface = request.param
    stage = course.find(surface.stage, "test")
    database = tmp_path_factory.mktemp("properties") / "app.db"
    with preserved_environment():
        os.environ["DATABASE_URL"] = f"sqlite:///{Path(database).as_posix()}"
        launcher = Launcher(AppLoader(stage.solution, stage.app), Recorder())
        for command in stage.prepare:
            assert launcher.command(command.split(), {}, "", None).exit_code == 0
        yield Api(launcher, surface)
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
}
strange = {"id": values, "created_at": values, "_schema": values, "": values}
bodies = values | st.fixed_dictionaries({}, optional=fields | strange)
names = ["page", "per_page", "sort", "status", "tag", "q", "fields"]
words = ["-created_at,title", "id,title", "pending", "1", "0", "101", "-1", "9" * 30, "%", "_", ","]
pairs = st.tuples(st.sampled_from(names) | texts, st.sampled_from(words) | texts)
written = st.sampled_from([("POST", TASKS), ("PUT", f"{TASKS}/1"), ("PATCH", f"{TASKS}/2")])

quick = settings(max_examples=80, deadline=None, derandomize=True, database=None)


@quick
@given(written, bodies)
def test_any_json_body_is_taken_or_refused_as_a_whole(
    api: Api, where: tuple[str, str], body: object
) -> None:
    method, path = where
    shown = path if path != TASKS else f"{TASKS}?per_page=2"
    tasks, before = api.total(), api.ask("GET", shown).json
    response = api.ask(method, path, data=json.dumps(body), content_type="application/json")
    assert response.status_code in (200, 201, 400, 422)
    assert api.total() == tasks + (response.status_code == 201)
    if response.status_code >= 400:
        assert api.ask("GET", shown).json == before


@quick
@given(written, st.binary(max_size=40))
def test_any_bytes_that_claim_to_be_json_are_no_failure(
    api: Api, where: tuple[str, str], body: bytes
) -> None:
    api.ask(*where, data=body, content_type="application/json")


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


def _encoded(pairs: list[tuple[bytes, bytes]]) -> str:
    return "&".join(f"{quote_from_bytes(name)}={quote_from_bytes(text)}" for name, text in pairs)
