"""Programs of the machine: which are there, and what a missing one is called."""

from workshop import tools
from workshop.tools import Tool


def put(folder, name):
    program = folder / name
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return program


def test_a_tool_needs_one_program_of_each_group(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(tools, "_FOLDERS", ())
    monkeypatch.setattr(tools, "_POSTGRESQL", ())
    tool = Tool("a server", (("serve", "server"), ("initserve",)), "what it would serve")
    assert tool.missing() == ["serve", "initserve"]
    server = put(tmp_path, "server")
    assert tool.missing() == ["initserve"]
    assert tool.where() == ""
    put(tmp_path, "initserve")
    assert tool.missing() == []
    assert tool.where() == str(server)


def test_of_several_versions_of_postgresql_the_newest_is_taken(tmp_path, monkeypatch):
    for version in ("9", "15", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        put(tmp_path / version / "bin", "initdb")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(tools, "_FOLDERS", ())
    monkeypatch.setattr(tools, "_POSTGRESQL", (f"{tmp_path}/*/bin",))
    assert tools.find("initdb") == str(tmp_path / "17" / "bin" / "initdb")
