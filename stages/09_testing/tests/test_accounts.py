"""Accounts: registering, logging in, and what is never told.

Hashing a password takes a tenth of a second, on purpose. It is done in one test, whose subject it
is; the others ask for `quick_hashes`, or for a user whom a factory has made.
"""

import pytest
from app.models import User
from factories import PASSWORD, make_user
from flask import Flask
from flask.testing import FlaskClient

LINUS = {"username": "linus", "email": "Linus@Example.com", "password": "long enough"}


# TODO test-accounts: who registers is answered with 201, as a plain user, and can log in


# TODO test-accounts: a name or an address that is taken is 409, whatever its capitals


# TODO test-accounts: bad fields are 422, and nobody chooses a role


# TODO test-accounts: a login is answered with two tokens, which no cache may keep


# TODO test-accounts: a wrong password and an unknown name get one and the same answer
