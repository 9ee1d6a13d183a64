import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("item-rules")

JSON = "application/json"


def mug(price="7.5", description='"Holds a pint"'):
    """Return an item as JSON; price and description are given as they are to stand in it."""
    return f'{{"name": "Mug", "price": {price}, "description": {description}}}'


def test_creates_an_item(client):
    """`POST /api/items` with a name and a price answers 201 with the new item and its id."""
    response = client.post("/api/items", json={"name": "Mug", "price": 7.5})
    body = expect(response).status(201, "name and price are there, so there is a new item").json()
    expect(response).contains({"name": "Mug", "price": 7.5}, "the item is as the client sent it")
    assert type(body.get("id")) is int, "the server gives each item a number to be found by"


def test_description_is_kept(client):
    """A `description` may be given, and is kept."""
    mug = {"name": "Mug", "price": 7.5, "description": "Holds a pint"}
    expect(client.post("/api/items", json=mug)).status(
        201, "an item with a description is a good item"
    ).contains(mug, "what the client sent is what is kept")


def test_new_item_is_in_the_list(client):
    """A new item is in the list of `GET /api/items`, as the POST showed it."""
    response = client.post("/api/items", json={"name": "Mug", "price": 7.5})
    item = expect(response).status(201, "the item is created").json()
    expect(client.get("/api/items")).equals([item], "201 says that it has been created")


@pytest.mark.parametrize("price", [7, 0], ids=["7", "0"])
def test_price_may_be_a_whole_number(client, price):
    """A `price` of {price} is a price."""
    expect(client.post("/api/items", json={"name": "Mug", "price": price})).status(
        201, "JSON has one kind of number: 7 and 7.0 are the same, and 0 is not 'missing'"
    ).contains({"price": price}, "the number is kept as it is")


@pytest.mark.parametrize(
    "body",
    [
        '{"price": 7.5}',
        '{"name": null, "price": 7.5}',
        '{"name": 5, "price": 7.5}',
        '{"name": [], "price": 7.5}',
    ],
)
def test_name_is_text(client, refused, body):
    """An item without a `name` that is text is 400 in JSON: `{body}`."""
    refused(
        client.post("/api/items", data=body, content_type=JSON),
        400,
        "an item is called by a text",
    )


@pytest.mark.parametrize("name", ["", "  "], ids=["empty", "blanks"])
def test_blank_name_is_400(client, refused, name):
    """A `name` of nothing but white space is 400 in JSON."""
    refused(
        client.post("/api/items", json={"name": name, "price": 7.5}),
        400,
        "the rule of a title holds for a name too: use the same function",
    )


@pytest.mark.parametrize("body", ['{"name": "Mug"}', '{"name": "Mug", "price": null}'])
def test_price_is_required(client, refused, body):
    """An item without a `price` is 400 in JSON: `{body}`."""
    refused(
        client.post("/api/items", data=body, content_type=JSON),
        400,
        "price is required, and null is no number",
    )


@pytest.mark.parametrize("price", ['"7.5"', '"cheap"', "[7.5]", "{}"])
def test_price_is_a_number(client, refused, price):
    """A `price` that is no number is 400 in JSON: `{price}`."""
    refused(
        client.post("/api/items", data=mug(price=price), content_type=JSON),
        400,
        "a text of digits is a text: two mugs at '7.5' would cost '7.57.5'",
    )


@pytest.mark.parametrize("price", ["true", "false"])
def test_boolean_is_no_price(client, refused, price):
    """A `price` of `{price}` is 400 in JSON: a truth value is no number."""
    refused(
        client.post("/api/items", data=mug(price=price), content_type=JSON),
        400,
        "in Python bool is a kind of int, so isinstance(True, int) is true: ask for bool first",
    )


@pytest.mark.parametrize("price", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_price_is_finite(client, refused, price):
    """A `price` of `{price}` is 400 in JSON."""
    refused(
        client.post("/api/items", data=mug(price=price), content_type=JSON),
        400,
        "Python's JSON reader makes floats of these, but they can never be sent back: "
        "NaN and Infinity are not JSON (RFC 8259, 6)",
    )


@pytest.mark.parametrize("description", ["5", "true", '["blue"]', "{}"])
def test_description_is_text(client, refused, description):
    """A `description` that is no text is 400 in JSON: `{description}`."""
    refused(
        client.post("/api/items", data=mug(description=description), content_type=JSON),
        400,
        "optional means that it may be missing, not that it may be anything",
    )


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [("[]", JSON, 400), ("null", JSON, 400), ('{"name"', JSON, 400), ("{}", "text/plain", 415)],
    ids=["list", "null", "cut off", "text/plain"],
)
def test_body_is_a_json_object(client, refused, body, media_type, status):
    """An item in a body that is no JSON object is {status} in JSON: `{body}` as {media_type}."""
    refused(
        client.post("/api/items", data=body, content_type=media_type),
        status,
        "every view that takes a body reads it by the same rules",
    )


def test_refused_item_is_not_kept(client, refused):
    """After a refused price the list of items is still empty."""
    refused(client.post("/api/items", json={"name": "Mug", "price": "7"}), 400, "no number")
    expect(client.get("/api/items")).equals([], "check everything first, and keep the item last")


def test_each_item_has_its_own_id(client, entries):
    """Two items get two ids, whatever `id` the client writes into the body."""
    mug = {"name": "Mug", "price": 7.5}
    first = expect(client.post("/api/items", json=mug)).status(201, "first there is one item")
    first.contains(mug, "the item is as the client sent it")
    number = first.json().get("id")
    answer = client.post("/api/items", json={"name": "Cup", "price": 3, "id": number})
    if answer.status_code == 400:
        return
    second = expect(answer).status(201, "an `id` in the body is ignored, or refused with 400")
    second.contains({"name": "Cup"}, "the answer is the item that was made")
    assert second.json().get("id") != number, (
        "hand on the fields that a client may set, one by one, and not the body as it came"
    )
    assert len(entries(client.get("/api/items"))) == 2, (
        "nobody overwrites an item by sending its id"
    )


def test_enormous_price_is_no_crash(client):
    """A `price` of 400 digits is taken or refused, but never a 500."""
    response = client.post("/api/items", data=mug(price="9" * 400), content_type=JSON)
    assert response.status_code in (201, 400), (
        "Python's int has no largest number, but float has: math.isfinite() raises OverflowError "
        "here; ask it about a float alone"
    )
