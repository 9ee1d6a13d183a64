import os
import time

import pytest

from workshop.suite import expect
from workshop.suite.clock import START

pytestmark = pytest.mark.task("caching")

STATS = "/api/tasks/stats"


@pytest.fixture
def launcher(launcher, clock):
    """Return what starts the app, ten seconds before midnight."""
    evening = START.replace(hour=23, minute=59, second=50)
    clock.move((evening - START).total_seconds())
    return launcher


@pytest.fixture
def night(clock):
    """Return a function that lets it be the next day: twenty seconds later."""
    return lambda: clock.move(20)


def test_midnight(client, as_, create, cached, night):
    """What becomes overdue at midnight is counted after it, though nobody has written anything."""
    user = as_(client)
    create(due_date=str(START.date()))
    before = cached(user.get(STATS), "MISS", "nobody has asked for this yet")
    expect(before).contains({"data": {"overdue": 0}}, "it is due today")
    night()
    response = as_(client).get(STATS)
    response.exchange.note = "it was ten seconds before midnight, and is ten seconds after it"
    expect(response).status(200).contains({"data": {"overdue": 1}}, "it was due yesterday")


@pytest.fixture
def far_east(launcher):
    """Let the machine be nine hours ahead of UTC; Windows takes no other zone for one process."""
    set_zone = getattr(time, "tzset", lambda: None)
    os.environ["TZ"] = "JST-9"
    set_zone()
    yield  # the environment is given back with the launcher
    set_zone()


def test_day_in_utc(far_east, user, create, cached):
    """Today is a day in UTC, wherever the machine is."""
    create(due_date=str(START.date()))
    response = cached(user.get(STATS), "MISS", "nobody has asked for this yet")
    response.exchange.note = "the machine is nine hours ahead of UTC, where it is not midnight yet"
    expect(response).contains({"data": {"overdue": 0}}, "it is due today, for ten seconds more")


def test_tag_at_midnight(client, as_, create, cached, night):
    """The tag of the counts is another one after midnight."""
    user = as_(client)
    create(due_date=str(START.date()))
    tag = cached(user.get(STATS), "MISS", "nobody has asked for this yet").headers.get("ETag")
    night()
    response = as_(client).get(STATS, headers={"If-None-Match": tag or '"none"'})
    response.exchange.note = "it was ten seconds before midnight, and is ten seconds after it"
    expect(response).status(200, "the state that the client has is that of yesterday")
