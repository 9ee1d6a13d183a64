"""What a class handed in: found, read without trust, and taken as far as a stage lets it be."""

import io
import os
import shutil
import stat
import struct
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workshop import course as courses
from workshop import starters
from workshop.errors import UsageError
from workshop.grading import archives, intake, roster, submissions
from workshop.grading.archives import Refused

APP = {"app.py": b"app = 1\n"}
REAL = {stage.number: stage for stage in courses.stages()}


@pytest.fixture
def small(course, monkeypatch) -> list[courses.Stage]:
    """Return the stages of the small course, which is the course here."""
    monkeypatch.setenv("WORKSHOP_COURSE", str(course.root))
    return courses.stages()


@pytest.fixture
def first(small) -> courses.Stage:
    return small[0]


def folder(path: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return path


def zipped(path: Path, files: Mapping[str, bytes], mode: int = stat.S_IFREG | 0o644) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = mode << 16
            archive.writestr(info, content)
    return path


def tarred(path: Path, files: Mapping[str, bytes], **more: object) -> Path:
    """Write a tar, compressed as its name says; `more` are attributes of each file in it."""
    kind = {".gz": "gz", ".tgz": "gz", ".bz2": "bz2", ".xz": "xz"}.get(path.suffix, "")
    with tarfile.open(path, f"w:{kind}") as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            for key, value in more.items():
                setattr(info, key, value)
            archive.addfile(info, io.BytesIO(content))
    return path


def under(prefix: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"{prefix}{name}": content for name, content in files.items()}


def taken(path: Path, stage: courses.Stage, *, alone: bool = False) -> intake.Taken | None:
    into = Path(tempfile.mkdtemp(dir=path.parent, prefix="taken-"))
    return intake.take(archives.read(path), stage, into, alone=alone)


def copied(result: intake.Taken | None) -> dict[str, bytes]:
    assert result is not None
    return {
        path.relative_to(result.folder).as_posix(): path.read_bytes()
        for path in result.folder.rglob("*")
        if path.is_file()
    }


# What a class handed in


def test_folders_and_archives_are_submissions_and_other_files_are_not(small, tmp_path):
    (tmp_path / "class" / "Eve").mkdir(parents=True)
    zipped(tmp_path / "class" / "Ann.zip", APP)
    for number, end in enumerate((".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")):
        tarred(tmp_path / "class" / f"S{number}{end}", APP)
    for name in ("roster.csv", ".DS_Store", "notes.txt", "._Ann.zip"):
        (tmp_path / "class" / name).write_text("x")
    (tmp_path / "class" / "__MACOSX").mkdir()
    found = submissions.find(tmp_path / "class")
    assert [s.name for s in found] == ["Ann", "Eve", "S0", "S1", "S2", "S3", "S4"]
    assert all(
        s.path and archives.read(s.path).keys() == set(APP) for s in found if s.name != "Eve"
    )


def test_two_submissions_of_one_name_are_one_line(small, tmp_path):
    (tmp_path / "ann").mkdir()
    zipped(tmp_path / "Ann.zip", APP)
    with pytest.raises(UsageError, match=r"Ann\.zip and .*ann are both of `ann`") as caught:
        submissions.find(tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "There are no submissions in"),
        ({"notes.txt": b""}, "There are no submissions in"),
        ({"app.py": b""}, "is one student's work, as it holds app.py"),
        ({"01_tiny/app.py": b""}, "is one student's work, as it holds 01_tiny"),
        ({"stages/01_tiny/app.py": b"", "README.md": b""}, "as it holds stages"),
    ],
)
def test_a_folder_that_is_no_class_is_one_line(small, tmp_path, files, says):
    (tmp_path / "class").mkdir()
    with pytest.raises(UsageError, match=says):
        submissions.find(folder(tmp_path / "class", files))


def test_a_folder_that_is_not_there_is_one_line(small, tmp_path):
    with pytest.raises(UsageError, match="is not a folder"):
        submissions.find(tmp_path / "class")


def test_names_that_cannot_be_shown_are_shown_as_far_as_they_can(small, tmp_path):
    (tmp_path / "a\nb").mkdir()
    if sys.platform == "linux":
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff")).mkdir()
    names = [found.name for found in submissions.find(tmp_path)]
    assert "a\N{REPLACEMENT CHARACTER}b" in names
    assert all(name.isprintable() for name in names)


def test_moodle_s_folders_give_the_student_s_name_and_hold_the_archive(small, tmp_path):
    inside = tmp_path / "class" / "Ann Lee_123_assignsubmission_file_"
    inside.mkdir(parents=True)
    zipped(inside / "my work.zip", APP)
    (found,) = submissions.find(tmp_path / "class")
    assert (found.name, found.path) == ("Ann Lee", inside / "my work.zip")


def test_an_archive_that_nobody_can_open_is_a_submission_that_is_refused(small, tmp_path):
    (found,) = submissions.find(folder(tmp_path / "class", {"ann.rar": b"Rar!"}))
    assert found.path is not None
    with pytest.raises(Refused, match=r"a \.rar is not opened: hand in a \.zip"):
        archives.read(found.path)


# The roster


def listed(tmp_path: Path, text: str, *names: str) -> list[submissions.Submission]:
    (tmp_path / "class" / "nobody").mkdir(parents=True)
    for name in names:
        zipped(tmp_path / "class" / name, APP)
    file = tmp_path / "roster.csv"
    file.write_bytes(text.encode())
    return submissions.find(tmp_path / "class", file)


@pytest.mark.parametrize(
    "text",
    [
        "name,submission\nAnn,a1\nBob,b2\nCy,c3\n",
        "name,submission\nAnn,a1.zip\nBob,B2\nCy,\n",
        "\ufeffname,submission\r\nAnn,a1\r\n\r\nBob,b2.zip\r\nCy,c3\r\n",
        "Section;Submission;Name;Mark\n1;a1;Ann;\n1;b2;Bob;2,5\n1;;Cy;\n",
        '"First name","Last name",Username\nAnn,,a1\nBob,,b2\nCy,,c3\n',
        "identifier,github_username,github_id,name\n1,a1,,Ann\n2,b2,,Bob\n3,c3,,Cy\n",
        "Full name\tEmail\tFolder\nAnn\t\ta1\nBob\t\tb2\nCy\t\t\n",
    ],
)
def test_rosters_of_many_kinds(small, tmp_path, text):
    found = listed(tmp_path, text, "a1.zip", "b2.zip")
    assert [(s.name, s.path and s.path.name, s.listed) for s in found] == [
        ("Ann", "a1.zip", True),
        ("Bob", "b2.zip", True),
        ("Cy", None, True),
        ("nobody", "nobody", False),
    ]


def test_platforms_names_are_matched_where_only_one_fits(small, tmp_path):
    text = "name,submission\nLee,lee\nAnn,ann-lee\nBob,40123\n"
    found = listed(tmp_path, text, "task-ann-lee.zip", "bob_40123_9_app.zip")
    assert [s.path and s.path.name for s in found[:3]] == [
        None,
        "task-ann-lee.zip",
        "bob_40123_9_app.zip",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Ann,a1\nBob,b2\n", "has no column `name` in its first line"),
        ("submission\na1\n", "has no column `name`"),
        ("", "has no column `name`"),
        ("name,submission\n", "lists no students"),
        ("name,submission\n,a1\n", "line 2: the student's name is missing"),
        ("name,submission\nAnn,a1\nann,b2\n", "line 3: `ann` is in line 2 too"),
        ("name,submission\nAnn,a1\nBob,A1\n", "line 3: `A1` is in line 2 too"),
        ("name,submission\nnobody,a1\n", "nobody handed in `a1`, and yet there is"),
        ("name\nAnn\0\n", "is no CSV in UTF-8"),
    ],
)
def test_a_roster_that_is_not_right_is_one_line(small, tmp_path, text, says):
    with pytest.raises(UsageError, match=says):
        listed(tmp_path, text, "a1.zip", "b2.zip")


def test_a_roster_that_is_not_there_or_is_not_utf8_is_one_line(tmp_path):
    with pytest.raises(UsageError, match="Cannot use"):
        roster.read(tmp_path / "roster.csv")
    (tmp_path / "roster.csv").write_bytes("name\nJürgen\n".encode("latin-1"))
    with pytest.raises(UsageError, match="is no CSV in UTF-8"):
        roster.read(tmp_path / "roster.csv")


# Where a stage's files are


@pytest.mark.parametrize(
    "prefix",
    [
        "stages/01_tiny/",
        "work-main/stages/01_tiny/",
        "01_tiny/",
        "a/b/01_tiny/",
        "01_tiny/01_tiny/",
        "1/",
        "01/",
        "stage1/",
        "Stage-01/",
        "stage_1 final/",
        "1 - Hello/my app/",
        "Stages/1/",
        "1-work-main/stages/01_tiny/",
    ],
)
def test_the_folder_of_a_stage_is_found(small, tmp_path, prefix):
    files = under(prefix, APP) | {
        f"{prefix}README.md": b"",
        "README.txt": b"",
        "__MACOSX/._a": b"",
    }
    path = zipped(tmp_path / "ann.zip", files)
    assert copied(taken(path, small[0])) == APP
    assert taken(path, small[1], alone=True) is None


@pytest.mark.parametrize("prefix", ["", "work-main/", "a/b/c/"])
def test_the_files_of_one_stage_need_no_folder_of_a_stage(small, tmp_path, prefix):
    path = folder(tmp_path / "ann", under(prefix, APP | {"templates/a.html": b"a"}))
    assert copied(taken(path, small[0], alone=True)) == APP | {"templates/a.html": b"a"}
    assert taken(path, small[0]) is None


def test_a_package_alone_is_an_app_and_no_folder_around_one(tmp_path):
    path = folder(tmp_path / "ann", {"app/__init__.py": b"", "app/models.py": b""})
    assert copied(taken(path, REAL[5], alone=True)).keys() == {"app/__init__.py", "app/models.py"}


def test_a_folder_by_name_comes_before_one_by_number_and_two_by_number_are_refused(first, tmp_path):
    both = under("stage1/", {"app.py": b"old"}) | under("01_tiny/", APP)
    assert copied(taken(zipped(tmp_path / "a.zip", both), first)) == APP
    both = under("stage1/", APP) | under("01 copy/", APP)
    with pytest.raises(Refused, match="`01 copy` and `stage1` could both be stage 1: hand in one"):
        taken(zipped(tmp_path / "b.zip", both), first)


def test_the_course_s_solutions_are_nobody_s_submission(small, tmp_path):
    files = under("solutions/01_tiny/", APP) | under("stages/02_small/", APP)
    path = folder(tmp_path / "ann", files)
    assert taken(path, small[0], alone=True) is None
    assert taken(path, small[1], alone=True) is not None


def test_nothing_handed_in_is_not_refused(first, tmp_path):
    (tmp_path / "empty").mkdir()
    assert taken(tmp_path / "empty", first, alone=True) is None
    assert taken(zipped(tmp_path / "a.zip", {}), first, alone=True) is None
    lesson = {"01_tiny/README.md": b"", "01_tiny/tests/test_a.py": b"", "01_tiny/stage.toml": b""}
    assert taken(folder(tmp_path / "lesson", lesson), first, alone=True) is None


# What is taken


def test_what_is_the_course_s_or_of_tools_is_left(first, tmp_path):
    ours = {name: b"" for name in ("README.md", "stage.toml", "tests/test_a.py", ".starter.sha256")}
    tools = dict.fromkeys(
        (
            "conftest.py",
            "pytest.ini",
            "tox.ini",
            "sitecustomize.py",
            "UserCustomize.py",
            "sitecustomize/__init__.py",
            "evil.pth",
            "sitecustomize/" + "x" * 240,
            ".flaskenv",
        ),
        b"",
    )
    junk = dict.fromkeys(
        (
            ".git/config",
            ".env",
            ".venv/pyvenv.cfg",
            "mine/pyvenv.cfg",
            "mine/bin/activate",
            "lib/site-packages/a.py",
            "node_modules/a.js",
            "__pycache__/app.pyc",
            "app.pyc",
            "instance/app.db",
            "app.db",
            "app.db-wal",
            ".DS_Store",
            "._app.py",
            "__MACOSX/app.py",
        ),
        b"",
    )
    own = APP | dict.fromkeys(
        ("json.py", "flask/__init__.py", "workshop.py", "pyproject.toml", "app/conftest.py"), b"1"
    )
    own |= {".env.example": b"", "site.py": b""}
    result = taken(folder(tmp_path / "ann", ours | tools | junk | own), first, alone=True)
    assert copied(result) == own
    assert result is not None
    assert result.dropped == tuple(sorted(tools.keys() | {"tests/test_a.py"}))
    assert result.files == tuple(sorted(own))


def test_where_the_app_is_given_only_what_may_be_edited_is_taken(tmp_path):
    stage = REAL[9]
    files = {"tests/test_mine.py": b"mine", "app/__init__.py": b"evil", "conftest.py": b"evil"}
    result = taken(folder(tmp_path / "ann", under(f"{stage.name}/", files)), stage)
    assert result is not None
    assert result.files == ("tests/test_mine.py",)
    assert result.dropped == ("app/__init__.py", "conftest.py")
    there = copied(result)
    given = {k: v for k, v in starters.solved(stage).items() if not stage.is_edited(k)}
    assert there.pop("tests/test_mine.py") == b"mine"
    assert there.pop("pytest.ini").decode() == starters.yielded(stage)["pytest.ini"]
    assert {k: v.decode() for k, v in there.items()} == given
    (tmp_path / "ann" / stage.name / "pytest.ini").write_bytes(b"[pytest]\n")
    assert copied(taken(tmp_path / "ann", stage))["pytest.ini"] == b"[pytest]\n"


def test_of_what_is_left_only_what_is_not_as_the_course_has_it_is_told(small, tmp_path):
    whole = tmp_path / "ann" / "stages"
    shutil.copytree(small[0].starter.parent, whole)
    (whole / "01_tiny" / "tests" / "test_given.py").write_text("")
    (whole / "01_tiny" / "tests" / "test_more.py").write_text("")
    names = [taken(whole.parent, stage) for stage in small]
    assert [result and result.dropped for result in names] == [
        ("tests/test_given.py", "tests/test_more.py"),
        (),
    ]


def test_a_student_s_tests_are_theirs_where_the_suite_is_elsewhere(tmp_path):
    files = {
        "app/__init__.py": b"",
        "tests/conftest.py": b"",
        "pytest.ini": b"",
        "checks/a.py": b"",
    }
    result = taken(folder(tmp_path / "ann", files), REAL[10], alone=True)
    assert result is not None
    assert result.files == ("app/__init__.py", "pytest.ini", "tests/conftest.py")
    assert result.dropped == ("checks/a.py",)


def test_the_starter_is_known_whatever_its_line_ends(first, tmp_path):
    starter = {name: text.encode() for name, text in starters.yielded(first).items()}
    windows = {name: content.replace(b"\n", b"\r\n") for name, content in starter.items()}
    for number, files in enumerate((starter, windows)):
        result = taken(folder(tmp_path / f"{number}", files), first, alone=True)
        assert result is not None
        assert result.untouched
    result = taken(folder(tmp_path / "more", starter | {"more.py": b""}), first, alone=True)
    assert result is not None
    assert not result.untouched


def test_the_hash_is_of_the_work_on_the_stage_and_of_nothing_else(first, tmp_path):
    def of(name: str, files: Mapping[str, bytes]) -> str:
        result = taken(zipped(tmp_path / f"{name}.zip", files), first, alone=True)
        assert result is not None
        return result.content

    same = of("a", APP)
    assert len(same) == 64
    assert of("b", under("x-main/01_tiny/", APP) | {"x-main/01_tiny/README.md": b"other"}) == same
    assert of("c", {"app.py": b"app = 2\n"}) != same
    assert of("d", APP | {"b.py": b""}) != same
    assert intake.digest({"a": b"b"}) != intake.digest({"ab": b""})
    assert of("e", {"a.py": b"", "app.py": b"x"}) != of("f", {"a.py": b"x", "app.py": b""})


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_copies_have_plain_modes_whatever_the_archive_or_the_umask_say(first, tmp_path):
    path = tarred(
        tmp_path / "ann.tar", {"01_tiny/a/app.py": b"1", "01_tiny/b.py": b""}, mode=0o6777
    )
    before = os.umask(0o077)
    try:
        result = taken(path, first)
    finally:
        os.umask(before)
    assert result is not None
    for found in (result.folder, *result.folder.rglob("*")):
        assert stat.S_IMODE(found.stat().st_mode) == (0o755 if found.is_dir() else 0o644)


def test_a_copy_is_never_made_over_another(first, tmp_path):
    into = folder(tmp_path / "into", APP)
    with pytest.raises(FileExistsError):
        intake.take(archives.read(into), first, into, alone=True)


# What is refused

Builder = Callable[[Path, Mapping[str, bytes]], Path]
ARCHIVES = [pytest.param(zipped, ".zip", id="zip"), pytest.param(tarred, ".tar.gz", id="tar")]


@pytest.mark.parametrize(("build", "end"), ARCHIVES)
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("../app.py", "leads out of the archive"),
        ("a/../../app.py", "leads out of the archive"),
        ("/etc/app.py", "`/etc/app.py` leads out of the archive"),
        ("C:/app.py", "leads out of the archive"),
        ("c:app.py", "leads out of the archive"),
        (".git/../../app.py", "leads out of the archive"),
        ("a\\app.py", "has a backslash in its name"),
        ("..\\app.py", "has a backslash in its name"),
        ("a\nb.py", "`a\N{REPLACEMENT CHARACTER}b.py` has a name that not every machine can have"),
        ("a\x1b[2Jb.py", "has a name that not every machine"),
        ("a\N{RIGHT-TO-LEFT OVERRIDE}yp.exe", "has a name that not every machine"),
        ("app.py:stream", "has a name that not every machine"),
        ("x" * 201, "…x+` has too long a name"),
        ("d/" * 21 + "a.py", "is in too many folders"),
        ("App.py", "`App.py` and `app.py` are one file on many machines"),
        ("app.py/b.py", "`app.py` is both a file and a folder"),
    ],
)
def test_names_that_are_refused(first, tmp_path, build: Builder, end, name, says):
    path = build(tmp_path / f"ann{end}", {"app.py": b"1", name: b"2"})
    before = set(tmp_path.rglob("*"))
    with pytest.raises(Refused, match=says) as caught:
        taken(path, first, alone=True)
    assert str(caught.value).isprintable()
    assert not [found for found in set(tmp_path.rglob("*")) - before if found.is_file()]


def test_names_cut_at_a_nul_are_refused(first, tmp_path):
    path = zipped(tmp_path / "a.zip", {"app.py": b"", "app.pyXevil": b""})
    path.write_bytes(path.read_bytes().replace(b"app.pyX", b"app.py\0"))
    with pytest.raises(Refused, match="has a name that not every machine"):
        taken(path, first, alone=True)


def test_names_that_are_not_utf8_are_refused_and_macos_s_are_read(first, tmp_path):
    for name, raw, expected in (("a", "ä".encode(), "ä.py"), ("b", b"\xe4\xe4", None)):
        path = zipped(tmp_path / f"{name}.zip", {"app.py": b"", "QQ.py": b""})
        path.write_bytes(path.read_bytes().replace(b"QQ", raw))
        if expected:
            assert expected in copied(taken(path, first, alone=True))
        else:
            with pytest.raises(Refused, match="is not UTF-8"):
                taken(path, first, alone=True)
    with tarfile.open(
        tmp_path / "c.tar", "w", encoding="latin-1", format=tarfile.GNU_FORMAT
    ) as archive:
        archive.addfile(tarfile.TarInfo("01_tiny/\xe4.py"))
    with pytest.raises(Refused, match="is not UTF-8"):
        taken(tmp_path / "c.tar", first)


@pytest.mark.parametrize("target", ["/etc/passwd", "../../../secret", "real.py"])
@pytest.mark.parametrize("kind", ["folder", "zip", "tar"])
def test_symbolic_links_are_refused_where_they_would_be_taken(small, tmp_path, kind, target):
    files = under("01_tiny/", APP) | under("02_small/", {"real.py": b"", "app.py": target.encode()})
    path = tmp_path / f"ann.{kind}"
    if kind == "folder":
        folder(path, files)
        (path / "02_small" / "app.py").unlink()
        (path / "02_small" / "app.py").symlink_to(target)
    elif kind == "zip":
        zipped(path, files, stat.S_IFLNK | 0o777)
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("01_tiny/b.py", b"")
    else:
        tarred(path, files, type=tarfile.SYMTYPE, linkname=target, size=0)
    with pytest.raises(Refused, match=r"`app\.py` is a symbolic link: hand in the file itself"):
        taken(path, small[1])
    if kind == "folder":
        assert copied(taken(path, small[0])) == APP


def test_a_link_in_the_place_of_a_stage_or_of_all_is_refused(small, tmp_path):
    folder(tmp_path / "real" / "01_tiny", APP)
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / "01_tiny").symlink_to(tmp_path / "real" / "01_tiny")
    with pytest.raises(Refused, match="`01_tiny` is a symbolic link"):
        taken(tmp_path / "ann", small[0])
    (tmp_path / "bob").symlink_to(tmp_path / "real")
    with pytest.raises(Refused, match="what was handed in is a symbolic link"):
        archives.read(tmp_path / "bob")


def test_hard_links_in_a_tar_are_copies_and_lead_nowhere_else(first, tmp_path):
    for name, target in (("a", "app.py"), ("b", "nowhere.py"), ("c", "/etc/passwd")):
        path = tarred(tmp_path / f"{name}.tar", APP)
        with tarfile.open(path, "a") as archive:
            info = tarfile.TarInfo("linked.py")
            info.type, info.linkname = tarfile.LNKTYPE, target
            archive.addfile(info)
    assert copied(taken(tmp_path / "a.tar", first, alone=True)) == APP | {
        "linked.py": APP["app.py"]
    }
    with pytest.raises(Refused, match=r"`linked\.py` is a link to what is not in the archive"):
        taken(tmp_path / "b.tar", first, alone=True)
    with pytest.raises(Refused, match="leads out of the archive"):
        taken(tmp_path / "c.tar", first, alone=True)


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_devices_in_a_tar_are_refused(first, tmp_path, kind):
    path = tarred(tmp_path / "ann.tar", {"01_tiny/app.py": b""}, type=kind)
    with pytest.raises(Refused, match="is neither a file nor a folder"):
        taken(path, first)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs")
def test_a_fifo_is_refused_and_not_waited_for(first, tmp_path):
    path = folder(tmp_path / "ann", APP)
    os.mkfifo(path / "b.py")
    with pytest.raises(Refused, match=r"`b\.py` is neither a file nor a folder"):
        taken(path, first, alone=True)
    shutil.rmtree(path)
    zipped(tmp_path / "ann.zip", APP, stat.S_IFIFO)
    with pytest.raises(Refused, match="is neither"):
        taken(tmp_path / "ann.zip", first, alone=True)


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="no modes")
@pytest.mark.parametrize("closed", ["app.py", "app", ""])
def test_what_cannot_be_read_is_refused(first, tmp_path, closed, monkeypatch):
    path = folder(tmp_path / "ann", {"app.py": b"", "app/a.py": b""})
    into = tmp_path / "into"
    into.mkdir(mode=0o777)
    # Root can read everything.
    user = os.geteuid()
    for above in (tmp_path, *tmp_path.parents):
        if above != Path(tempfile.gettempdir()) and above.is_relative_to(tempfile.gettempdir()):
            above.chmod(0o755)
    (path / closed).chmod(0)
    if user == 0:
        os.seteuid(65534)
    try:
        with pytest.raises(Refused, match="cannot be read"):
            intake.take(archives.read(path), first, into, alone=True)
    finally:
        os.seteuid(user)
        (path / closed).chmod(0o755)


@pytest.mark.parametrize("build", [folder, zipped, tarred])
def test_too_large_or_too_many_files_are_refused(first, tmp_path, build: Builder, monkeypatch):
    monkeypatch.setattr(archives, "MOST_FILE_BYTES", 100)
    monkeypatch.setattr(intake, "_MOST_BYTES", 250)
    monkeypatch.setattr(intake, "_MOST_FILES", 5)
    most = dict.fromkeys(("app.py", "b.py"), b"x" * 100)
    assert copied(taken(build(tmp_path / "a.tar", most), first, alone=True)) == most
    for name, files, says in (
        ("b.tar", {"app.py": b"x" * 101}, r"`app\.py` is larger than 2 MB"),
        ("c.tar", most | {"c.py": b"x" * 51}, "the files are larger than . MB together"),
        ("d.tar", dict.fromkeys("abcdef", b""), "there are more than 5 files"),
    ):
        with pytest.raises(Refused, match=says):
            taken(build(tmp_path / name, files), first, alone=True)


@pytest.mark.parametrize("build", [folder, zipped, tarred])
def test_what_is_large_elsewhere_costs_a_stage_nothing(
    first, tmp_path, build: Builder, monkeypatch
):
    monkeypatch.setattr(archives, "MOST_FILE_BYTES", 100)
    monkeypatch.setattr(archives, "_MOST_KEPT_BYTES", 150)
    files = under("01_tiny/", APP) | {"film.mov": b"x" * 101, "x": b"x" * 90, "y": b"x" * 90}
    assert copied(taken(build(tmp_path / "a.tar", files), first)) == APP


def test_a_zip_that_lies_about_sizes_is_read_no_further_than_allowed(first, tmp_path):
    path = zipped(tmp_path / "ann.zip", {"app.py": b"\0" * 50_000_000})
    assert path.stat().st_size < 100_000
    with pytest.raises(Refused, match="is larger than 2 MB"):
        taken(path, first, alone=True)
    sizes = struct.pack("<L", 50_000_000)
    path.write_bytes(path.read_bytes().replace(sizes, struct.pack("<L", 10)))
    with pytest.raises(Refused, match="the archive is damaged"):
        taken(path, first, alone=True)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_whose_blocks_unpack_to_anything_is_refused(first, tmp_path, method):
    with zipfile.ZipFile(tmp_path / "ann.zip", "w", method) as archive:
        archive.writestr("app.py", b"\0" * 1_000_000)
    with pytest.raises(Refused, match=r"packed in an unusual way: make an ordinary \.zip"):
        taken(tmp_path / "ann.zip", first, alone=True)


@pytest.mark.parametrize("end", ["tar.gz", "tar.bz2", "tar.xz"])
def test_a_tar_that_unpacks_to_too_much_is_refused(first, tmp_path, monkeypatch, end):
    monkeypatch.setattr(archives, "_MOST_UNPACKED_BYTES", 3_000_000)
    files = {"01_tiny/app.py": b"", ".git/pack": b"\0" * 3_000_000}
    with pytest.raises(Refused, match="unpacks to more than 3 MB"):
        taken(tarred(tmp_path / f"ann.{end}", files), first)


def test_too_many_entries_are_refused(first, tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "_MOST_ENTRIES", 5)
    files = under(".git/", dict.fromkeys("abcde", b"")) | under("01_tiny/", APP)
    for path in (zipped(tmp_path / "a.zip", files), tarred(tmp_path / "a.tar", files)):
        with pytest.raises(Refused, match="there are more than 5 files"):
            taken(path, first)
    # A folder that is passed over is one, whatever is in it.
    assert copied(taken(folder(tmp_path / "a", files), first)) == APP


def test_an_archive_that_is_too_large_is_not_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "_MOST_ARCHIVE_BYTES", 10)
    with pytest.raises(Refused, match="the archive is larger than"):
        archives.read(zipped(tmp_path / "a.zip", APP))


def test_an_encrypted_zip_is_refused(first, tmp_path):
    path = zipped(tmp_path / "ann.zip", APP)
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(Refused, match="is encrypted: pack it without a password"):
        archives.read(path)


def test_a_name_that_is_there_twice_is_refused(first, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("app.py", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("app.py", b"2")
    tarred(tmp_path / "a.tar", {"app.py": b"1", "./app.py": b"2"})
    for name in ("a.zip", "a.tar"):
        with pytest.raises(Refused, match=r"`app\.py` is there more than once"):
            taken(tmp_path / name, first, alone=True)


@pytest.mark.parametrize("end", [".zip", ".tar", ".tar.gz", ".tar.bz2", ".tar.xz"])
def test_damaged_archives_are_refused(tmp_path, end):
    build: Builder = zipped if end == ".zip" else tarred
    content = build(tmp_path / f"whole{end}", {"app.py": os.urandom(5000)}).read_bytes()
    for number, data in enumerate(
        (b"", b"no archive", content[:100], content[: len(content) // 2])
    ):
        path = tmp_path / f"{number}{end}"
        path.write_bytes(data)
        with pytest.raises(Refused, match="the archive is damaged"):
            archives.read(path)


def test_a_tar_whose_header_leads_back_to_itself_ends(tmp_path):
    header = bytearray(tarfile.TarInfo("app.py").tobuf(tarfile.GNU_FORMAT))
    header[124:136] = b"\xff" * 10 + struct.pack(">h", -512)  # a size of less than nothing
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    before = tarfile.TarInfo("before.py").tobuf(tarfile.GNU_FORMAT)
    (tmp_path / "ann.tar").write_bytes(before + bytes(header) + b"\0" * 2048)
    with pytest.raises(Refused, match="the archive is damaged"):
        archives.read(tmp_path / "ann.tar")


def test_a_tar_with_an_endless_header_is_refused(tmp_path):
    tarred(tmp_path / "ann.tar.gz", {"x": b"\0" * 5_000_000}, type=tarfile.GNUTYPE_LONGNAME)
    with pytest.raises(Refused, match="the archive is damaged"):
        archives.read(tmp_path / "ann.tar.gz")


def test_an_archive_within_an_archive_is_a_file(first, tmp_path):
    inner = zipped(tmp_path / "inner.zip", {"../evil.py": b""}).read_bytes()
    path = zipped(tmp_path / "ann.zip", APP | {"inner.zip": inner})
    assert copied(taken(path, first, alone=True)) == APP | {"inner.zip": inner}


def test_nothing_that_was_handed_in_is_ever_run(first, tmp_path, capfd):
    evil = b"raise SystemExit('ran')\n"
    files = {"app.py": evil, "conftest.py": evil, "sitecustomize.py": evil, "setup.py": evil}
    assert taken(folder(tmp_path / "ann", files), first, alone=True) is not None
    assert capfd.readouterr() == ("", "")


@pytest.mark.filterwarnings("ignore:Duplicate name")
@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.lists(st.sampled_from(["a", "A", "..", ".", "", "/", "\\", "C:", "\0", "\n", "ß", "ss"]))
        .map("".join)
        .filter(lambda name: name.strip("/.") != ""),
        st.binary(max_size=3),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from([zipped, tarred]),
)
def test_whatever_names_say_nothing_is_written_elsewhere(files, build):
    stage = REAL[1]
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        path = build(top / ("ann.zip" if build is zipped else "ann.tar"), files)
        (top / "in" / "to").mkdir(parents=True)
        try:
            result = intake.take(archives.read(path), stage, top / "in" / "to", alone=True)
        except Refused as refused:
            assert str(refused).isprintable()
            result = None
        there = {found for found in top.rglob("*") if found.is_file()} - {path}
        assert all(found.is_relative_to(top / "in" / "to") for found in there)
        assert len(there) == len(result.files if result else ())
