"""A `compose.yaml` as Compose reads it, without Compose: short and long forms become one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from workshop.suite.expect import Finding

FILE = "compose.yaml"
_VARIABLE = re.compile(r"\$\$|\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?[-+?])([^{}]*))?\})")


@dataclass(frozen=True)
class Variable:
    """A `${NAME…}` in the file: what stands after its name, as `:-` and a default; its line."""

    name: str
    operator: str
    rest: str
    line: int


@dataclass(frozen=True)
class Mount:
    """Something of outside in a container: a folder, a file, or the name of a volume."""

    source: str
    target: str


class Service:
    """One service, whatever form its settings are written in."""

    def __init__(self, name: str, data: dict[str, Any], line: int) -> None:
        """Take its name, its settings, and where it begins."""
        self.name = name
        self.data = data
        self.line = line

    def __str__(self) -> str:
        return f"{FILE}, line {self.line}: the service `{self.name}`"

    @property
    def image(self) -> str:
        """Return its image, with the defaults of variables put in; empty when there is none."""
        return with_defaults(str(self.data.get("image") or ""))

    @property
    def is_built(self) -> bool:
        """Tell whether its image is built here."""
        return bool(self.data.get("build"))

    @property
    def environment(self) -> dict[str, str]:
        """Return its variables; one without a value comes from whoever starts Compose."""
        return _pairs(self.data.get("environment"))

    @property
    def env_files(self) -> list[str]:
        """Return the paths of its files of variables."""
        return [
            str(item.get("path", "")) if isinstance(item, dict) else str(item)
            for item in _list(self.data.get("env_file"))
        ]

    @property
    def conditions(self) -> dict[str, str]:
        """Return what it waits for: a condition for each service."""
        found = self.data.get("depends_on")
        if isinstance(found, dict):
            return {
                str(name): str((value or {}).get("condition", "service_started"))
                for name, value in found.items()
            }
        return {str(name): "service_started" for name in _list(found)}

    @property
    def healthcheck(self) -> list[str] | None:
        """Return the words of its healthcheck; empty when it is off, None when there is none."""
        check = self.data.get("healthcheck")
        if not isinstance(check, dict):
            return None
        if check.get("disable"):
            return []
        test = check.get("test")
        if test is None:
            return None
        words = ["CMD-SHELL", test] if isinstance(test, str) else [str(word) for word in test]
        return [] if words[:1] == ["NONE"] else words

    @property
    def ports(self) -> list[str]:
        """Return what it publishes, each in the short form."""
        return [
            f"{item.get('published', '')}:{item.get('target', '')}"
            if isinstance(item, dict)
            else str(item)
            for item in _list(self.data.get("ports"))
        ]

    @property
    def mounts(self) -> list[Mount]:
        """Return its volumes."""
        found = []
        for item in _list(self.data.get("volumes")):
            if isinstance(item, dict):
                found.append(Mount(str(item.get("source") or ""), str(item.get("target") or "")))
            else:
                parts = with_defaults(str(item)).split(":")
                source, target = parts[:2] if len(parts) > 1 else ("", parts[0])
                found.append(Mount(source, target))
        return found

    @property
    def restarts(self) -> str:
        """Return when it is started again: `no`, `always`, `on-failure` or `unless-stopped`."""
        policy = (self.data.get("deploy") or {}).get("restart_policy")
        if isinstance(policy, dict):
            of_condition = {"none": "no", "on-failure": "on-failure"}
            return of_condition.get(str(policy.get("condition", "any")), "always")
        value = self.data.get("restart", "no")
        # `no` without quotes is a boolean in YAML.
        return "no" if value is False else str(value).partition(":")[0]

    @property
    def command(self) -> str:
        """Return its command, and what is before it, as one text."""
        parts = [self.data.get("entrypoint"), self.data.get("command")]
        return " ".join(str(word) for part in parts for word in _list(part))


class Compose:
    """The `compose.yaml` of a folder."""

    def __init__(self, folder: Path) -> None:
        """Read it.

        Raises:
            Finding: when it is not there, is no YAML, or has no services.

        """
        self.folder = folder
        file = folder / FILE
        self.text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
        try:
            self._tree = yaml.compose(self.text, Loader=yaml.SafeLoader)
            data = yaml.safe_load(self.text)
        except yaml.YAMLError as error:
            said = [line.strip() for line in str(error).splitlines() if line.strip() != "^"]
            raise Finding("it has to be YAML", Found=[f"{FILE} is not", *said]) from None
        self.data: dict[str, Any] = data if isinstance(data, dict) else {}
        services = self.data.get("services")
        if not isinstance(services, dict) or not services:
            raise Finding(
                "what belongs together is listed under `services`",
                Found=[f"{FILE} has no services" if self.text else f"no file {FILE}"],
            )
        self.services = {
            str(name): Service(str(name), value or {}, self.line("services", str(name)))
            for name, value in services.items()
        }

    def service(self, name: str) -> Service:
        """Return a service.

        Raises:
            Finding: when there is none of that name.

        """
        if name not in self.services:
            raise Finding(
                f"the services have the names that the lesson gives them: `{name}` is one",
                Found=[f"{FILE} has the services {', '.join(self.services)}"],
            )
        return self.services[name]

    def line(self, *keys: str) -> int:
        """Return the line of a key; that of the last one on the way which stands in the file."""
        node, line = self._tree, 1
        for key in keys:
            pairs = node.value if isinstance(node, yaml.MappingNode) else []
            found = next((pair for pair in pairs if pair[0].value == key), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        return line

    def waits_for(self, name: str) -> dict[str, set[str]]:
        """Return under which conditions a service starts, also those of what it waits for.

        What a service waits for to be healthy, or to have ended, has itself waited for others.
        """
        found: dict[str, set[str]] = {}
        left = [name]
        seen = set()
        while left:
            current = left.pop()
            if current in seen or current not in self.services:
                continue
            seen.add(current)
            for other, condition in self.services[current].conditions.items():
                found.setdefault(other, set()).add(condition)
                left.append(other)
        return found

    def variables(self) -> Iterator[Variable]:
        """Yield the variables that Compose puts into the file, outside of comments."""
        for line, text in self.strings():
            for match in _VARIABLE.finditer(text):
                if match[0] != "$$":
                    yield Variable(match[1] or match[2], match[3] or "", match[4] or "", line)

    def strings(self) -> Iterator[tuple[int, str]]:
        """Yield every value that is a text, with its line."""
        yield from _strings(self._tree)


def with_defaults(text: str) -> str:
    """Return a text with the defaults of its variables; a variable without one stays as it is."""

    def value(match: re.Match[str]) -> str:
        return match[4] if (match[3] or "").endswith("-") else match[0]

    return _VARIABLE.sub(value, text)


def is_from_outside(text: str) -> bool:
    """Tell whether a text is nothing but variables that have no default."""
    rest = _VARIABLE.sub(
        lambda match: "default" if (match[3] or "").endswith(("-", "+")) else "", text
    )
    return not rest


def _strings(node: yaml.Node | None) -> Iterator[tuple[int, str]]:
    if isinstance(node, yaml.ScalarNode):
        yield node.start_mark.line + 1, str(node.value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _strings(item)
    elif isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from _strings(value)


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _pairs(value: Any) -> dict[str, str]:
    if isinstance(value, dict):
        return {str(name): "" if item is None else str(item) for name, item in value.items()}
    parts = [str(item).partition("=") for item in _list(value)]
    return {name: item for name, _, item in parts}
