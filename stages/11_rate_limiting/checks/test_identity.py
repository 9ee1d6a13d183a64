import jwt
import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("identity")

TEN = "ten a minute are allowed, `RATELIMIT_DEFAULT` says so"
VERIFIED = "who has not been verified is counted by the address, or everybody could be anybody"
WRITTEN = "the client has written this header itself, and writes another one each time"


@pytest.fixture
def claims_of(key):
    """Return a function that returns what the token in a header says."""
    return lambda header: jwt.decode(header["Authorization"].split()[1], key, algorithms=["HS256"])


@pytest.fixture
def forged(client, log_in, claims_of):
    """Return a function that returns a header with a token of somebody, signed by nobody."""
    claims = claims_of(log_in(client))

    def forged(sub):
        token = jwt.encode(claims | {"sub": str(sub)}, "a key that is not that of the app, at all")
        return {"Authorization": f"Bearer {token}"}

    return forged


def test_two_users(client, register, log_in, at, let_through, refused):
    """Two users behind one address are counted apart."""
    register(client, "ada")
    user = at(client, "203.0.113.7", log_in(client))
    ada = at(client, "203.0.113.7", log_in(client, "ada"))
    let_through(10, lambda _: user.get("/auth/me"))
    refused(user.get("/auth/me"), TEN)
    why = "a whole office has one address: the burst of one must not lock the others out"
    response = ada.get("/auth/me")
    response.exchange.note = "the eleven before were of `user`, and this one is of `ada`"
    expect(response).status(200, why)


def test_one_user(client, log_in, at, let_through, refused):
    """A user is counted once, from wherever: another address gives no more."""
    header = log_in(client)
    let_through(10, lambda number: at(client, f"203.0.113.{number}", header).get("/auth/me"))
    response = at(client, "203.0.113.99", header).get("/auth/me")
    refused(response, f"{TEN}; these were from ten addresses, and of one user")


def test_two_addresses(client, at, let_through, refused):
    """Without a token, two addresses are counted apart."""
    one, other = at(client, "203.0.113.7"), at(client, "203.0.113.8")
    let_through(10, lambda _: one.get("/auth/me"), 401, "without a token it is 401")
    refused(one.get("/auth/me"), TEN)
    expect(other.get("/auth/me")).status(401, "this address has asked nothing yet")


def test_forged_tokens(client, forged, let_through, refused):
    """A token that the app has not signed is no identity: another forged one gives no more."""
    let_through(10, lambda number: client.get("/auth/me", headers=forged(number + 1)), 401)
    response = client.get("/auth/me", headers=forged(99))
    response.exchange.note = "each of the ten before had a forged token with another `sub`"
    refused(response, VERIFIED)


def test_forged_token_costs_its_subject_nothing(
    client, forged, claims_of, log_in, at, refused, let_through
):
    """Whoever forges a user's token does not use up what that user may ask."""
    header = log_in(client)
    stranger, token = at(client, "203.0.113.66"), forged(claims_of(header)["sub"])
    let_through(10, lambda _: stranger.get("/auth/me", headers=token), 401)
    refused(stranger.get("/auth/me", headers=token), TEN)
    response = at(client, "203.0.113.7", header).get("/auth/me")
    expect(response).status(200, f"somebody else has sent the eleven forged ones: {VERIFIED}")


def test_logged_out_token_costs_its_user_nothing(client, log_in, at, refused, let_through):
    """Whoever has found a token that was logged out does not use up what its user may ask."""
    found, own = log_in(client), log_in(client)
    at(client, "203.0.113.7", found).post("/auth/logout")
    stranger = at(client, "203.0.113.66", found)
    let_through(10, lambda _: stranger.get("/auth/me"), 401)
    refused(stranger.get("/auth/me"), TEN)
    response = at(client, "203.0.113.7", own).get("/auth/me")
    expect(response).status(200, f"the other token was logged out: {VERIFIED}")


def test_user_and_address(client, log_in, at, let_through, refused):
    """What somebody has asked without a token does not count for the user, nor the reverse."""
    address, user = at(client, "203.0.113.7"), at(client, "203.0.113.7", log_in(client))
    let_through(10, lambda _: address.get("/auth/me"), 401)
    refused(address.get("/auth/me"), TEN)
    expect(user.get("/auth/me")).status(200, "this is somebody else, as far as anybody can tell")


@pytest.mark.parametrize(
    "name", ["X-Forwarded-For", "X-Real-IP", "X-Client-IP", "CF-Connecting-IP", "Forwarded"]
)
def test_forwarded_for(client, let_through, refused, name):
    """Without a proxy in front, the header `{name}` makes nobody another one."""

    def send(number):
        value = f"203.0.113.{number}"
        header = {name: f"for={value}" if name == "Forwarded" else value}
        return client.get("/auth/me", headers=header)

    let_through(10, send, 401)
    refused(send(99), WRITTEN)


def test_forwarded_for_behind_a_proxy(deploy, let_through, refused):
    """Behind a proxy, what stands before its own entry in `X-Forwarded-For` changes nothing."""
    client = deploy(RATELIMIT_DEFAULT="10 per minute")

    def send(number, seen="203.0.113.7"):
        forwarded = f"198.51.100.{number}, {seen}"
        return client.get("/auth/me", headers={"X-Forwarded-For": forwarded})

    let_through(10, send, 401)
    refused(send(99), "the last entry is what the proxy has seen, and was the same each time")
    expect(send(99, "203.0.113.8")).status(401, "the proxy was asked by another address")


def test_ipv6_network(client, at, let_through, refused):
    """Of an IPv6 address the first 64 bits count: the rest is the client's choice."""
    let_through(10, lambda number: at(client, f"2001:db8:0:7::{number + 1:x}").get("/auth/me"), 401)
    response = at(client, "2001:db8:0:7:ffff:ffff:ffff:ffff").get("/auth/me")
    refused(response, "these eleven addresses are of one network, 2001:db8:0:7::/64")
    response = at(client, "2001:db8:0:8::1").get("/auth/me")
    expect(response).status(401, "this is another network, 2001:db8:0:8::/64")


def test_ipv4_in_ipv6(client, at, let_through, refused):
    """IPv4 addresses that come as `::ffff:203.0.113.7` are as many as without that."""
    one = at(client, "::ffff:203.0.113.7")
    let_through(10, lambda _: one.get("/auth/me"), 401)
    refused(one.get("/auth/me"), TEN)
    response = at(client, "::ffff:203.0.113.8").get("/auth/me")
    expect(response).status(401, "all of IPv4 is in one /64 there, and is not one client")


@pytest.mark.parametrize("address", ["nothing", "unknown"])
def test_no_address(client, at, address, let_through, refused):
    """Requests whose address is {address} are answered, and counted, all the same."""
    caller = at(client, "" if address == "nothing" else address)
    why = "on a socket there is no address, and a proxy may write anything"
    let_through(10, lambda _: caller.get("/auth/me"), 401, why)
    refused(caller.get("/auth/me"), TEN)
