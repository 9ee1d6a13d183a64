"""Files of a real nginx, moved to where a check can try them."""

from pathlib import Path

import pytest

from workshop.suite.nginx import complaint, with_addresses

UPSTREAM = Path("/here/socket")


@pytest.mark.parametrize(
    ("written", "moved"),
    [
        ("listen 80;", "listen 127.0.0.1:1;"),
        ("listen 0.0.0.0:8080 default_server;", "listen 127.0.0.1:1 default_server;"),
        ("listen [::]:80;", ""),
        ("server unix:/run/a/b.sock;", "server unix:/here/socket;"),
        ("server unix:/run/a.sock fail_timeout=0;", "server unix:/here/socket fail_timeout=0;"),
        ("server web:8000;", "server unix:/here/socket;"),
        ("server { listen 80; }", "server { listen 127.0.0.1:1; }"),
        ("proxy_pass http://127.0.0.1:8000;", "proxy_pass http://unix:/here/socket:;"),
        ("proxy_pass http://127.0.0.1:8000/api/;", "proxy_pass http://unix:/here/socket:/api/;"),
        ("proxy_pass http://unix:/run/a.sock:/api/;", "proxy_pass http://unix:/here/socket:/api/;"),
        ("proxy_pass http://task_api;", "proxy_pass http://task_api;"),
        ("access_log /var/log/nginx/a.log main;", ""),
        ("access_log off;", "access_log off;"),
        ("# listen 80;", ""),
        ("server_tokens off; # listen 80;", "server_tokens off; "),
    ],
)
def test_addresses_are_those_of_the_check(written, moved):
    assert with_addresses(written, (1, 2), UPSTREAM) == moved


def test_what_only_redirects_to_tls_is_not_asked():
    written = "server { listen 80; }\nserver { listen 443 ssl; ssl_certificate /etc/a.pem; }"
    assert with_addresses(written, (1, 2), UPSTREAM) == (
        "server { listen 127.0.0.1:2; }\nserver { listen 127.0.0.1:1;  }"
    )


def test_lines_keep_their_numbers():
    written = "# one\n\n# three\nlisten 80;\n"
    assert with_addresses(written, (1, 2), UPSTREAM).splitlines()[3] == "listen 127.0.0.1:1;"


def test_what_nginx_says_has_no_paths_of_the_check(tmp_path):
    log = (
        "2026/11/25 12:00:00 [emerg] 123#123: unknown directive "
        f'"lissten" in {tmp_path}/sites/nginx.conf:3\n'
    )
    assert complaint(log, tmp_path) == 'unknown directive "lissten" in deploy/nginx.conf:3'
