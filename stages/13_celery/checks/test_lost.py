import pytest

pytestmark = pytest.mark.task("lost")


@pytest.fixture
def served(serve, as_, mailbox):
    """Return a user of an app that sends its mail to the server of the test."""
    return as_(serve(env={"SMTP_URL": mailbox.url, "JOB_SECONDS": "1"}))


def test_killed(served, mailbox, create, worker, tried, taken, expect_no_more):
    """What a worker had begun when it was killed is done by another one, once."""
    mailbox.hang()
    create(served)
    first = worker()
    tried(1, first)
    first.kill()
    mailbox.go_on()
    taken(1, worker(), "the worker that had it is dead, and the job is not done", seconds=3)
    expect_no_more(1, "it was taken once")


def test_others_are_not_disturbed(served, mailbox, create, worker, tried, taken, expect_no_more):
    """What a worker has begun is not begun by another one as long as it may take."""
    mailbox.hang()
    # One that is busy keeps the next message for later. So what is handed over at once is handed
    # over more than once here: the second time, only the other one can take it.
    settings = {"JOB_SECONDS": "8", "RESEND_SECONDS": "1"}
    workers = [worker(env=settings) for _ in range(2)]
    # Before there is work, or the second one may not be there yet while the first one is at it.
    for one in workers:
        one.until(one.ready_seconds, 1)
    create(served)
    tried(1, workers[0])
    mailbox.wait_for_attempts(2, 5)
    is_alone = len(mailbox.attempts) == 1
    assert is_alone, "a second worker has begun what the first one was at, for a second or two"
    mailbox.go_on()
    taken(1, workers[0], "the server answers again")
    expect_no_more(1, "two workers are there, and the first one lives")


def test_given_up(served, mailbox, create, worker, tried):
    """A job of which each worker dies is given up after `JOB_ATTEMPTS` of them."""
    mailbox.hang()
    create(served)
    first = worker()
    tried(1, first)
    first.kill()
    second = worker(env={"JOB_ATTEMPTS": "1"})
    second.until(lambda: len(mailbox.attempts) > 1, 5)
    is_over = len(mailbox.attempts) == 1
    assert is_over, (
        "with JOB_ATTEMPTS=1 a second worker has tried it: what kills its worker would kill one "
        f"after the other, for ever:\n{second.excerpt()}"
    )
