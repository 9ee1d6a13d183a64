import json
from datetime import datetime, timedelta

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("register-user")

PASSWORD = "tr0ub4dor & three"  # noqa: S105  # of nobody
TEXTS = ("username", "email", "password")


def test_new_user_is_created(register):
    """`POST /auth/register` answers 201 with a message and the new user, whose role is `user`."""
    response = register("ada", "ada@example.org", password=PASSWORD[:8])
    expect(response).status(201, "eight characters are enough, and something was created")
    wanted = {"username": "ada", "email": "ada@example.org", "role": "user"}
    expect(response).contains({"status": "success", "data": wanted}, "`data` is the new user")
    body = response.get_json()
    assert isinstance(body.get("message"), str), "beside `data`, a `message` for a person"
    assert isinstance(body["data"].get("id"), int), "`id` is the number of the user"


def test_created_at_is_in_utc(register):
    """`created_at` of a user is the time of the request, in UTC, with its offset."""
    response = register("grace", "grace@example.org")
    expect(response).status(201, "the request is right")
    text = response.get_json()["data"].get("created_at")
    assert isinstance(text, str), "`created_at` is a text, such as 2030-05-17T09:30:00+00:00"
    time = datetime.fromisoformat(text)
    assert time.utcoffset() == timedelta(0), "`created_at` says that it is UTC: UtcDateTime does"
    age = datetime.now(time.tzinfo) - time
    is_now = abs(age) < timedelta(minutes=1)
    assert is_now, "`created_at` is the moment of the registration"


def test_password_leaves_no_trace(log, register, database):
    """Neither the answer, nor the log, nor the database holds the password; no answer the hash."""
    response = register("barbara", "barbara@example.org", password=PASSWORD)
    expect(response).status(201, "the request is right")
    data = response.get_json()["data"]
    for name in data:
        told = "password" in name or "hash" in name
        assert not told, f"`{name}` is nobody's business: name the fields that a client is shown"
    assert PASSWORD not in response.text, "the answer repeats the password"
    for value in database.users_named("barbara")[0].values():
        is_hash = isinstance(value, str) and len(value) > 40
        assert not (is_hash and value in response.text), "whoever has the hash can try passwords"
    assert not database.holds(PASSWORD), (
        "the database holds the password as it was typed: whoever copies the file can log in, here "
        "and wherever else its owner uses it; store a hash"
    )
    assert PASSWORD not in log(), "logs are read by many, and kept for long"


def test_equal_passwords_have_different_hashes(client, database):
    """Two users with one password have different hashes: each is salted."""
    rows = [database.users_named(name)[0] for name in ("admin", "user")]
    hashes = [{v for v in row.values() if isinstance(v, str) and len(v) > 20} for row in rows]
    hashes = [
        found - {row["email"], row["created_at"]} for found, row in zip(hashes, rows, strict=True)
    ]
    assert all(hashes), "the users of the sample have a hash of their password in the database"
    assert not hashes[0] & hashes[1], (
        "`admin` and `user` have the same password and the same hash: one guess tries all users at "
        "once, and tables of hashes can be bought; generate_password_hash adds a random salt"
    )


def test_hash_has_room_in_its_column(database):
    """The column that holds the hash is as wide as a hash: other databases than SQLite insist."""
    is_hashed = False
    for column, value in database.users_named("user")[0].items():
        if isinstance(value, str) and len(value) > 40:
            is_hashed = True
            width = database.width_of_users(column)
            assert width is None or width >= len(value), (
                f"`{column}` is declared with {width} characters and holds {len(value)}: "
                "PostgreSQL refuses such a row"
            )
    assert is_hashed, "the users of the sample have a hash of their password in the database"


def test_role_is_not_the_clients_to_choose(register, database):
    """A `role` in the body is refused with 422, or ignored; it is never taken."""
    response = register("mallory", "mallory@example.org", role="admin")
    assert response.status_code in (422, 201), "`role` is no field of a registration"
    roles = [row["role"] for row in database.users_named("mallory")]
    assert "admin" not in roles, "whoever registers would be an admin by saying so"


@pytest.mark.parametrize("field", TEXTS)
def test_field_is_required(client, refused, field):
    """A registration without `{field}` is 422, and `details` names the field."""
    body = {"username": "alan", "email": "alan@example.org", "password": PASSWORD}
    del body[field]
    error = refused(client.post("/auth/register", json=body), 422, "it is needed")
    assert field in error["details"], "details say which field it is"


@pytest.mark.parametrize("field", TEXTS)
def test_field_is_a_text(register, refused, field):
    """`{field}` is a text, and not empty: else it is 422, and `details` names the field."""
    for value in (42, None, True, ["x"], {"x": 1}, ""):
        error = refused(register(**{field: value}), 422, "this is not what it takes")
        assert field in error["details"], "details say which field it is"


def test_all_faults_are_told_at_once(client, refused):
    """An empty registration is 422, and `details` names all three fields."""
    error = refused(client.post("/auth/register", json={}), 422, "nothing is given")
    assert set(TEXTS) <= set(error["details"]), "whoever fills a form wants to mend it once"


def test_address_looks_like_one(register, refused):
    """An `email` that is no address is 422, and `details` names it."""
    for email in ("ada", "ada@", "@example.org", "a b@example.org"):
        error = refused(register(email=email), 422, "no letter arrives there")
        assert "email" in error["details"], "details say which field it is"


def test_short_password_is_422(register, refused):
    """A password of less than eight characters is 422, and `details` names it."""
    error = refused(register(password=PASSWORD[:7]), 422, "seven characters are soon guessed")
    assert "password" in error["details"], "details say which field it is"


def test_long_texts_are_422(register, refused):
    """A name, address or password of 10,000 characters is 422: nobody hashes for an hour."""
    for field in TEXTS:
        value = "x" * 10_000 + ("@example.org" if field == "email" else "")
        error = refused(register(**{field: value}), 422, "there is no room for it")
        assert field in error["details"], "details say which field it is"


@pytest.mark.parametrize("field", TEXTS)
def test_strange_characters_are_no_bug(client, register, refused, field):
    """NUL, or half of a surrogate pair, in `{field}` is 422, and never 500."""
    body = {"username": "zoe", "email": "zoe@example.org", "password": PASSWORD}
    for strange in ("\0", "\ud800"):
        changed = body | {field: body[field] + strange}
        answer = client.post(
            "/auth/register", data=json.dumps(changed), content_type="application/json"
        )
        refused(answer, 422, "JSON can spell it, and a database or a hash cannot take it")


def test_name_in_other_letters_is_no_bug(register):
    """A name in other letters than a to z is taken, or refused with 422, never 500."""
    response = register("Зоя", "zoya@example.org")
    assert response.status_code in (201, 422), "whether such names are welcome is up to you"


def test_body_is_an_object(client, refused):
    """A registration whose body is no JSON, or no object, is 400."""
    for body in ("[]", '"ada"', "3", "null", '{"username": '):
        response = client.post("/auth/register", data=body, content_type="application/json")
        refused(response, 400, "there are no fields in it")


def test_name_is_taken_once(register, refused, database):
    """A name that somebody has is 409, whatever the address."""
    response = register("user", "another@example.org", password=PASSWORD)
    refused(response, 409, "there is a user of that name")
    assert PASSWORD not in response.text, "the answer repeats the password"
    assert len(database.users_named("user")) == 1, "nothing is stored"


def test_address_is_taken_once(register, refused, database):
    """An address that somebody has is 409, whatever the name; nothing is broken by it."""
    expect(register("first", "same@example.org")).status(201, "it is free")
    refused(register("second", "same@example.org"), 409, "this address has an account")
    assert not database.users_named("second"), "nothing is stored"


def test_the_database_decides_who_was_first(register, new_client, refused, at_write, database):
    """Of two registrations of one name at the same time, one is 201 and the other 409."""
    other = new_client()
    answers = at_write(
        lambda: register("racer", "one@example.org"),
        lambda: register("racer", "two@example.org", client=other),
    )
    why = (
        "both were checked before either was stored: only the unique column in the database "
        "can tell who was first; catch its IntegrityError"
    )
    statuses = sorted(answer.status_code for answer in answers)
    for answer in answers:
        if answer.status_code != 201:
            refused(answer, 409, why)
    assert statuses == [201, 409], f"{why}; the answers are {statuses}"
    assert len(database.users_named("racer")) == 1, "one of them is stored"
