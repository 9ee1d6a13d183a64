"""The API, in classes of unittest."""

from datetime import UTC, date, datetime

from app import create_app
from app.extensions import db
from app.models import User
from case import ApiTestCase


class CreatingTasks(ApiTestCase):
    def test_created_task(self):
        body = {"title": "Cook", "description": "Soup", "tags": ["home"], "due_date": "2031-02-03"}
        response = self.client.post("/api/tasks", json=body, headers=self.mary)
        self.assertEqual(response.status_code, 201)
        for name, value in body.items():
            self.assertEqual(response.get_json()["data"][name], value)

    def test_location(self):
        response = self.client.post("/api/tasks", json={"title": "Cook"}, headers=self.mary)
        self.assertIn("Location", response.headers)
        self.assertEqual(self.data(response.headers["Location"])["title"], "Cook")

    def test_owner_is_who_asked(self):
        response = self.client.post("/api/tasks", json={"title": "Cook"}, headers=self.root)
        me = self.client.get("/auth/me", headers=self.root).get_json()["data"]
        self.assertEqual(response.get_json()["data"]["owner_id"], me["id"])


class ChangingTasks(ApiTestCase):
    def test_patch(self):
        url = self.task(description="Below the bed", due_date=date(2031, 1, 1), tags=("home",))
        before = self.data(url)
        self.client.patch(url, json={"title": "Mop"}, headers=self.mary)
        after = self.data(url)
        for task in (before, after):
            task.pop("updated_at")
        self.assertEqual(after, before | {"title": "Mop"})

    def test_put(self):
        url = self.task(description="Below the bed", due_date=date(2031, 1, 1), tags=("home",))
        body = {"title": "Mop", "status": "completed"}
        self.client.put(url, json=body, headers=self.mary)
        task = self.data(url)
        self.assertEqual((task["title"], task["status"]), ("Mop", "completed"))
        self.assertEqual((task["description"], task["due_date"], task["tags"]), ("", None, []))

    def test_time_of_change(self):
        then = datetime(2001, 1, 1, tzinfo=UTC)
        url = self.task(updated_at=then)
        self.client.patch(url, json={"status": "completed"}, headers=self.mary)
        self.assertGreater(datetime.fromisoformat(self.data(url)["updated_at"]).year, 2001)

    def test_delete(self):
        url = self.task()
        self.assertEqual(self.client.delete(url, headers=self.root).status_code, 204)
        self.assertError(self.client.get(url, headers=self.mary), 404, "TASK_NOT_FOUND")
        self.assertEqual(self.titles(""), [])


class RefusingBodies(ApiTestCase):
    def test_bad_fields(self):
        for field, value in (
            ("title", "\t  "),
            ("title", 151 * "a"),
            ("title", None),
            ("status", "started"),
            ("due_date", "soon"),
            ("tags", 3),
            ("priority", 1),
        ):
            with self.subTest(field=field, value=value):
                body = {"title": "Cook", field: value}
                response = self.client.post("/api/tasks", json=body, headers=self.mary)
                self.assertError(response, 422, "VALIDATION_FAILED")
                self.assertEqual([*response.get_json()["error"]["details"]], [field])

    def test_longest_title(self):
        body = {"title": 150 * "a"}
        response = self.client.post("/api/tasks", json=body, headers=self.mary)
        self.assertEqual(response.status_code, 201)

    def test_two_faults(self):
        body = {"title": "", "status": ""}
        response = self.client.post("/api/tasks", json=body, headers=self.mary)
        self.assertEqual(set(response.get_json()["error"]["details"]), {"title", "status"})

    def test_empty_patch(self):
        response = self.client.patch(self.task(), json={}, headers=self.mary)
        self.assertError(response, 422, "VALIDATION_FAILED")

    def test_not_json(self):
        for body in ("", "{", "3"):
            with self.subTest(body=body):
                response = self.client.post(
                    "/api/tasks", data=body, content_type="application/json", headers=self.mary
                )
                self.assertEqual(response.status_code, 400)
        response = self.client.post("/api/tasks", data='{"title": "x"}', headers=self.mary)
        self.assertEqual(response.status_code, 415)


class ListingTasks(ApiTestCase):
    def setUp(self):
        super().setUp()
        self.task(title="A", status="completed", due_date=date(2031, 1, 1), description="apple")
        self.task(title="B", status="completed", due_date=date(2031, 1, 2), tags=("bee",))
        self.task(title="C", status="completed", description="100 % cotton")
        self.task(title="D", status="pending")

    def test_filters(self):
        self.assertEqual(self.titles("?status=pending"), ["D"])
        self.assertEqual(self.titles("?tag=bee"), ["B"])
        self.assertEqual(self.titles("?due_before=2031-01-02"), ["A"])

    def test_search(self):
        self.assertEqual(self.titles("?q=APPLE"), ["A"])
        self.assertEqual(self.titles("?q=b"), ["B"])

    def test_search_without_wildcards(self):
        self.assertEqual(self.titles("?q=%25"), ["C"])
        self.assertEqual(self.titles("?q=_"), [])

    def test_order(self):
        self.assertEqual(self.titles("?sort=title"), ["A", "B", "C", "D"])
        self.assertEqual(self.titles("?sort=status,-title"), ["C", "B", "A", "D"])
        self.assertEqual(self.titles(""), ["D", "C", "B", "A"])

    def test_pages(self):
        url, pages = "/api/tasks?status=completed&per_page=2&sort=title", []
        while url and len(pages) < 9:
            body = self.client.get(url, headers=self.mary).get_json()
            pages.append([task["title"] for task in body["data"]])
            url = body["links"]["next"]
        self.assertEqual(pages, [["A", "B"], ["C"]])
        self.assertEqual(body["meta"], {"page": 2, "per_page": 2, "total": 3, "pages": 2})

    def test_fields(self):
        self.assertEqual(self.data("/api/tasks?fields=title&q=D"), [{"title": "D"}])

    def test_bad_queries(self):
        for query in ("page=0", "per_page=101", "sort=size", "fields=size", "due_before=x"):
            with self.subTest(query=query):
                response = self.client.get(f"/api/tasks?{query}", headers=self.mary)
                self.assertError(response, 422, "VALIDATION_FAILED")


class Accounts(ApiTestCase):
    body = {"username": "zoe", "email": "Zoe@example.org", "password": "open sesame"}  # noqa: RUF012

    def test_register_and_log_in(self):
        user = self.client.post("/auth/register", json=self.body).get_json()["data"]
        created = user.pop("created_at")
        self.assertEqual(datetime.fromisoformat(created).utcoffset().total_seconds(), 0)
        user.pop("id")
        expected = {"username": "zoe", "email": "zoe@example.org", "role": "user"}
        self.assertEqual(user, expected)
        login = {"username": "zoe", "password": "open sesame"}
        tokens = self.client.post("/auth/login", json=login).get_json()
        header = {"Authorization": f"{tokens['token_type']} {tokens['access_token']}"}
        me = self.client.get("/auth/me", headers=header).get_json()["data"]
        self.assertEqual(me["username"], "zoe")

    def test_taken(self):
        for taken in ({"username": "mary"}, {"email": "MARY@example.org"}):
            with self.subTest(taken=taken):
                response = self.client.post("/auth/register", json=self.body | taken)
                self.assertError(response, 409, "USER_EXISTS")

    def test_no_role_for_the_asking(self):
        response = self.client.post("/auth/register", json=self.body | {"role": "admin"})
        self.assertError(response, 422, "VALIDATION_FAILED")

    def test_failed_logins_look_the_same(self):
        bodies = [
            self.client.post("/auth/login", json={"username": name, "password": "guess"})
            for name in ("mary", "nobody")
        ]
        self.assertError(bodies[0], 401, "INVALID_CREDENTIALS")
        self.assertEqual(bodies[0].get_json(), bodies[1].get_json())

    def test_right_password(self):
        login = {"username": "mary", "password": "let me in"}
        self.assertEqual(self.client.post("/auth/login", json=login).status_code, 200)


class Tokens(ApiTestCase):
    def assertRefused(self, header, code, url="/api/tasks"):
        response = self.client.get(url, headers=header)
        self.assertError(response, 401, code)
        self.assertEqual(response.headers.get("WWW-Authenticate"), "Bearer")

    def test_missing(self):
        self.assertRefused({}, "TOKEN_MISSING")
        self.assertRefused({}, "TOKEN_MISSING", self.task())

    def test_expired(self):
        self.assertRefused(self.expired_header("mary"), "TOKEN_EXPIRED")

    def test_nonsense(self):
        self.assertRefused({"Authorization": "Bearer no.such.token"}, "TOKEN_INVALID")

    def test_refresh_token_for_tasks(self):
        self.assertRefused(self.refresh_header("mary"), "TOKEN_WRONG_TYPE")

    def test_access_token_for_refresh(self):
        response = self.client.post("/auth/refresh", headers=self.mary)
        self.assertError(response, 401, "TOKEN_WRONG_TYPE")

    def test_refresh(self):
        response = self.client.post("/auth/refresh", headers=self.refresh_header("mary"))
        header = {"Authorization": "Bearer " + response.get_json()["access_token"]}
        self.assertEqual(self.client.get("/api/tasks", headers=header).status_code, 200)

    def test_logout(self):
        other = self.header("mary")
        self.client.post("/auth/logout", headers=self.mary)
        self.client.post("/auth/logout", headers=self.root)
        self.assertRefused(self.mary, "TOKEN_REVOKED")
        self.assertEqual(self.client.get("/auth/me", headers=other).status_code, 200)


class Roles(ApiTestCase):
    def test_user_deletes_nothing(self):
        url = self.task()
        self.assertError(self.client.delete(url, headers=self.mary), 403, "FORBIDDEN")
        self.assertEqual(self.data(url)["title"], "Sweep")

    def test_demoted_admin(self):
        url = self.task()
        with self.app.app_context():
            db.session.scalar(db.select(User).filter_by(username="root")).role = "user"
            db.session.commit()
        self.assertError(self.client.delete(url, headers=self.root), 403, "FORBIDDEN")


class Everywhere(ApiTestCase):
    def test_unknown_address(self):
        self.assertError(self.client.get("/nowhere"), 404, "NOT_FOUND")

    def test_wrong_method(self):
        response = self.client.put("/api/tasks", headers=self.mary)
        self.assertError(response, 405, "METHOD_NOT_ALLOWED")
        self.assertIn("POST", response.headers.get("Allow", ""))

    def test_request_id(self):
        for sent, same in (("mine-1", True), ("with blanks", False), ("x" * 200, False)):
            with self.subTest(sent=sent):
                response = self.client.get("/health", headers={"X-Request-ID": sent})
                self.assertEqual(response.headers["X-Request-ID"] == sent, same)

    def test_bug(self):
        @self.app.get("/bug")
        def bug():
            raise KeyError("secret")

        response = self.client.get("/bug")
        self.assertError(response, 500, "INTERNAL_SERVER_ERROR")
        self.assertNotIn("secret", response.text)

    def test_unknown_configuration(self):
        with self.assertRaises(ValueError):
            create_app("unknown")
