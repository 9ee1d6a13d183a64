"""Who has sent a request, where proxies stand between the client and this process."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix


def init_app(app: Flask) -> None:
    """Believe what so many proxies say of the client as the configuration knows of, no more.

    Each proxy appends to X-Forwarded-For the address that it was called from. So the last one is
    what our own proxy saw; all before it are what the client has written there itself.
    """
    count = app.config["PROXIES"]
    if count:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )
