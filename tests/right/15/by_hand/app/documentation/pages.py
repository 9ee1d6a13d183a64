"""Where the document is read: by programs at `/openapi.json`, by people at `/apidocs/`."""

from typing import Any

from flasgger import Swagger
from flask import Flask

from app.documentation import TITLE
from app.documentation.document import document

SETTINGS: dict[str, Any] = {
    "title": TITLE,
    "openapi": "3.0.3",
    "headers": [],
    "specs": [{"endpoint": "openapi", "route": "/openapi.json"}],
    "specs_route": "/apidocs/",
    "static_url_path": "/apidocs/static",
    # There is one document, so nobody has to type where it is.
    "hide_top_bar": True,
    "auth": {},
}


class Pages(Swagger):  # type: ignore[misc]  # flasgger has no types
    """flasgger's pages, about a document that is not flasgger's."""

    def get_apispecs(self, endpoint: str = "openapi") -> dict[str, Any]:
        """Return the document; flasgger would make one of its own, out of docstrings in YAML."""
        if endpoint not in self.apispecs:
            self.apispecs[endpoint] = document(self.app)
        made: dict[str, Any] = self.apispecs[endpoint]
        return made


def init_app(app: Flask) -> None:
    """Add the pages."""
    Pages(app, config=SETTINGS)
