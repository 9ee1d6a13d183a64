"""Units: rules with many cases and no request in them. They need no app, no client, no database."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from app.fields import Names
from app.models import UtcDateTime
from marshmallow import ValidationError
from sqlalchemy.dialects.sqlite import dialect

# BEGIN SOLUTION coverage: a rule of its own, such as a list of names with commas, beside the API
NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "names"),
    [("id", ["id"]), ("id,title", ["id", "title"]), (" -id , title", ["-id", "title"])],
)
def test_names_are_parted_by_commas(text: str, names: list[str]) -> None:
    assert Names(["id", "title"], descending=True).deserialize(text) == names


@pytest.mark.parametrize("text", ["", "id,", "colour", "--id"])
def test_a_name_that_is_not_allowed_is_refused_with_those_that_are(text: str) -> None:
    with pytest.raises(ValidationError, match="is none of: id, title"):
        Names(["id", "title"], descending=True).deserialize(text)


@pytest.mark.parametrize(
    "read",
    [NOON, NOON.replace(tzinfo=None), NOON.astimezone(timezone(timedelta(hours=5)))],
    ids=["as it is", "without an offset", "with another offset"],
)
def test_a_moment_from_the_database_is_in_utc(read: datetime) -> None:
    moment = UtcDateTime().process_result_value(read, dialect())

    assert moment == NOON
    assert moment.tzinfo is UTC


# END SOLUTION
