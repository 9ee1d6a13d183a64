import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("pages")

HOST = "localhost"


class Loaded(HTMLParser):
    """Collects what a browser loads when it shows a page: not the links that one can click on."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        names = dict(attrs)
        if tag == "link":
            self.found.append(names.get("href"))
        elif tag in ("script", "img", "iframe", "source"):
            self.found.append(names.get("src"))
        for text in (names.get("style"), names.get("srcset")):
            self.found += from_css(text or "")


def from_css(text):
    """Return the addresses that a style sheet loads: fonts, pictures, other style sheets."""
    quoted = re.findall(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""", text)
    return [url or imported for url, imported in quoted]


@pytest.fixture
def opened(recorder):
    """Return a function that opens the page as a browser does, and returns what it has loaded.

    It returns the addresses, each with the answer; None where it is on another host.
    """

    def opened(client):
        page = client.get("/apidocs/")
        before = len(recorder.exchanges)
        expect(page).status(200, "here people read what the API can do")
        text = page.get_data(as_text=True)
        parser = Loaded()
        parser.feed(text)
        styles = re.findall(r"<style.*?>(.*?)</style>", text, re.S)
        waiting = [urljoin("/apidocs/", url) for url in parser.found if url]
        waiting += [urljoin("/apidocs/", url) for style in styles for url in from_css(style)]
        answers = {}
        for url in waiting:
            parts = urlsplit(url)
            if url in answers or parts.scheme == "data":
                continue
            is_here = not parts.netloc or parts.hostname == HOST
            answers[url] = client.get(parts.path) if is_here else None
            if answers[url] is not None and parts.path.endswith(".css"):
                inner = from_css(answers[url].get_data(as_text=True))
                waiting += [urljoin(url, address) for address in inner]
        del recorder.exchanges[before:]  # scripts and pictures, which nobody wants to read
        return text, answers

    return opened


def test_own_files(client, opened):
    """All that the page loads comes from the app itself."""
    _, answers = opened(client)
    foreign = [url for url, answer in answers.items() if answer is None]
    assert not foreign, (
        f"it loads {foreign[0]}: without the internet there is no page, and with it somebody else "
        "decides what runs in it, and learns who reads it"
    )
    missing = [url for url, answer in answers.items() if answer.status_code != 200]
    assert not missing, (
        f"it loads {missing[0]}, which is answered {answers[missing[0]].status_code}"
    )
    styles = [url for url in answers if urlsplit(url).path.endswith(".css")]
    assert styles, "it loads no style sheet, and a page of Swagger UI without one is hard to read"
    scripts = [url for url in answers if urlsplit(url).path.endswith(".js")]
    assert scripts, "it loads no script, and nobody can try anything out in it"
