"""Tasks over HTTP; `create_app` is at home in `factory`."""

from app.factory import create_app as create_app
