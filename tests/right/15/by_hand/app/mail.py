"""E-mail: what a message has to have, and how it leaves this machine."""

import smtplib
from contextlib import closing, suppress
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from flask import current_app

from app.models import utc_now

# So long the server may take for one step of the conversation, in seconds.
PATIENCE = 10


def message(to: str, subject: str, text: str, key: str) -> EmailMessage:
    """Return a message to one person.

    Args:
        to: the address.
        subject: one line.
        text: the body.
        key: makes the id of the message. A second one of the same id is the first one, sent again:
            many mailboxes show it once (RFC 5322, section 3.6.4).

    """
    sender = current_app.config["MAIL_FROM"]
    made = EmailMessage()
    made["From"] = sender
    made["To"] = to
    made["Subject"] = subject
    made["Date"] = format_datetime(utc_now())
    made["Message-ID"] = f"<{key}@{sender.rpartition('@')[2]}>"
    # Nobody's holiday is to answer this (RFC 3834, section 5).
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(text)
    return made


def send(message: EmailMessage) -> None:
    """Send a message by the server in `SMTP_URL`; without one, put it into `MAIL_FOLDER`.

    Raises:
        OSError: it was not sent. `smtplib.SMTPException` is one of these.

    """
    url = current_app.config["SMTP_URL"]
    if url:
        deliver(message, url)
    else:
        folder = Path(current_app.instance_path, current_app.config["MAIL_FOLDER"])
        folder.mkdir(parents=True, exist_ok=True)
        name = message["Message-ID"].strip("<>").partition("@")[0]
        (folder / f"{name}.eml").write_bytes(message.as_bytes())


def deliver(message: EmailMessage, url: str) -> None:
    """Give a message to a server: `smtp://[user:password@]host[:port]`, or `smtps://…`."""
    parts = urlsplit(url)
    host, port = parts.hostname or "localhost", parts.port or 0
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    # `with kind(...)` would say goodbye in any case, and wait for a server that does not answer.
    with closing(kind(host, port, timeout=PATIENCE)) as server:
        if parts.username:
            if parts.scheme == "smtp":
                server.starttls()  # no password goes over the line in the clear
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)
        with suppress(OSError):  # it was taken, whatever the server says now
            server.quit()


def may_pass(error: OSError) -> bool:
    """Tell whether sending the same message may succeed later.

    A server says 4xx of what may pass, and 5xx of what will not (RFC 5321, section 4.2.1).
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code < 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code < 500
    return True
