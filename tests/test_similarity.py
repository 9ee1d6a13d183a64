"""Submissions whose code is unusually equal: copies are found, what anyone would write is not."""

import ast
import builtins
import random
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workshop import course as courses
from workshop import starters, wrong
from workshop.grading import similarity
from workshop.grading.symbols import Vocabulary, code_in

STAGES = courses.stages()
BY_NUMBER = {stage.number: stage for stage in STAGES}


def written(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def texts(folder: Path) -> dict[str, str]:
    return {name: starters.read(folder / name) for name in starters.files_of(folder)}


def right(number: int, name: str) -> Path:
    (folder,) = (f for f in wrong.right_programs(BY_NUMBER[number]) if f.name == name)
    return folder


class _Disguise(ast.NodeTransformer):
    """Renames what a program chose, in all of its files, and rewrites its texts."""

    def __init__(self, trees: list[ast.Module]) -> None:
        nodes = [node for tree in trees for node in ast.walk(tree)]
        imported = {
            alias.name
            for node in nodes
            if isinstance(node, ast.ImportFrom | ast.Import)
            for alias in node.names
        }
        defined = {
            node.name
            for node in nodes
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("__")
        }
        stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        arguments = {node.arg for node in nodes if isinstance(node, ast.arg)}
        kept = (imported - defined - stored) | set(dir(builtins)) | {"app", "get", "post", "put"}
        kept |= {"delete", "patch", "create_app", "self"}
        chosen = sorted((defined | stored | arguments) - kept)
        self.names = {name: f"v{number}_" for number, name in enumerate(chosen)}
        self.members = {name for name in self.names if name in defined}

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.Attribute:
        self.generic_visit(node)
        if node.attr in self.members:
            node.attr = self.names[node.attr]
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.arg = self.names.get(node.arg, node.arg)
        node.annotation = None
        return node

    def visit_alias(self, node: ast.alias) -> ast.alias:
        node.name = self.names.get(node.name, node.name)
        return node

    def visit_keyword(self, node: ast.keyword) -> ast.keyword:
        self.generic_visit(node)
        node.arg = self.names.get(node.arg, node.arg) if node.arg else None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(node)
        node.name = self.names.get(node.name, node.name)
        node.returns = None
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        self.generic_visit(node)
        node.name = self.names.get(node.name, node.name)
        random.Random(1).shuffle(node.body)
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant(f"{node.value} indeed") if isinstance(node.value, str) else node


def disguised(files: Mapping[str, str]) -> dict[str, str]:
    """Return a copy as a cheat would make it, who cares not for comments nor whether it runs."""
    trees = {name: ast.parse(text) for name, text in files.items() if name.endswith(".py")}
    disguise = _Disguise(list(trees.values()))
    result = dict(files)
    for name, tree in trees.items():
        disguise.visit(tree)
        blocks = (ast.FunctionDef, ast.ClassDef)
        movable = [node for node in tree.body if isinstance(node, blocks)]
        others = [node for node in tree.body if not isinstance(node, blocks)]
        random.Random(2).shuffle(movable)
        tree.body = [*others, *movable]
        result[name] = ast.unparse(tree) + "\n"
    return result


# In these too little is the student's own to say anything.
SMALL = {"1-compact", "1-json_by_hand", "8-three_revisions"}
PROGRAMS = [
    pytest.param(stage, folder, id=name)
    for stage in STAGES
    for folder in wrong.right_programs(stage)
    if (name := f"{stage.number}-{folder.name}") not in SMALL
]


@pytest.mark.parametrize(("stage", "folder"), PROGRAMS)
def test_a_copy_in_disguise_is_found(stage, folder, tmp_path):
    copy = written(tmp_path / "bob", disguised(texts(folder)))
    others = [other for other in wrong.right_programs(stage) if other != folder][:1]
    (found,) = similarity.pairs(stage, {"ann": folder, "bob": copy} | {f.name: f for f in others})
    assert (found.stage, found.first, found.second) == (stage.number, "ann", "bob")
    assert 0.5 <= found.share <= 1


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_independent_solutions_are_not_alike(stage):
    folders = {folder.name: folder for folder in wrong.right_programs(stage)}
    # Those of stage 8 are one app, with other revisions.
    assert len(similarity.pairs(stage, folders)) == (stage.number == 8)


@pytest.mark.parametrize("number", [1, 2, 4, 7])
def test_small_changes_of_the_solution_are_nobody_s_own(number, tmp_path):
    stage = BY_NUMBER[number]
    copies = {
        program.file.stem: written(tmp_path / program.file.stem, program.files)
        for program in list(wrong.programs(stage))[:30]
    }
    assert similarity.pairs(stage, copies) == []


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_starters_and_solutions_are_nobody_s_own(stage, tmp_path):
    files = {"starter": starters.yielded(stage), "solution": starters.solved(stage)}
    copies = {}
    for name, given_files in files.items():
        copies |= {f"{name} {i}": written(tmp_path / f"{name}{i}", given_files) for i in (1, 2)}
        # No more is it for a comment more, and no more in disguise.
        more = {k: f"# by me\n{v}" if k.endswith(".py") else v for k, v in given_files.items()}
        copies[f"{name} 3"] = written(tmp_path / f"{name}3", more)
    assert similarity.pairs(stage, copies) == []


def test_code_of_the_lesson_is_nobody_s_own(tmp_path):
    stage = BY_NUMBER[4]
    assert code_in("Try:\n```python\nx = 1\n```\n```console\n$ ls\n```\n") == ["x = 1\n"]
    blocks = enumerate(code_in(starters.read(stage.starter / "README.md")))
    files = {f"block{number}.py": text for number, text in blocks}
    copies = {name: written(tmp_path / name, files) for name in ("ann", "bob")}
    assert similarity.pairs(stage, copies) == []
    # It is enough code to be noticed where no lesson has it.
    assert len(similarity.pairs(BY_NUMBER[1], copies)) == 1


def test_excerpts_are_what_both_wrote_and_nothing_that_was_given(tmp_path):
    stage = BY_NUMBER[2]
    own = starters.read(right(2, "classes") / "app.py")
    solution = starters.solved(stage)["app.py"]
    # Each has the whole solution beside what is copied.
    ann = written(tmp_path / "ann", {"app.py": solution + own})
    bob = written(tmp_path / "bob", {"app.py": disguised({"a.py": own})["a.py"] + solution})
    (pair,) = similarity.pairs(stage, {"ann": ann, "bob": bob})
    assert 1 <= len(pair.excerpts) <= 3
    for first, second in pair.excerpts:
        assert first in own
        assert second in (bob / "app.py").read_text()
        assert second not in solution
        assert first != second


def test_what_many_have_is_how_it_is_done(tmp_path):
    stage = BY_NUMBER[4]
    files = texts(right(4, "core_tables"))
    copies = {f"s{i}": written(tmp_path / f"s{i}", files) for i in range(8)}
    assert similarity.pairs(stage, copies) == []
    few = dict(list(copies.items())[:4])
    assert len(similarity.pairs(stage, few)) == 6


def test_a_copy_that_no_longer_parses_is_found(tmp_path):
    stage = BY_NUMBER[3]
    ann = right(3, "method_views")
    broken = texts(ann)["app.py"].replace("class ", "clas ", 1) + "\ndef (\n'''"
    bob = written(tmp_path / "bob", {"app.py": broken})
    with pytest.raises(SyntaxError):
        ast.parse(broken)
    assert len(similarity.pairs(stage, {"ann": ann, "bob": bob})) == 1


def test_files_that_are_no_code_of_a_student_do_not_matter(tmp_path):
    stage = BY_NUMBER[3]
    code = texts(right(3, "method_views"))["app.py"]
    for name in ("ann", "bob"):
        files = {"migrations/versions/0001.py": code, "notes.txt": code, "tests.pyc": code}
        folder = written(tmp_path / name, files)
        (folder / "binary.py").write_bytes(b"\0" + code.encode())
        (folder / "latin.py").write_bytes(b"# \xe4\n")
        (folder / "huge.py").write_text(code * 300)
        (folder / "empty.py").write_text("")
    assert similarity.pairs(stage, {n: tmp_path / n for n in ("ann", "bob")}) == []
    assert similarity.pairs(stage, {}) == []


def test_only_what_a_stage_lets_a_student_edit_is_compared(tmp_path):
    stage = BY_NUMBER[9]
    code = texts(right(3, "method_views"))["app.py"]
    copies = {name: written(tmp_path / name, {"app/own.py": code}) for name in ("ann", "bob")}
    assert similarity.pairs(stage, copies) == []
    copies = {name: written(tmp_path / name, {"tests/own.py": code}) for name in ("ann", "bob")}
    assert len(similarity.pairs(stage, copies)) == 1


def program(seed: int, views: int = 30) -> str:
    """Return a program of its own, as long as one of stage 4."""
    rng = random.Random(seed)
    names = [f"{word}_{seed}" for word in ("total", "rows", "found", "limit", "task", "user")]

    def value(depth: int = 0) -> str:
        name, kind = rng.choice(names), rng.randrange(7 if depth < 3 else 3)
        if kind < 3:
            return (name, f"'{seed}'", f"{seed}")[kind]
        one, two = value(depth + 1), value(depth + 1)
        return (
            f"{name}.get({one}, {two})",
            f"[{name} for {name} in {one} if {two}]",
            f"request.args.get({one}) or abort({two})",
            f"{{'id': {one}, 'of': {two}}}",
        )[kind - 3]

    def statement() -> str:
        name = rng.choice(names)
        forms = ("{0} = {1}", "if {0} == {1}:\n        return {2}", "{0}.append({1})")
        return f"    {rng.choice(forms).format(name, value(), value())}\n"

    view = "@app.get('/{0}')\ndef view_{0}({1}):\n{2}\n\n"
    return "from flask import Flask, abort, request\n\napp = Flask(__name__)\n\n\n" + "".join(
        view.format(
            number, rng.choice(names), "".join(statement() for _ in range(rng.randint(4, 10)))
        )
        for number in range(views)
    )


def test_the_copies_in_a_large_class_are_found_and_nothing_else(tmp_path):
    stage = BY_NUMBER[4]
    copies = {f"s{i}": written(tmp_path / f"s{i}", {"app.py": program(i)}) for i in range(60)}
    for name, source in (("x", 5), ("y", 17), ("z", 17)):
        copies[name] = written(tmp_path / name, disguised({"app.py": program(source)}))
    found = [(pair.first, pair.second) for pair in similarity.pairs(stage, copies)]
    assert sorted(found) == [("s17", "y"), ("s17", "z"), ("s5", "x"), ("y", "z")]


def test_what_is_usual_in_a_class_is_not_unusual_between_two(tmp_path):
    """Each has a third in common with some others, and only two have nearly everything."""
    stage = BY_NUMBER[4]

    def copy(name: str, *seeds: int) -> Path:
        return written(tmp_path / name, {"app.py": "".join(program(seed, 10) for seed in seeds)})

    copies = {f"s{i}": copy(f"s{i}", 100 + i // 5, 200 + i % 5, i) for i in range(25)}
    copies["cheat"] = copy("cheat", 100, 200, 0)
    (pair,) = similarity.pairs(stage, copies)
    assert (pair.first, pair.second) == ("s0", "cheat")


def test_the_pairs_are_the_same_in_any_order(tmp_path):
    stage = BY_NUMBER[3]
    folder = right(3, "plain_functions")
    copy = written(tmp_path / "bob", disguised(texts(folder)))
    (one,) = similarity.pairs(stage, {"ann": folder, "bob": copy})
    (two,) = similarity.pairs(stage, {"bob": copy, "ann": folder})
    assert one.share == two.share
    assert (one.first, one.second) == (two.second, two.first)


PIECES = ("def f(", "a: int", ")", "->", ":", "\n", "    ", "'''", '"', "'", "\\", "@", "class A")
MORE = ("(", "]", "#", "x = 1", "import ", "from . import (", "\N{BOM}", "é", "self.x =")


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(PIECES + MORE)).map("".join))
def test_any_text_can_be_read_as_symbols(text):
    (symbols,) = Vocabulary.of([{"app.py": "import flask\n"}]).symbols_of({"a.py": text})
    assert len(symbols.codes) == len(symbols.lines)
    assert symbols.lines == sorted(symbols.lines)
    assert all(0 <= line <= text.count("\n") for line in symbols.lines)
    assert symbols.parts == sorted(symbols.parts)
    assert 0 <= symbols.parts[0] <= symbols.parts[-1] <= len(symbols.codes)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = f(a, b)\n", "y = f(\n    c,\n    d,\n)  # more\n"),
        ("def f(a: int, *, b: str = 'x') -> list[int]:\n    a()\n", "def g(c, *, d=''): c()"),
        ("x = 'a' 'b'\n", 'x = """c\nd"""\n'),
        ('def f():\n    """Do."""\n    return 1\n', "def f():\n    return 23\n"),
        ("self.rows = rows\nx.rows\n", "self.items_ = r\ny.items_\n"),
        ("from a import f as g\ng()\n", "from a import f as h\nh()\n"),
    ],
)
def test_what_says_the_same_in_other_words_is_the_same(one, other):
    vocabulary = Vocabulary.of([{}])
    (first,), (second,) = (vocabulary.symbols_of({"a.py": text}) for text in (one, other))
    assert first.codes == second.codes


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x.get(1)\n", "x.pop(1)\n"),
        ("from flask import abort\nabort(1)\n", "from flask import jsonify\njsonify(1)\n"),
        ("if x: pass\n", "while x: pass\n"),
        ("x = [1]\n", "x = {1}\n"),
    ],
)
def test_what_does_something_else_is_not_the_same(one, other):
    vocabulary = Vocabulary.of([{}])
    (first,), (second,) = (vocabulary.symbols_of({"a.py": text}) for text in (one, other))
    assert first.codes != second.codes
