"""The HTML gradebook as text; `services/test_gradebook.py` looks at it in a browser."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from workshop.grading.books import page
from workshop.grading.books.parts import folders
from workshop.grading.grades import Verdict

VOID = {"meta", "input", "link", "br"}
TEMPLATES = Path(page.__file__).parent / "templates"


class Document(HTMLParser):
    """A page as a tree would have it: elements with their attributes, and its text."""

    def __init__(self, path):
        super().__init__()
        self.elements, self.open, self.words, self.raw = [], [], [], {}
        self.feed(path.read_text(encoding="utf-8"))
        self.close()
        assert self.open == [], path

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("script", "style"):
            self.raw[self.open[-1]] = data
        else:
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def made(made_up, hostile, tmp_path_factory):
    """Return the pages of a class of five and of one that means harm, by their paths."""
    found = {}
    for name, book in (("five", made_up(5)), ("hostile", hostile)):
        files = page.write(book, tmp_path_factory.mktemp(name))
        found[name] = {path: Document(path) for path in files}
    return found


@pytest.fixture(params=["five", "hostile"])
def pages(request, made):
    return made[request.param]


def test_there_is_an_overview_and_a_page_for_each_student(made, made_up):
    overview, *students = made["five"]
    assert overview.name == "gradebook.html"
    names = folders.names(made_up(5).students).values()
    assert [path.relative_to(overview.parent).as_posix() for path in students] == [
        f"students/{name}.html" for name in names
    ]


def test_nothing_is_loaded_and_nothing_runs_but_what_the_policy_names(pages):
    for path, document in pages.items():
        [policy] = [
            meta["content"]
            for meta in document.all("meta")
            if meta.get("http-equiv") == "Content-Security-Policy"
        ]
        assert policy.startswith("default-src 'none'; ")
        for kind, text in document.raw.items():
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert f"{kind}-src 'sha256-{digest}'" in policy
        assert len(document.all("script")) == (path.name == "gradebook.html")
        for tag, attributes in document.elements:
            assert tag not in ("img", "iframe", "object", "embed", "link", "base", "form")
            assert not {"src", "style", "srcset", "action"} & attributes.keys()
            assert not [name for name in attributes if name.startswith("on")]
        assert "url(" not in document.raw["style"] and "@import" not in document.raw["style"]


def test_every_link_leads_somewhere_in_the_book(pages):
    ids = {path: {a["id"] for _, a in d.elements if "id" in a} for path, d in pages.items()}
    for path, document in pages.items():
        assert len(ids[path]) == sum("id" in a for _, a in document.elements)
        for link in document.all("a"):
            name, _, fragment = link["href"].partition("#")
            target = path.parent / name if name else path
            assert target in pages, link
            assert not fragment or fragment in ids[target], link
        for _, attributes in document.elements:
            assert set(attributes.get("aria-labelledby", "").split()) <= ids[path]


def test_tables_have_a_caption_and_their_heads_a_scope(pages):
    for document in pages.values():
        assert len(document.all("caption")) == len(document.all("table"))
        assert all(head.get("scope") in ("col", "row") for head in document.all("th"))
        assert document.all("html") == [{"lang": "en"}] and len(document.all("main")) == 1
        assert len(document.all("h1")) == 1


def test_what_scrolls_can_be_reached_with_the_keyboard_and_has_a_name(pages):
    for document in pages.values():
        for tag, attributes in document.elements:
            if tag == "pre" or "scroll" in attributes.get("class", "").split():
                assert attributes["tabindex"] == "0"
            if attributes.get("role") == "region":
                assert attributes.keys() & {"aria-label", "aria-labelledby"}


def test_a_student_s_page_says_nothing_of_others(made, made_up):
    book = made_up(5)
    names = folders.names(book.students)
    for path, document in list(made["five"].items())[1:]:
        whole = path.read_text(encoding="utf-8")
        others = [student for student in book.students if f"{names[student]}.html" != path.name]
        assert len(others) == 4
        assert not [other for other in others if other in whole or names[other] in whole]
        assert "Unusually equal" not in document.text and "93%" not in whole


def test_a_student_s_page_has_what_is_in_each_grade(made, made_up):
    book = made_up(5)
    by_name = {path.stem: document for path, document in made["five"].items()}
    for (student, _), grade in book.grades.items():
        text = by_name[folders.names(book.students)[student]].text
        hint = " ".join(grade.hint.replace("`", " ").split())
        for told in (grade.reason, hint, " ".join(grade.page.split()), *grade.isolation):
            assert told in text
        for task in grade.tasks:
            assert task.title in text


def test_the_overview_tells_what_a_person_has_to_see_to(made, made_up):
    book = made_up(5)
    text = next(iter(made["five"].values())).text
    for told in (*book.faults.values(), *book.changes.values(), "it reads the clock of the tests"):
        assert told in text
    [pair] = book.pairs
    assert "For a person to judge" in text and " ".join(pair.excerpts[0][1].split()) in text


def test_a_verdict_is_a_word_and_not_only_a_colour(made, made_up):
    counts = dict.fromkeys(page.KINDS, 0)
    for attributes in next(iter(made["five"].values())).all("td"):
        kinds = attributes.get("class", "").split()
        if kinds[:1] == ["cell"]:
            counts[kinds[1]] += 1
    book = made_up(5)
    assert sum(counts.values()) == 5 * 15 and counts["fault"] == 1
    for verdict in Verdict:
        expected = sum(grade.verdict == verdict for grade in book.grades.values())
        assert counts[verdict.lower()] == expected
    text = next(iter(made["five"].values())).text
    assert all(f" {page.KINDS[kind]} " in text for kind, count in counts.items() if count)


def test_texts_that_mean_harm_are_texts(made, hostile):
    overview, *students = made["hostile"].values()
    for told in ("</script><script>window.hurt = 1</script>", "&amp; &#x3c; {{ 7 * 7 }}"):
        assert all(told in document.text for document in (overview, *students))
    for name in ("<script>window.hurt = 1</script>", "../../etc/x", "x" * 300, r"Ada\nLovelace"):
        assert name in overview.text
    assert len(students) == len(hostile.students)


def test_what_stands_in_backticks_is_code_and_stays_escaped():
    assert page._with_code("`GET <x>` says `a`") == "<code>GET &lt;x&gt;</code> says <code>a</code>"
    assert page._with_code("a ` b\n` <i>") == "a ` b\n` &lt;i&gt;"


# Colours


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first, second):
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(scheme):
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", style, re.DOTALL)[:2]
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", light if scheme == "light" else dark))
    for name in ("ink", "quiet", "accent", *page.KINDS):
        for ground in ("paper", "raised"):
            assert contrast(colours[name], colours[ground]) >= 4.5, name
    assert contrast(colours["bar"], colours["track"]) >= 3
