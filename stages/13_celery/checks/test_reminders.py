import pytest

pytestmark = pytest.mark.task("reminders")

LONG_PAST, FAR_OFF = "2020-01-31", "2999-12-31"


@pytest.fixture
def running(worker, mailbox):
    """Return a function that starts a worker that looks for overdue tasks all the time."""
    return lambda **more: worker(env={"SMTP_URL": mailbox.url, "REMIND_SECONDS": "0.4"} | more)


def reminders(mailbox, title):
    """Return the messages that name a title and are no confirmation of it: all but the first."""
    named = [m for m in mailbox.messages if title in f"{m['Subject']}\n{m.get_content()}"]
    return named[1:]


def test_overdue(serve, as_, mailbox, create, running, taken):
    """The owner of an overdue task is written to, beside the confirmation."""
    user = as_(serve(env={"SMTP_URL": mailbox.url}))
    create(user, title="Pay the rent", due_date=LONG_PAST)
    taken(2, running(), "one confirms the task, and one reminds of it")
    found = reminders(mailbox, "Pay the rent")
    is_one = len(found) == 1 and found[0]["X-Recipients"] == "user@example.com"
    assert is_one, f"these came: {[str(m['Subject']) for m in mailbox.messages]}"


def test_once(serve, as_, mailbox, create, running, taken, expect_no_more):
    """However often it is looked for, an overdue task is reminded of once."""
    user = as_(serve(env={"SMTP_URL": mailbox.url}))
    create(user, title="Pay the rent", due_date=LONG_PAST)
    taken(2, running(), "one confirms the task, and one reminds of it")
    expect_no_more(2, "it was looked for several times since")


def test_nobody_else(serve, as_, mailbox, create, running, taken, expect_no_more):
    """Of what is due later, is completed, or has no day, nobody is reminded."""
    user = as_(serve(env={"SMTP_URL": mailbox.url}))
    create(user, title="Later", due_date=FAR_OFF)
    create(user, title="Done", due_date=LONG_PAST, status="completed")
    create(user, title="Any day")
    create(user, title="Overdue", due_date=LONG_PAST)
    taken(5, running(), "four confirmations, and one reminder")
    expect_no_more(5, "one task is overdue")


def test_to_its_owner(serve, as_, mailbox, create, running, taken):
    """Each is reminded of own tasks."""
    admin = as_(serve(env={"SMTP_URL": mailbox.url}), "admin")
    create(admin, title="Of the admin", due_date=LONG_PAST)
    taken(2, running(), "one confirms the task, and one reminds of it")
    found = reminders(mailbox, "Of the admin")
    is_to = [m["X-Recipients"] for m in found] == ["admin@example.com"]
    assert is_to, f"these were written to: {[m['X-Recipients'] for m in mailbox.messages]}"
