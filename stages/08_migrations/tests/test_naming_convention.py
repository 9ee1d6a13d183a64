import ast
import re

import pytest

pytestmark = pytest.mark.task("naming-convention")

NAMED = r'CONSTRAINT\s+["\w]+\s+'


def test_unique_constraints_have_names(database):
    """Every UNIQUE constraint in the database has a name."""
    for table in database.tables():
        count = "SELECT count(*) FROM pragma_index_list(?) WHERE origin = 'u'"
        assert named(database, table, "UNIQUE") == database.run(count, table)[0][0], (
            f"`{table}` has a UNIQUE constraint without a name. One day a revision has to drop it, "
            "and a constraint is dropped by its name: a naming convention on the MetaData of "
            "the models gives each one a name that follows from its table and columns"
        )


def test_foreign_keys_have_names(database):
    """Every FOREIGN KEY in the database has a name."""
    for table in database.tables():
        count = "SELECT count(DISTINCT id) FROM pragma_foreign_key_list(?)"
        found = named(database, table, "FOREIGN KEY") + named(database, table, "REFERENCES")
        assert found == database.run(count, table)[0][0], (
            f"`{table}` has a FOREIGN KEY without a name, which no revision could drop later: "
            "a naming convention gives each constraint a name"
        )


def named(database, table, kind):
    """Return how many constraints of a kind have names in a table."""
    sql = database.run("SELECT sql FROM sqlite_master WHERE name = ?", table)[0][0]
    return len(re.findall(NAMED + kind, sql, re.IGNORECASE))


def test_autogenerate_names_constraints(autogenerate, empty):
    """What `flask db migrate` writes into a revision names every UNIQUE and FOREIGN KEY."""
    calls = constraints_in(autogenerate(empty, anew=True))
    assert calls, (
        "`flask db migrate` on an empty database writes all tables of the models, and there are no "
        "constraints in what it wrote: does `migrations/env.py` see the models?"
    )
    for call in calls:
        name = next((word.value for word in call.keywords if word.arg == "name"), None)
        has_name = name is not None and ast.unparse(name) != "None"
        assert has_name, (
            f"`flask db migrate` wrote `{ast.unparse(call)}`, without a name: the convention "
            "belongs to the MetaData of the models, which is what autogenerate looks at"
        )


def test_autogenerate_gives_each_constraint_its_own_name(autogenerate, empty):
    """In what `flask db migrate` writes, no two constraints of a table have the same name."""
    tables = tables_in(autogenerate(empty, anew=True))
    assert tables, "`flask db migrate` on an empty database writes all tables of the models"
    for table in tables:
        calls = constraints_in(table)
        names = [ast.unparse(w.value) for call in calls for w in call.keywords if w.arg == "name"]
        assert len(names) == len(calls), "every constraint has a name"
        assert len(set(names)) == len(names), (
            f"the constraints of one table are {', '.join(names)}. PostgreSQL refuses two of one "
            "name, and dropping by name has to mean one of them: let the columns be in the pattern"
        )


def tables_in(revision):
    """Return the source of each table that a revision makes."""
    return [
        ast.unparse(node)
        for node in ast.walk(ast.parse(revision))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "create_table"
    ]


def constraints_in(revision):
    """Return the calls in a revision that make constraints which may have to be dropped."""
    kinds = ("UniqueConstraint", "ForeignKeyConstraint", "CheckConstraint")
    return [
        node
        for node in ast.walk(ast.parse(revision))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in kinds
    ]
