"""The page of stage 14 in a real browser: it loads nothing from elsewhere, and works."""

import json
import os
import re
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from workshop import course, starters
from workshop.suite import orphans, servers

SECONDS_TO_START = 20.0


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int]) -> Iterator[str]:
    """Serve the solution of stage 14 on loopback, with its sample; return its address."""
    folder = tmp_path_factory.mktemp("site")
    stage = course.find("14", "test-services")
    for name, text in starters.solved(stage).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    env = {
        **os.environ,
        "FLASK_CONFIG": "development",
        "DATABASE_URL": f"sqlite:///{folder / 'site.db'}",
    }
    for command in stage.prepare:
        words = [*servers.flask_run()[:5], *command.split()]
        process = orphans.start(words, cwd=folder, env=env)
        assert process.wait(60) == 0, f"`flask {command}` failed"
    address = f"127.0.0.1:{free_port()}"
    with (folder / "log").open("wb") as log:
        process = orphans.start(servers.gunicorn("--bind", address), log, cwd=folder, env=env)
    try:
        wait_for(f"http://{address}/health", folder / "log")
        yield f"http://{address}"
    finally:
        orphans.end(process)


def wait_for(url: str, log: Path) -> None:
    """Wait until somebody answers at an address."""
    until = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            urllib.request.urlopen(url)
            return
        except OSError:
            assert time.monotonic() < until, f"the server does not start:\n{log.read_text()}"
            time.sleep(0.1)


@pytest.fixture
def token(site: str) -> str:
    """Return an access token of `user`."""
    body = json.dumps({"username": "user", "password": "password"}).encode()
    asked = urllib.request.Request(f"{site}/auth/login", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked) as answer:
        return str(json.load(answer)["access_token"])


def test_all_is_loaded_from_here(site: str, page: Page) -> None:
    """Nothing is asked of another host, nothing is missing, and no script complains."""
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url))
    page.on("response", lambda got: complaints.append(got.url) if got.status >= 400 else None)
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto(f"{site}/apidocs/")
    expect(page.locator(".opblock-summary")).to_have_count(18)

    assert [url for url in asked if not url.startswith((site, "data:"))] == []
    assert complaints == []
    assert page.title() == "Task API"


def test_a_task_is_created_with_the_mouse(site: str, page: Page, token: str) -> None:
    """Authorize, try it out, execute: the answer is 201, and the task is there."""
    page.goto(f"{site}/apidocs/")
    page.get_by_role("button", name="Authorize").first.click()
    dialog = page.locator(".modal-ux")
    access = dialog.locator(".auth-container", has_text="accessToken")
    access.locator("input").fill(token)
    access.get_by_role("button", name="Authorize").click()
    dialog.get_by_role("button", name="Close").first.click()

    block = page.locator("#operations-tasks-create_task")
    block.locator(".opblock-summary").click()
    block.get_by_role("button", name="Try it out").click()
    body = json.loads(block.locator("textarea.body-param__text").input_value())
    assert body["title"] == "Read the log", "the example of the document is filled in"
    block.get_by_role("button", name="Execute").click()

    live = block.locator(".live-responses-table .response").first
    expect(live.locator(".response-col_status")).to_have_text(re.compile("^201"))
    assert "Read the log" in titles(site, token)


def test_without_a_token_it_is_refused(site: str, page: Page) -> None:
    """What is described as closed is closed: the page shows the 401, and its hint."""
    page.goto(f"{site}/apidocs/")
    block = page.locator("#operations-tasks-show_stats")
    block.locator(".opblock-summary").click()
    block.get_by_role("button", name="Try it out").click()
    block.get_by_role("button", name="Execute").click()

    live = block.locator(".live-responses-table .response").first
    expect(live.locator(".response-col_status")).to_have_text(re.compile("^401"))
    expect(live).to_contain_text("log_in")


def titles(site: str, token: str) -> list[Any]:
    """Return the titles of all tasks."""
    asked = urllib.request.Request(
        f"{site}/api/tasks?fields=title", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(asked) as answer:
        return [task["title"] for task in json.load(answer)["data"]]
