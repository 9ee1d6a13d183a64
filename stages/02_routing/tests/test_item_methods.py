import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("item-methods")

MUG = {"name": "Mug", "price": 7.5, "description": "Holds a pint"}
CUP = {"name": "Cup", "price": 3}


def add(client, item=MUG):
    """Create an item and return its address."""
    answer = expect(client.post("/api/items", json=item)).status(201, "first there is an item")
    answer.contains(item, "the answer to a POST is the item that was made")
    return f"/api/items/{answer.json().get('id')}"


def put(client, address, item):
    """Replace an item, and expect that it was done: 200 with the item, or 204 without a body."""
    response = client.put(address, json=item)
    assert response.status_code in (200, 204), (
        "the item is there and what was sent is right, so it is replaced: "
        "200 with the item, or 204 without a body (RFC 9110, 9.3.4)"
    )
    if response.status_code == 200 and "name" in (expect(response).json() or ()):
        expect(response).contains(item, "who shows the item shows it as it is now")


def delete(client, address):
    """Delete an item, and expect that it was done: 204, or 200."""
    assert client.delete(address).status_code in (200, 204), (
        "the item was there and is gone now: 204 without a body, or 200 with one (RFC 9110, 9.3.5)"
    )


def test_shows_an_item(client):
    """`GET /api/items/<id>` shows an item."""
    address = add(client)
    expect(client.get(address)).status(
        200, "what POST has created can be read at an address of its own"
    ).contains(MUG, "the item is as the client sent it")


def test_shows_the_item_asked_for(client):
    """With two items each is found under its own id."""
    mug, cup = add(client), add(client, CUP)
    expect(client.get(mug)).status(200, "the first is there").contains(MUG, "the first is the mug")
    expect(client.get(cup)).status(200, "the second is there").contains(
        CUP, "the second is the cup"
    )


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_unknown_item_is_404(client, refused, method):
    """`{method}` of an item that there is not is 404 in JSON."""
    address = add(client)
    expect(client.get(address)).status(200, "first the item that there is has to be shown")
    body = CUP if method == "PUT" else None
    refused(
        client.open("/api/items/4711", method=method, json=body),
        404,
        "the id is made by the server: a client can only ask for, replace or delete what is there",
    )


def test_item_id_is_a_whole_number(client, refused):
    """`GET /api/items/mug` is 404 in JSON: the route takes whole numbers alone."""
    expect(client.get(add(client))).status(200, "first the item that there is has to be shown")
    refused(client.get("/api/items/mug"), 404, "<int:item_id> takes digits alone")


def test_replaces_an_item(client):
    """`PUT /api/items/<id>` replaces name, price and description."""
    address = add(client)
    jar = {"name": "Jar", "price": 12, "description": "With a lid"}
    put(client, address, jar)
    expect(client.get(address)).status(200, "the item is still there").contains(
        jar, "after a PUT a GET shows what was put"
    )


def test_put_resets_what_is_not_given(client):
    """A `PUT` without `description` does not keep the old one."""
    address = add(client)
    put(client, address, CUP)
    answer = expect(client.get(address)).status(200, "the item is still there")
    answer.contains(CUP, "what was sent is there")
    assert answer.json().get("description") != MUG["description"], (
        "PUT replaces the whole item by what was sent (RFC 9110, 9.3.4); to change a part is PATCH"
    )


def test_put_keeps_the_id(client):
    """`PUT` keeps the id of the item, also when another `id` is in the body."""
    address = add(client)
    put(client, address, CUP)
    number = int(address.rpartition("/")[2])
    why = "the path says which item it is, and the body has no say in it"
    expect(client.get(address)).status(200, why).contains({**CUP, "id": number}, why)
    response = client.put(address, json={**MUG, "id": 4711})
    assert response.status_code in (200, 204, 400), "another `id` is ignored, or refused with 400"
    expect(client.get(address)).status(200, why).contains({"id": number}, why)


def test_put_leaves_other_items_alone(client, entries):
    """`PUT` of one item leaves the others as they are, and the list shows both."""
    mug, cup = add(client), add(client, CUP)
    put(client, cup, {"name": "Jar", "price": 12})
    expect(client.get(mug)).status(200, "the other item is there").contains(
        MUG, "the other item was not meant"
    )
    names = [str(item.get("name")) for item in entries(client.get("/api/items"))]
    assert sorted(names) == ["Jar", "Mug"], "the list and the single item show the same data"


@pytest.mark.parametrize(
    "body",
    [
        '{"name": "Cup"}',
        '{"price": 3}',
        '{"name": "Cup", "price": true}',
        '{"name": "", "price": 3}',
        '{"name": "Cup", "price": 3, "description": 5}',
    ],
)
def test_put_is_checked_like_post(client, refused, body):
    """A `PUT` that POST would refuse is 400 in JSON, and changes nothing: `{body}`."""
    address = add(client)
    refused(
        client.put(address, data=body, content_type="application/json"),
        400,
        "an item that cannot be made cannot be put either: check it by the same function",
    )
    expect(client.get(address)).contains(
        MUG, "check everything first, and only then change the item: half a change is the worst"
    )


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [("[]", "application/json", 400), ("{", "application/json", 400), ("{}", "text/plain", 415)],
    ids=["list", "cut off", "text/plain"],
)
def test_put_takes_a_json_object(client, refused, body, media_type, status):
    """A `PUT` whose body is no JSON object is {status} in JSON: `{body}` as {media_type}."""
    address = add(client)
    refused(
        client.put(address, data=body, content_type=media_type),
        status,
        "every view that takes a body reads it by the same rules",
    )


def test_deletes_an_item(client, refused):
    """`DELETE /api/items/<id>` deletes an item: afterwards it is 404."""
    address = add(client)
    delete(client, address)
    refused(client.get(address), 404, "what was deleted is not there any more")


def test_deleted_item_is_not_in_the_list(client, entries):
    """A deleted item is gone from the list, and the other one is still at its own address."""
    mug, cup = add(client), add(client, CUP)
    delete(client, mug)
    expect(client.get(cup)).status(
        200, "an id is no place in a list: that another item went away does not move this one"
    ).contains(CUP, "an id belongs to one item for good")
    names = [item.get("name") for item in entries(client.get("/api/items"))]
    assert names == ["Cup"], "what was deleted is in no list"


def test_delete_twice_is_404(client, refused):
    """The second `DELETE` of an item is 404 in JSON."""
    address = add(client)
    delete(client, address)
    refused(client.delete(address), 404, "there is nothing left to delete")


def test_ids_are_not_reused(client):
    """After the newest item was deleted the next one gets a new id, and not the old one."""
    add(client)
    cup = add(client, CUP)
    delete(client, cup)
    jar = add(client, {"name": "Jar", "price": 12})
    assert jar != cup, (
        "somebody may have kept the old address: it must not show them another item; "
        "len() + 1 and max() + 1 count down, a counter does not"
    )


def test_item_refuses_post(client):
    """`POST /api/items/<id>` is 405, and `Allow` names `GET`, `PUT` and `DELETE`."""
    response = client.post(add(client), json=CUP)
    expect(response).status(405, "an item is created by POST to the collection: RFC 9110, 15.5.6")
    for method in ("GET", "PUT", "DELETE"):
        expect(response).header(
            "Allow", contains=method, why="a 405 has to say which methods there are"
        )
