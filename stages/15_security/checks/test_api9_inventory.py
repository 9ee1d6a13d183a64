"""API9:2023, improper inventory management: routes that nobody remembers."""

import re


def test_every_route_is_described(cli, document):
    """Every route of the API is in the document."""
    output = cli("routes").output
    rules = set(re.findall(r"(?<=\s)/(?:api|auth|health|healthz|readiness)\b\S*", output))
    assert rules, f"`flask routes` prints: {output[-300:]}"
    described = {re.sub(r"\{[^}]*\}", "{}", path).rstrip("/") for path in document.content["paths"]}
    found = {re.sub(r"<[^>]*>", "{}", rule).rstrip("/") for rule in rules}
    forgotten = sorted(path for path in found - described if not path.startswith("/apidocs"))
    assert not forgotten, f"these are served, and not described: {forgotten}"


def test_the_document_is_valid(document):
    """The document is valid still."""
    faults = document.faults()
    assert not faults, f"{len(faults)} faults, of which the first is at {faults[0]}"
