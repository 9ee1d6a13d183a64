"""A client that speaks of tasks and users, so that journeys read as what somebody does."""

from flask_jwt_extended import create_access_token, create_refresh_token


class Answer:
    """What came back: status, body and headers, with an assertion for each way it can go."""

    def __init__(self, response):
        self.status, self.headers = response.status_code, response.headers
        self.body = response.get_json(silent=True) or {}
        self.text = response.text

    def ok(self, status=200):
        assert self.status == status, self.text
        return self.body.get("data", self.body)

    def fails(self, status, code):
        error = self.body.get("error", {})
        assert (self.status, error.get("code")) == (status, code), self.text
        return error


class Api:
    """A client of one application, with the token of one user or with none."""

    def __init__(self, app, token=""):
        self.app, self.token = app, token

    def logged_in(self, user_id, refresh=False, **options):
        make = create_refresh_token if refresh else create_access_token
        with self.app.app_context():
            return Api(self.app, make(str(user_id), **options))

    def with_token(self, token):
        return Api(self.app, token)

    def send(self, method, url, *args, headers=(), **kwargs):
        headers = dict(headers)
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        client = self.app.test_client()
        return Answer(client.open(url, *args, method=method, headers=headers, **kwargs))

    def get(self, url, **kwargs):
        return self.send("GET", url, **kwargs)

    def post(self, url, body=None, **kwargs):
        return self.send("POST", url, json=body, **kwargs)

    def new_task(self, **fields):
        answer = self.post("/api/tasks", {"title": "Task"} | fields)
        answer.ok(201)
        return answer.headers["Location"]

    def titles(self, **query):
        answer = self.send("GET", "/api/tasks", query_string=query)
        return [task["title"] for task in answer.ok()]
