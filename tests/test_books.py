import csv
import io
import json
import re
import unicodedata
from dataclasses import asdict

import pytest

from workshop.errors import UsageError
from workshop.grading import books
from workshop.grading.books import comma, table
from workshop.grading.books.parts import figures, folders, wording
from workshop.grading.grades import Book, Column, Grade, GradedTask, GradedTest, Verdict

FORMATS = books.formats()


def one(**fields):
    """Return a book of one student, one stage and one grade."""
    grade = Grade("Ada", 1, **{"verdict": Verdict.PASS, "points": 100.0, **fields})
    return Book(["Ada"], [Column(1, "Hello")], {("Ada", 1): grade})


def texts_of(files):
    return {path: path.read_bytes().decode("utf-8-sig") for path in files}


def test_every_format_is_found_by_its_name():
    assert {"csv", "json", "table"} <= set(FORMATS)
    assert all(name == module.NAME and module.__doc__ for name, module in FORMATS.items())


@pytest.mark.parametrize("name", FORMATS)
def test_a_book_of_nobody_is_written(name, tmp_path):
    FORMATS[name].write(Book([], [], {}), tmp_path / "out")


@pytest.mark.parametrize("name", FORMATS)
def test_files_are_whole_inside_the_folder_and_the_same_again(name, hostile, tmp_path):
    folder = tmp_path / "a" / "b" / "out"
    files = FORMATS[name].write(hostile, folder)
    assert files and len({str(path).casefold() for path in files}) == len(files)
    first = {path: path.read_bytes() for path in files}
    assert FORMATS[name].write(hostile, folder) == files
    assert {path: path.read_bytes() for path in files} == first
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == set(files)
    for path in files:
        assert folder in path.resolve().parents
        assert re.fullmatch(r"[a-z0-9.-]+", path.name)


@pytest.mark.parametrize("name", FORMATS)
def test_what_a_terminal_or_reader_would_obey_is_in_no_file(name, hostile, tmp_path):
    for path, text in texts_of(FORMATS[name].write(hostile, tmp_path)).items():
        kinds = {unicodedata.category(char) for char in text if char not in "\n\t\r"}
        assert not kinds & {"Cc", "Cs"}, path
        assert not re.search("[\u2028-\u202e\u2066-\u2069\uffff]", text), path


@pytest.mark.parametrize("name", FORMATS)
def test_a_folder_that_cannot_be_written_is_refused(name, made_up, tmp_path):
    (tmp_path / "out").write_text("a file\n")
    with pytest.raises(UsageError, match=r"Cannot write .*out"):
        FORMATS[name].write(made_up(2), tmp_path / "out")


def test_an_interrupted_write_leaves_what_was_there(tmp_path, monkeypatch):
    path = folders.write(tmp_path / "x.txt", b"before")

    def full(*_words):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(UsageError, match="no space left"):
        folders.write(path, b"after")
    assert [p.name for p in tmp_path.iterdir()] == ["x.txt"] and path.read_bytes() == b"before"


def test_names_of_files_are_plain_different_and_do_not_depend_on_the_class(hostile):
    names = folders.names(hostile.students)
    assert len({name.casefold() for name in names.values()}) == len(hostile.students)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in names.values())
    assert max(map(len, names.values())) <= 64
    assert names["ada-lovelace"] == "ada-lovelace" and names["con"] != "con"
    assert folders.names(["Ada Lovelace"])["Ada Lovelace"] == names["Ada Lovelace"]


def test_a_name_made_to_equal_another_s_file_gets_another_file():
    aimed = folders.names(["Ada Lovelace"])["Ada Lovelace"]
    both = folders.names(["Ada Lovelace", aimed])
    assert both[aimed] == aimed and both["Ada Lovelace"] not in (aimed, "")


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]8;;http://x\x07link\x1b]8;;\x1b\\", "link"),
        ("\x9b2Jx", "x"),
        # What does not end must not hide what follows.
        ("\x1b]0;title\nmore", "0;title\nmore"),
        ("\x1bPhidden?", "hidden?"),
        ("\x1b", ""),
        ("a\r\nb\rc", "a\nb\\rc"),
        ("\u202eabc", "\\u202eabc"),
        ("\x00\x7f\x85", "\\x00\\x7f\\x85"),
        ("\udce9", "\\udce9"),
        ("Ζωή\u200d 👩‍💻\tx", "Ζωή\u200d 👩‍💻\tx"),
    ],
)
def test_text_is_harmless_and_nothing_is_hidden(raw, clean):
    assert wording.text(raw) == clean


def test_no_student_is_listed_under_the_name_of_another():
    assert wording.name("\x1b[1mAda") == r"\x1b[1mAda" and wording.name("Ada") == "Ada"
    assert wording.name("\n") == wording.name("") == "(no name)"


# Figures


def test_a_total_counts_what_is_missing_as_nothing_and_a_fault_not_at_all():
    grade = Grade("Ada", 1, Verdict.PASS, points=90.0, max_points=90.0)
    stages = [Column(1, "a"), Column(2, "b"), Column(3, "c")]
    book = Book(["Ada", "Bo"], stages, {("Ada", 1): grade}, {("Ada", 2): "no space"})
    assert figures.total_of(book, "Ada") == figures.Total(90, 190, 1, 2)
    assert figures.total_of(book, "Bo") == figures.Total(0, 290, 0, 3)


def test_the_distribution_has_each_student_once(made_up):
    book = made_up(200)
    assert sum(figures.distribution(book)) == 200
    whole = one(points=100.0)
    assert figures.distribution(whole) == [0] * 9 + [1]
    assert figures.distribution(one(points=30.0))[3] == 1


def test_the_hardest_comes_first_and_what_all_did_is_not_hard():
    tasks = (GradedTask("a", "A", 1, 4, 12.5, 50), GradedTask("b", "B", 4, 4, 50, 50))
    book = one(tasks=tasks, tests=(GradedTest("x", "a", "X works.", False),))
    assert figures.hardest_tasks(book, 5) == [figures.Hard(1, "A", 0.25, 1)]
    assert figures.hardest_tests(book, 5) == [figures.Hard(1, "X works.", 0.0, 1)]
    unknown = one(tests=(GradedTest("x", "a", "X works.", None),))
    assert figures.hardest_tests(unknown, 5) == []


# The table


def test_the_table_says_each_verdict_without_colour():
    rows = {
        Verdict.PASS: "100✓",
        Verdict.FAIL: "100✗",
        Verdict.ERROR: "100E",
        Verdict.INVALID: "100I",
        Verdict.FLAG: "100?",
    }
    for verdict, cell in rows.items():
        text = table.page_of(one(verdict=verdict)).plain()
        line = next(line for line in text.splitlines() if line.startswith("Ada "))
        assert cell in line and line.endswith("100")


def test_the_table_tells_what_needs_a_person(made_up):
    book = made_up(5)
    text = table.page_of(book).plain()
    for told in (*book.faults.values(), *book.changes.values(), "it reads the clock", "93%"):
        assert told in text
    assert table.page_of(book).plain() == text


def test_the_table_has_a_line_a_student_of_the_same_width(hostile, made_up):
    from rich.cells import cell_len

    for book in (hostile, made_up(200)):
        lines = table.page_of(book).plain().splitlines()[: len(book.students) + 1]
        assert {cell_len(line) for line in lines} == {28 + 6 * len(book.stages) + 17}


def test_the_table_is_cut_into_blocks_where_the_terminal_is_narrow(made_up):
    lines = table.page_of(made_up(5), width=80).plain().splitlines()
    blocks = [line for line in lines if line.startswith("Student ")]
    assert len(blocks) == 3 and max(map(len, blocks)) <= 80


def test_the_table_is_printed_plain_where_there_is_no_terminal(made_up, capsys):
    table.print_table(made_up(5))
    assert capsys.readouterr().out == table.page_of(made_up(5)).plain()


# CSV


def rows_of(path):
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def test_csv_has_a_line_a_student_and_a_line_a_result(made_up, tmp_path):
    book = made_up(5)
    grades, results = map(rows_of, FORMATS["csv"].write(book, tmp_path))
    assert [row[0] for row in grades[1:]] == list(book.students)
    assert len(results) == 1 + 5 * 15 and len({len(row) for row in results}) == 1
    by_key = {(row[0], int(row[1])): dict(zip(results[0], row, strict=True)) for row in results[1:]}
    for key, grade in book.grades.items():
        assert by_key[key]["verdict"] == grade.verdict
        assert float(by_key[key]["points"]) == grade.points
    last = by_key[book.students[-1], 2]
    assert last["verdict"] == "FAULT" and last["points"] == ""


def test_no_cell_is_a_formula(hostile, tmp_path):
    for path in FORMATS["csv"].write(hostile, tmp_path):
        raw = path.read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf") and raw.count(b"\n") == raw.count(b"\r\n")
        rows = rows_of(path)
        assert len({len(row) for row in rows}) == 1
        for cell in (cell for row in rows for cell in row):
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "|", "%")), cell


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", " =1", "\uff1d1"])
def test_a_formula_becomes_a_text(cell):
    assert str(comma.safe(cell)).startswith("'")


def test_numbers_and_plain_texts_stay_what_they_are():
    assert comma.safe(-3.5) == -3.5 and comma.safe("Ada, 3-5") == "Ada, 3-5"


# JSON


def test_json_gives_back_each_grade_to_the_letter(made_up, tmp_path):
    book = made_up(5)
    [path] = FORMATS["json"].write(book, tmp_path)
    data = json.loads(path.read_bytes())
    for student in data["students"]:
        for row in student["stages"]:
            key = (student["name"], row["stage"])
            found = Grade.from_json(json.dumps(row["grade"])) if row["grade"] else None
            assert found == book.grades.get(key)
            assert row["fault"] == book.faults.get(key)
            assert row["change"] == book.changes.get(key)
    assert data["pairs"] == json.loads(json.dumps([asdict(pair) for pair in book.pairs]))


def test_json_is_ascii_and_valid_for_every_reader(hostile, tmp_path):
    [path] = FORMATS["json"].write(hostile, tmp_path)
    data = json.loads(path.read_bytes().decode("ascii"))
    names = [student["name"] for student in data["students"]]
    assert names == [re.sub("[\ud800-\udfff]", "\ufffd", name) for name in hostile.students]
    json.dumps(data, ensure_ascii=False).encode()
