import pytest

pytestmark = pytest.mark.task("proxies")

ONE = "there is one proxy in front: what is before its own entry, the client has written itself"


def test_scheme(deploy, link_of):
    """Behind a proxy that speaks HTTPS, links begin with `https://`."""
    _, link = link_of(deploy(), {"X-Forwarded-Proto": "https"})
    assert link.startswith("https://"), (
        f"the proxy was asked by https, and a client that follows {link} is asked to leave it"
    )


def test_host(deploy, link_of):
    """Links name the host that the client has asked for, and not that of the process."""
    _, link = link_of(deploy(), {"X-Forwarded-Host": "tasks.example"})
    assert link.startswith("http://tasks.example/"), f"nobody outside can reach {link}"


def test_client(deploy, line_of):
    """The `client` in the log is who has asked the proxy, not the proxy."""
    deploy().get("/health", headers={"X-Forwarded-For": "203.0.113.7"})
    assert line_of("/health").get("client") == "203.0.113.7"


def test_forged_client(deploy, line_of):
    """What a client writes into `X-Forwarded-For` itself is not believed."""
    deploy().get("/health", headers={"X-Forwarded-For": "10.0.0.1, 203.0.113.7"})
    assert line_of("/health").get("client") == "203.0.113.7", ONE


def test_two_proxies(deploy, line_of):
    """With `PROXIES=2` the last two entries are believed."""
    deploy(PROXIES="2").get(
        "/health", headers={"X-Forwarded-For": "10.0.0.1, 203.0.113.7, 198.51.100.2"}
    )
    assert line_of("/health").get("client") == "203.0.113.7", (
        "of two proxies the inner one was asked by the outer one, and that by the client"
    )


def test_no_proxy(deploy, line_of):
    """With `PROXIES=0` nobody is believed."""
    deploy(PROXIES="0").get("/health", headers={"X-Forwarded-For": "203.0.113.7"})
    assert line_of("/health").get("client") != "203.0.113.7", (
        "without a proxy in front, whoever asks has written all of it"
    )
