"""Units: rules with many cases and no request in them. They need no app, no client, no database."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from app.fields import Names
from app.models import UtcDateTime
from marshmallow import ValidationError
from sqlalchemy.dialects.sqlite import dialect

# TODO coverage: a rule of its own, such as a list of names with commas, beside the API
