"""Steps of the scenarios: what is given, what somebody does, what must be so then."""

from dataclasses import dataclass, field
from typing import Any

from app.extensions import db
from app.models import Tag, Task, User
from flask import Flask
from flask_jwt_extended import create_access_token, create_refresh_token
from werkzeug.security import generate_password_hash

SECRET_HASH = generate_password_hash("secret", method="pbkdf2:sha256:10")


@dataclass
class World:
    """One scenario: the application, who is in it, and the last answer."""

    app: Flask
    people: dict[str, int] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    answer: Any = None

    # given

    def given_a(self, role: str, name: str) -> None:
        with self.app.app_context():
            mail = f"{name}@given.example"
            user = User(username=name, email=mail, password_hash=SECRET_HASH, role=role)
            db.session.add(user)
            db.session.commit()
            self.people[name] = user.id

    def given_a_task(self, owner: str, *, tags: str = "", **fields: Any) -> str:
        with self.app.app_context():
            task = Task(**({"title": "Given"} | fields), owner_id=self.people[owner])
            task.tags = [Tag(name=name) for name in tags.split()]
            db.session.add(task)
            db.session.commit()
            return f"/api/tasks/{task.id}"

    def given_the_role(self, name: str, role: str) -> None:
        with self.app.app_context():
            db.session.get(User, self.people[name]).role = role
            db.session.commit()

    # when

    def when_acting_as(self, name: str, *, refresh: bool = False, **options: Any) -> None:
        make = create_refresh_token if refresh else create_access_token
        with self.app.app_context():
            token = make(str(self.people[name]), **options)
        self.headers = {"Authorization": f"Bearer {token}"}

    def when(self, request: str, body: Any = None, **options: Any) -> Any:
        method, url = request.split(" ", 1)
        headers = self.headers | options.pop("headers", {})
        if body is not None:
            options["json"] = body
        self.answer = self.app.test_client().open(url, method=method, headers=headers, **options)
        return self.answer

    # then

    def then(self, status: int, code: str | None = None) -> Any:
        assert self.answer.status_code == status, self.answer.text
        if code:
            assert self.answer.json["error"]["code"] == code
            return self.answer.json["error"]["details"]
        return self.answer.json.get("data") if self.answer.text else None
