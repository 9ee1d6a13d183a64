import posixpath
import re

import pytest

from workshop.suite import Finding
from workshop.suite.composefiles import is_from_outside
from workshop.suite.dockerfiles import Dockerfile, is_pinned

pytestmark = pytest.mark.task("compose")

NAMES = ("web", "nginx", "db", "redis")
# What each is, as a word in the name of its image; `web` is built here.
KINDS = {"nginx": "nginx", "db": "postgres", "redis": "redis|valkey"}
SECRET = re.compile(r"PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|_KEY$|^PASS$", re.I)
# The password in an address: what stands between the user's name and the host.
IN_ADDRESS = re.compile(r"://[^:/@\s]*:((?:\$\{[^}]*\}|[^@\s/])+)@")


def test_has_its_services(read_compose):
    """It has the services `web`, built from this folder, `nginx`, `db` (PostgreSQL) and `redis`."""
    found = read_compose()
    for name in NAMES:
        found.service(name)
    if not found.service("web").is_built:
        raise Finding(
            "`web` is the application in this folder, so its image is made here: `build: .`",
            Found=[f"{found.service('web')} has no `build`"],
        )
    for name, kind in KINDS.items():
        service = found.service(name)
        if not service.is_built and not re.search(kind, service.image):
            raise Finding(
                f"`{name}` is {kind.replace('|', ' or ')} here",
                Found=[f"{service} has the image {service.image or '(none)'}"],
            )


def test_has_no_version(read_compose):
    """There is no `version`: Compose does not read it any more, and says so each time."""
    found = read_compose()
    if "version" in found.data:
        raise Finding(
            "it once said which format this file has. There is one format today, and a warning at "
            "each command",
            Found=[f"compose.yaml, line {found.line('version')}: version: {found.data['version']}"],
        )


def test_images_are_pinned(read_compose):
    """The images are pinned, with two numbers at least, or by a digest."""
    for service in read_compose().services.values():
        if service.is_built or is_pinned(service.image):
            continue
        raise Finding(
            "`latest`, or a single number, is another image after the next pull, and a database of "
            "the next version does not read the files of this one",
            Expected=["a tag such as postgres:17.6-bookworm, or a digest"],
            Found=[f"{service} has the image {service.image or '(none)'}"],
        )


def test_web_gets_its_variables(read_compose):
    """`web` gets all variables of `.env`, by `env_file`."""
    service = read_compose().service("web")
    if ".env" not in [posixpath.normpath(path) for path in service.env_files]:
        raise Finding(
            "Compose itself reads `.env` only to fill in what stands in ${…} in this file. Nothing "
            "of it comes into the container, so the app would miss its keys",
            Expected=["env_file: .env"],
            Found=[f"{service} has the files {service.env_files or '(none)'}"],
        )


@pytest.mark.parametrize("name", ["web", "db", "redis"])
def test_has_a_healthcheck(read_compose, folder, name):
    """`{name}` has a healthcheck: started is not ready."""
    service = read_compose().service(name)
    check = service.healthcheck
    if check is None and service.is_built:
        said = Dockerfile(folder).final.last("HEALTHCHECK")
        check = None if said is None or said.value.upper() == "NONE" else ["CMD", said.value]
    if not check:
        raise Finding(
            "who waits for this one has to be told when it answers. A database takes some seconds "
            "from its start to its first answer, and longer the first time",
            Expected=[f"{name}: healthcheck: test: […]"],
            Found=[f"{service} has {'none' if check is None else 'one that is off'}"],
        )
    if check[0] not in ("CMD", "CMD-SHELL") or len(check) < 2:
        raise Finding(
            "a list begins with CMD, before a program and its words, or with CMD-SHELL, before one "
            "line for a shell",
            Found=[f"{service} has the test {check}"],
        )


@pytest.mark.parametrize("name, other", [("web", "db"), ("web", "redis"), ("nginx", "web")])
def test_waits_until_healthy(read_compose, name, other):
    """`{name}` is started when `{other}` is healthy."""
    found = read_compose()
    conditions = found.waits_for(name).get(other, set())
    if "service_healthy" not in conditions:
        said = ", ".join(sorted(conditions)) or "nothing"
        raise Finding(
            f"without a condition it waits until {other} has been started, which is long before "
            f"{other} answers",
            Expected=[f"{name}: depends_on: {other}: condition: service_healthy"],
            Found=[f"{found.service(name)} waits for {other}: {said}"],
        )


def test_only_nginx_is_open(read_compose):
    """Only `nginx` publishes ports: nobody gets to the others but through it."""
    found = read_compose()
    for service in found.services.values():
        is_host = service.data.get("network_mode") == "host"
        if service.name != "nginx" and (service.ports or is_host):
            raise Finding(
                "a published port is open to the network of this machine, and Docker opens it past "
                "the rules of ufw. The containers reach each other without: by the name of the "
                "service, at its own port",
                Found=[
                    f"{service} publishes {', '.join(service.ports) or 'all (network_mode: host)'}"
                ],
            )
    if not found.service("nginx").ports:
        raise Finding(
            "somebody has to be reached from outside",
            Expected=["nginx: ports: …"],
            Found=[f"{found.service('nginx')} publishes nothing"],
        )


def test_data_outlives_its_container(read_compose):
    """What PostgreSQL writes is in a volume with a name, or in a folder of this machine."""
    found = read_compose()
    service = found.service("db")
    version = re.search(r"postgres:(\d+)", service.image)
    is_new = version is not None and int(version[1]) >= 18
    place = service.environment.get("PGDATA") or (
        "/var/lib/postgresql" if is_new else "/var/lib/postgresql/data"
    )
    kept = [
        mount.source
        for mount in service.mounts
        if mount.source
        and f"{place}/".startswith(f"{mount.target.rstrip('/')}/")
        # Up to 17 the image itself makes a volume at this place, which covers one above it.
        and (is_new or "PGDATA" in service.environment or mount.target.rstrip("/") == place)
    ]
    if not kept:
        is_beside = any(mount.target.startswith("/var/lib/postgresql") for mount in service.mounts)
        raise Finding(
            f"this image keeps its data in {place}, and nowhere else: what is written there is not "
            "in your volume, and is lost with the container"
            if is_beside
            else "a container is thrown away with its files at the next update, and the tasks with "
            "them",
            Expected=[f"db: volumes: - NAME:{place}"],
            Found=[f"{service} has the volumes {service.data.get('volumes') or '(none)'}"],
        )
    declared = found.data.get("volumes") or {}
    unknown = [name for name in kept if re.fullmatch(r"[\w.-]+", name) and name not in declared]
    if unknown and "." not in unknown[0][:1]:
        raise Finding(
            f"the volume {unknown[0]} has to be declared: a key of `volumes` at the left margin",
            Found=[f"{service} uses it"],
        )


def test_has_no_password(read_compose):
    """No password is in the file: it comes from `.env`, or from a file for secrets."""
    found = read_compose()
    for service in found.services.values():
        for name, value in service.environment.items():
            is_secret = SECRET.search(name) and not name.endswith("_FILE")
            if is_secret and value and not is_from_outside(value):
                refuse_password(found, service, name)
        for word in re.finditer(r"(?:--?requirepass|--?password)[=\s]+(\S+)", service.command):
            if not is_from_outside(word[1]):
                refuse_password(found, service, "command")
        if service.environment.get("POSTGRES_HOST_AUTH_METHOD") == "trust":
            raise Finding(
                "`trust` lets in whoever asks, as whom they say they are",
                Found=[f"{service} has POSTGRES_HOST_AUTH_METHOD: trust"],
            )
    for line, text in found.strings():
        if any(not is_from_outside(match[1]) for match in IN_ADDRESS.finditer(text)):
            raise Finding(
                "this file is in the repository, and so is the password in this address",
                Expected=["${POSTGRES_PASSWORD:?set it in .env} in its place"],
                Found=[f"compose.yaml, line {line}"],
            )
    db = found.service("db")
    given = set(db.environment)
    is_given = given & {"POSTGRES_PASSWORD", "POSTGRES_PASSWORD_FILE"}
    if not is_given and not db.env_files and not db.is_built:
        raise Finding(
            "PostgreSQL does not start for the first time without a password",
            Expected=["POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?set it in .env}"],
            Found=[f"{db} has the variables {', '.join(sorted(given)) or '(none)'}"],
        )


def refuse_password(found, service, name):
    """Say that a password is in the file, and not what it is."""
    line = found.line("services", service.name, "environment", name)
    raise Finding(
        "this file is in the repository, so everybody who reads it knows the password; a default "
        "after `:-` is as well known",
        Expected=["${POSTGRES_PASSWORD:?set it in .env}, which stops when it is missing"],
        Found=[f"compose.yaml, line {line}: `{name}` of the service `{service.name}`"],
    )


def test_comes_back(read_compose):
    """`web`, `nginx`, `db` and `redis` are started again after a crash, and after a reboot."""
    found = read_compose()
    for name in NAMES:
        service = found.service(name)
        if service.restarts == "no":
            raise Finding(
                "nobody is there at night to start it again",
                Expected=["restart: unless-stopped"],
                Found=[f"{service} has no `restart`, or `no`"],
            )


def test_what_has_to_end_ends(read_compose):
    """What others wait for to be completed ends, and is not started again when it has."""
    found = read_compose()
    for service in found.services.values():
        for other, condition in service.conditions.items():
            target = found.services.get(other)
            is_once = condition == "service_completed_successfully" and target is not None
            if is_once and target.restarts in ("always", "unless-stopped"):
                raise Finding(
                    f"`{service.name}` waits until this one has ended, and it is started again "
                    "each time that it has",
                    Expected=[f'{other}: restart: "no", or on-failure'],
                    Found=[f"{target} has restart: {target.restarts}"],
                )


def files_of_configs(found):
    """Return the files that are said under `configs`."""
    configs = (found.data.get("configs") or {}).values()
    return [str(value["file"]) for value in configs if isinstance(value, dict) and "file" in value]


def test_nginx_has_its_file(read_compose):
    """`nginx` is given `deploy/nginx.conf`."""
    found = read_compose()
    service = found.service("nginx")
    sources = [mount.source for mount in service.mounts]
    sources += files_of_configs(found)
    if not {"deploy/nginx.conf", "deploy"} & set(map(posixpath.normpath, sources)):
        raise Finding(
            "what nginx does is said in deploy/nginx.conf; without it, it shows its welcome page",
            Expected=["volumes: - ./deploy/nginx.conf:/etc/nginx/conf.d/default.conf:ro"],
            Found=[f"{service} has the volumes {service.data.get('volumes') or '(none)'}"],
        )


def test_nginx_finds_web(read_compose, folder):
    """`nginx` is told that the application is at `web`, at the port where Gunicorn listens."""
    found = read_compose()
    bind = " ".join(Dockerfile(folder).process()) + found.service("web").command
    port = re.search(r"(?:0\.0\.0\.0|\[::\]|[ =]):(\d+)", bind)
    texts = [text for _, text in found.strings()]
    names = [mount.source for mount in found.service("nginx").mounts]
    names += files_of_configs(found)
    for name in filter(None, names):
        path = folder / name
        inside = sorted(path.iterdir()) if path.is_dir() else [path]
        texts += [file.read_text(errors="replace") for file in inside if file.is_file()]
    ports = {match for text in texts for match in re.findall(r"\bweb:(\d+)", text)}
    if not ports or (port and port[1] not in ports):
        raise Finding(
            "in the network of Compose the name of a service is its address. On a machine without "
            "containers it is a socket, which nginx and the application share; here they share "
            "no files",
            Expected=[f"server web:{port[1] if port else 'PORT'}; in a file that nginx gets"],
            Found=[f"nginx is sent to web:{', '.join(sorted(ports))}" if ports else "no such line"],
        )


def test_waits_for_what_there_is(read_compose):
    """Every name under `depends_on` is that of a service."""
    found = read_compose()
    for service in found.services.values():
        if unknown := sorted(service.conditions.keys() - found.services.keys()):
            raise Finding(
                f"Compose refuses the file: there is no service `{unknown[0]}`",
                Found=[str(service)],
            )


def test_schema(read_compose, lint, expect_none, folder):
    """It is as the specification of Compose says: check-jsonschema has nothing to say."""
    read_compose()
    words = ["--builtin-schema", "vendor.compose-spec", str(folder / "compose.yaml")]
    found = lint("check-jsonschema", "compose.yaml was not compared with its schema", *words)
    expect_none(
        [line.strip().replace(str(folder / "compose.yaml"), "compose.yaml") for line in found],
        "a key that is misspelled is no key, and a wrong kind of value is refused",
    )
