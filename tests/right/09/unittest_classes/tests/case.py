"""What the test cases have in common."""

import unittest
from datetime import timedelta

from app import create_app
from app.extensions import db
from app.models import Tag, Task, User
from flask_jwt_extended import create_access_token, create_refresh_token
from werkzeug.security import generate_password_hash

PASSWORD_HASH = generate_password_hash("let me in", method="pbkdf2:sha256:1")


class ApiTestCase(unittest.TestCase):
    """A test case with an application and a database of its own, two users and their tokens."""

    def setUp(self):
        self.app = create_app("testing")
        self.client = self.app.test_client()
        with self.app.app_context():
            db.create_all()
            for name, role in (("mary", "user"), ("root", "admin")):
                db.session.add(
                    User(
                        username=name,
                        email=f"{name}@example.org",
                        password_hash=PASSWORD_HASH,
                        role=role,
                    )
                )
            db.session.commit()
        self.addCleanup(self.close)
        self.mary = self.header("mary")
        self.root = self.header("root")

    def close(self):
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def header(self, username, create=create_access_token, **options):
        with self.app.app_context():
            user = db.session.scalar(db.select(User).filter_by(username=username))
            return {"Authorization": "Bearer " + create(str(user.id), **options)}

    def refresh_header(self, username):
        return self.header(username, create_refresh_token)

    def expired_header(self, username):
        return self.header(username, expires_delta=timedelta(hours=-1))

    def task(self, tags=(), **fields):
        with self.app.app_context():
            owner = db.session.scalar(db.select(User).filter_by(username="mary"))
            task = Task(**{"title": "Sweep", "owner_id": owner.id, **fields})
            task.tags = [Tag(name=name) for name in tags]
            db.session.add(task)
            db.session.commit()
            return f"/api/tasks/{task.id}"

    def data(self, url):
        response = self.client.get(url, headers=self.mary)
        self.assertEqual(response.status_code, 200, response.text)
        return response.get_json()["data"]

    def titles(self, query):
        return [task["title"] for task in self.data("/api/tasks" + query)]

    def assertError(self, response, status, code):
        self.assertEqual(response.status_code, status, response.text)
        self.assertEqual(response.get_json()["error"]["code"], code)
