import posixpath
import re
import shlex
from pathlib import Path

import pytest

from workshop.suite import Finding
from workshop.suite.dockerfiles import assignments, is_ignored, is_pinned, is_shell

pytestmark = pytest.mark.task("image")

SECRET = re.compile(r"SECRET|PASSWORD|PASSWD|TOKEN|CREDENTIAL|(API|PRIVATE|JWT|SIGNING)_?KEY", re.I)
# The users that Debian and Alpine have by themselves, of those that a server may run as.
KNOWN_USERS = {"nobody", "www-data", "daemon", "games", "guest"}
MAKES_USERS = r"(useradd|adduser|newusers|/etc/passwd)\b"


@pytest.fixture
def final(read_dockerfile):
    """Return a function that returns the Dockerfile, its last stage, and what is in the image."""

    def final():
        dockerfile = read_dockerfile()
        return dockerfile, dockerfile.final, dockerfile.state(dockerfile.final)

    return final


@pytest.fixture
def bound(final, gunicorn, production):
    """Return a function that returns where Gunicorn listens when the image's command starts it."""

    def bound():
        dockerfile, _, state = final()
        words = gunicorn_words(dockerfile.process())
        given = [state.files.get(state.path(word), word) for word in words if word != "wsgi:app"]
        # The folders of its PATH are in the image, and not here.
        env = {name: value for name, value in state.variables.items() if name != "PATH"}
        server = gunicorn(*given, "--print-config", env=production | env)
        assert server.ends(15), "`gunicorn --print-config` does not end"
        found = re.search(r"(?m)^bind\s*= (.*)$", server.log())
        if not found:
            raise Finding(
                "Gunicorn does not take this command line",
                Command=[shlex.join(dockerfile.command())],
                Found=server.log().strip().splitlines()[-8:],
            )
        return found[1]

    return bound


def gunicorn_words(command):
    """Return the words of a command after `gunicorn`."""
    names = [posixpath.basename(word) for word in command]
    return command[names.index("gunicorn") + 1 :] if "gunicorn" in names else []


def user_and_line(dockerfile, stage, state):
    """Return the user, without its group, and where it is said."""
    said = stage.last("USER")
    return state.user.partition(":")[0], str(said or f"{stage.start}, and no USER after it")


def test_base_is_pinned(read_dockerfile):
    """The base images are pinned: `python:3.x.y-…` with three numbers, or a digest."""
    for stage in read_dockerfile().stages:
        is_other = stage.parent is None and stage.image != "scratch"
        if is_other and not is_pinned(stage.image):
            raise Finding(
                "an image without a whole version is another one next month: what was built and "
                "tried is then not what is built and started",
                Expected=["three numbers, as in python:3.13.11-slim-bookworm, or a digest"],
                Found=[str(stage.start)],
            )


def test_base_is_a_python_of_today(read_dockerfile):
    """Python in the image is 3.11 or newer, as the packages in requirements.txt ask for."""
    for stage in read_dockerfile().stages:
        version = re.search(r"(?:^|/)python:(\d+)\.(\d+)", stage.base)
        if version and (int(version[1]), int(version[2])) < (3, 11):
            raise Finding(
                "the versions in requirements.txt are made for Python 3.11 and newer, so pip finds "
                "none that fits; and what is older gets no more mending",
                Found=[str(stage.start)],
            )


def test_more_than_one_stage(final):
    """It has more than one stage: the image gets what was installed, not what installed it."""
    dockerfile, stage, _ = final()
    taken = [item for item in stage.chain if item.name == "COPY" and item.flag("from")]
    if len(dockerfile.stages) < 2 or not any(dockerfile.stage(i.flag("from")) for i in taken):
        raise Finding(
            "compilers, caches and build tools are of use once; in a running container they are of "
            "use only to whoever has broken in. A first stage installs, the last one copies",
            Expected=["a second FROM, and after it a COPY --from=… of the first stage"],
            Found=[str(stage.start) for stage in dockerfile.stages],
        )


def test_installs_what_is_pinned(read_dockerfile):
    """pip installs what requirements.txt pins, and nothing beside it that is not pinned."""
    dockerfile = read_dockerfile()
    installs = [found for stage in dockerfile.stages for found in dockerfile.installs(stage)]
    if not any(found.files for found in installs):
        raise Finding(
            "versions and hashes are in requirements.txt, so that today's image has in it what "
            "yesterday's had",
            Expected=["RUN … pip install … -r requirements.txt"],
            Found=[str(found.run) for found in installs] or ["no RUN with pip install"],
        )
    for found in installs:
        is_local = re.compile(r"[./*]|.*[/*].*|.*(==|@).*|pip|setuptools|wheel|uv")
        if loose := [name for name in found.packages if not is_local.fullmatch(name)]:
            raise Finding(
                f"{' '.join(loose)}: without a version it is another one next month. It belongs in "
                "requirements.txt, with a version and hashes",
                Found=[str(found.run)],
            )


def test_packages_come_before_the_code(read_dockerfile):
    """Packages are installed before the code is copied, so that they stay in Docker's cache."""
    dockerfile = read_dockerfile()
    installs = [(stage, i) for stage in dockerfile.stages for i in dockerfile.installs(stage)]
    if not any(found.files for _, found in installs):
        raise Finding("no RUN installs requirements.txt yet", Found=["no pip install -r …"])
    for stage, found in installs:
        before = dockerfile.state(stage, found.run).files
        code = sorted(source for source in before.values() if source.endswith(".py"))
        if found.files and code:
            raise Finding(
                "a layer is made again when anything above it has changed: here every edit of the "
                "code downloads all packages again. Copy requirements.txt alone, install, and then "
                "copy the code",
                Found=[str(found.run), f"there is {code[0]} in the image by then"],
            )
        mounted = any(name == "mount" for name, _ in found.run.flags)
        is_there = [Path(name).name in map(posixpath.basename, before) for name in found.files]
        if not all(is_there) and not mounted:
            raise Finding(
                "pip looks for this file in the image, and nothing has copied it there before",
                Found=[str(found.run)],
            )


def test_is_not_root(final):
    """The process is not root: USER names another user, or its number."""
    dockerfile, stage, state = final()
    user, found = user_and_line(dockerfile, stage, state)
    if user in ("", "root", "0"):
        raise Finding(
            "root in the container is root for the kernel, too: whoever takes over the process has "
            "one wall less to climb. In the last stage USER has to name somebody else",
            Found=[found],
        )


def test_user_is_there(final):
    """The user of USER is made in the last stage, or is a number, which needs no making."""
    dockerfile, stage, state = final()
    user, found = user_and_line(dockerfile, stage, state)
    scripts = "\n".join(item.script for item in stage.chain if item.name == "RUN")
    is_made = re.search(rf"{MAKES_USERS}.*\b{re.escape(user)}\b", scripts, re.S)
    is_known = user.isdigit() or user in KNOWN_USERS or is_made
    if not user or not is_known:
        raise Finding(
            "a container starts as a user whom /etc/passwd of this image knows. What an earlier "
            "stage has made is not here",
            Expected=["RUN useradd … before USER, in the last stage"],
            Found=[found],
        )


def test_healthcheck(final):
    """HEALTHCHECK asks `/healthz` whether the process is alive."""
    dockerfile, stage, _ = final()
    said = stage.last("HEALTHCHECK")
    text = checked_text(dockerfile, said)
    if "/healthz" not in text:
        ready = "/readiness asks for the database: without it each container would be unhealthy, "
        raise Finding(
            ready + "and whatever restarts those would restart them all"
            if "/readiness" in text
            else "a process that runs may have stopped to answer; Docker finds out by asking",
            Expected=["HEALTHCHECK … CMD something that asks for /healthz"],
            Found=[str(said or "no HEALTHCHECK in the last stage")],
        )


def checked_text(dockerfile, said):
    """Return what a healthcheck runs, and of what it runs those files that are the student's."""
    if said is None or said.value.upper() == "NONE":
        return ""
    files = dockerfile.state(dockerfile.final).files
    words = re.findall(r"[\w./-]+", said.value)
    sources = [
        files[path] for path in map(dockerfile.state(dockerfile.final).path, words) if path in files
    ]
    texts = [
        (dockerfile.folder / source).read_text(errors="replace")
        for source in sources
        if (dockerfile.folder / source).is_file()
    ]
    return "\n".join([said.value, *texts])


def test_healthcheck_can_run(final):
    """What HEALTHCHECK runs is in the image, and fails when the answer is an error."""
    dockerfile, stage, _ = final()
    said = stage.last("HEALTHCHECK")
    text = checked_text(dockerfile, said)
    if not text:
        raise Finding("there is nothing to run yet", Found=["no HEALTHCHECK in the last stage"])
    installed = " ".join(item.script for item in stage.chain if item.name == "RUN")
    lacking = {"curl": ("slim", "alpine"), "wget": ("slim",)}
    for program, images in lacking.items():
        is_used = re.search(rf"\b{program}\b", said.value)
        if is_used and any(word in stage.base for word in images) and program not in installed:
            raise Finding(
                f"there is no {program} in {stage.base}, so this check fails whatever the server "
                "does. Python is there: urllib.request.urlopen raises at every status from 400 on",
                Found=[str(said)],
            )
    if "curl" in said.value and not re.search(r"\s(-\w*f\w*|--fail\S*)\s", said.value):
        raise Finding(
            "curl is content with any answer, a 500 as well; with --fail it is not",
            Found=[str(said)],
        )


def test_starts_gunicorn(final):
    """CMD or ENTRYPOINT, written as a list, starts `gunicorn` with `wsgi:app`."""
    dockerfile, stage, _ = final()
    said = [item for item in map(stage.last, ("ENTRYPOINT", "CMD")) if item]
    found = [str(item) for item in said] or ["no CMD in the last stage"]
    expected = ['CMD ["gunicorn", …, "wsgi:app"]']
    if shells := [item for item in said if item.command is None]:
        raise Finding(
            "without brackets a shell is started, which starts the rest. SIGTERM then reaches the "
            "shell, which keeps it for itself: after ten seconds Docker kills everybody, and with "
            "them the requests under way",
            Expected=expected,
            Found=[str(item) for item in shells],
        )
    command = dockerfile.command()
    if is_shell(command) and dockerfile.process() == command:
        raise Finding(
            "this is the same as without brackets: a shell is the first process, and keeps SIGTERM "
            "for itself",
            Expected=expected,
            Found=found,
        )
    text = " ".join(command)
    if "gunicorn" not in text or "wsgi:app" not in text:
        raise Finding(
            "what runs in production is Gunicorn, with the app of wsgi.py; the development server "
            "is for your desk",
            Expected=expected,
            Found=found,
        )


def test_gunicorn_is_found(final):
    """The `gunicorn` that CMD names is in the image: on its PATH, and where it was installed."""
    dockerfile, stage, state = final()
    programs = [w for w in dockerfile.process() if posixpath.basename(w) in ("gunicorn", "python")]
    if not programs:
        raise Finding("nothing starts it yet", Found=["no CMD with gunicorn in the last stage"])
    for origin in dockerfile.stages:
        for made in re.finditer(
            r"(?:\bvenv|virtualenv)\s+(?:-\S+\s+)*(/[\w./-]+)",
            "\n".join(item.script for item in origin.own if item.name == "RUN"),
        ):
            expect_environment(dockerfile, stage, state, origin, made[1].rstrip("/"), programs[0])


def expect_environment(dockerfile, stage, state, origin, environment, program):
    """Expect of a virtual environment that it is in the image, and its programs are found."""
    is_here = origin is stage or origin.start in [s.start for s in parents(stage)]
    for item in stage.chain:
        if item.name != "COPY" or dockerfile.stage(item.flag("from")) is not origin:
            continue
        source, target = [word.rstrip("/") for word in shlex.split(item.value)][:2]
        if source == environment and state.path(target) != environment:
            raise Finding(
                f"the first line of each script in {environment}/bin names the Python beside it, "
                "with its whole path: in another folder, nothing starts",
                Found=[str(item)],
            )
        is_here = is_here or environment == source or environment.startswith(f"{source}/")
    is_found = program.startswith(f"{environment}/") or f"{environment}/bin" in state.variables[
        "PATH"
    ].split(":")
    if is_here and not is_found:
        raise Finding(
            f"packages are in {environment}, and the PATH of the last stage does not have "
            f"{environment}/bin: a stage begins with the variables of its own base",
            Expected=[f"ENV PATH={environment}/bin:$PATH after the last FROM"],
            Found=[f"PATH is {state.variables['PATH']}", str(stage.last("CMD"))],
        )


def parents(stage):
    """Yield the stages under a stage."""
    while stage.parent:
        stage = stage.parent
        yield stage


def test_no_secret_file_inside(final):
    """Neither `.env` nor a database is copied into the image."""
    _, stage, state = final()
    for item in (item for item in stage.chain if item.name in ("COPY", "ADD")):
        words = item.command or item.value.split()
        if named := [word for word in words[:-1] if re.search(r"(^|/)\.env(\.|$)|\.db$", word)]:
            raise Finding(
                f"{named[0]} is for one machine, and an image goes to many", Found=[str(item)]
            )
    if not state.files:
        raise Finding("the code has to be in the image", Found=["nothing is copied yet"])


def test_code_is_where_it_starts(final):
    """`wsgi.py`, `gunicorn.conf.py`, `app/` and `migrations/` are in the folder of WORKDIR."""
    dockerfile, stage, state = final()
    needed = ["wsgi.py", "gunicorn.conf.py", "app/__init__.py", "migrations/env.py"]
    copies = [item for item in stage.chain if item.name in ("COPY", "ADD")]
    for item in copies:
        if missing := dockerfile.missing(item):
            raise Finding(
                f"{missing[0]} is not in what Docker is sent: it does not exist, or .dockerignore "
                "keeps it out",
                Found=[str(item)],
            )
    if lost := [name for name in needed if state.path(name) not in state.files]:
        raise Finding(
            "the command starts in WORKDIR, and looks there for its files. Of a folder, COPY takes "
            "what is in it: `COPY app app` keeps its name",
            Expected=[state.path(name) for name in needed],
            Found=[f"no {state.path(name)}" for name in lost] + [str(item) for item in copies],
        )


def test_listens_to_the_network(bound, final):
    """In its container Gunicorn listens on a port of all addresses; HEALTHCHECK asks there."""
    dockerfile, stage, _ = final()
    if not gunicorn_words(dockerfile.process()):
        raise Finding("nothing starts it yet", Found=["no CMD with gunicorn in the last stage"])
    where = bound()
    port = re.search(r"(?:0\.0\.0\.0|\[::\]|'):(\d+)'", where)
    if not port:
        raise Finding(
            "nginx is in another container: it cannot reach a loopback that is not its own, nor a "
            "socket in files that it does not share. The 0.0.0.0 of a container is the network of "
            "the containers, and nobody else is there as long as the port is not published",
            Expected=["--bind 0.0.0.0:PORT in CMD"],
            Found=[f"Gunicorn listens on {where}", str(stage.last("CMD") or stage.start)],
        )
    asked = re.search(
        r"https?://[^/\s:]+(?::(\d+))?/healthz", checked_text(dockerfile, stage.last("HEALTHCHECK"))
    )
    if asked and (asked[1] or "80") != port[1]:
        raise Finding(
            f"HEALTHCHECK asks port {asked[1] or 80}, and Gunicorn listens on {port[1]}",
            Found=[str(stage.last("HEALTHCHECK"))],
        )


def test_says_at_once(final):
    """`PYTHONUNBUFFERED` is set: lines are not held back, least of all those before a crash."""
    _, stage, state = final()
    if not state.variables.get("PYTHONUNBUFFERED"):
        found = [str(item) for item in stage.chain if item.name == "ENV"]
        raise Finding(
            "where nobody is at a terminal, Python collects what it prints and writes it later, "
            "or, if it is killed before, never",
            Expected=["ENV PYTHONUNBUFFERED=1 in the last stage"],
            Found=found or ["no ENV in the last stage"],
        )


def test_comments_have_their_own_line(read_dockerfile):
    """No comment stands behind an ENV: it would be a part of the value."""
    for item in read_dockerfile().all():
        is_comment = item.name in ("ENV", "ARG", "USER", "WORKDIR", "EXPOSE") and re.search(
            r"\s#", item.value
        )
        if is_comment:
            raise Finding(
                "a comment in a Dockerfile is a line of its own. Here it is a part of what is set, "
                "or the build stops at it",
                Found=[str(item)],
            )


def test_no_secret_inside(read_dockerfile):
    """No ENV, ARG or RUN has a secret in it: each layer can be read by whoever has the image."""
    for item in read_dockerfile().all():
        pairs = assignments(item) if item.name in ("ENV", "ARG") else []
        pairs += re.findall(r"\b([A-Z_]+)=(\S+)", item.script) if item.name == "RUN" else []
        named = [n for n, value in pairs if SECRET.search(n) and (value or item.name == "ARG")]
        addresses = [n for n, value in pairs if re.search(r"://[^/@\s]*:[^/@\s]+@", value)]
        addresses += [n for n, _ in pairs if n == "DATABASE_URL"]
        if found := [*named, *addresses]:
            raise Finding(
                f"{found[0]} belongs to the environment of the container, which gets it when it is "
                "started. What is in an image stays there, also when a later line takes it back: "
                "`docker history` shows it",
                Found=[f"Dockerfile, line {item.line}: {item.name} {found[0]}=…"],
            )


def test_leaves_no_lists(final):
    """What apt and pip download on the way is not left in the image."""
    _, stage, state = final()
    for item in (item for item in stage.chain if item.name == "RUN"):
        is_cached = any(name == "mount" and "type=cache" in value for name, value in item.flags)
        apt = re.search(r"\bapt(-get)?\b[^&;|\n]*\binstall\b", item.script)
        if apt and "/var/lib/apt/lists" not in item.script and not is_cached:
            raise Finding(
                "the lists of packages are of no use afterwards, and a layer can take nothing back "
                "from the one before: remove them in the same RUN",
                Expected=["apt-get update && apt-get install … && rm -rf /var/lib/apt/lists/*"],
                Found=[str(item)],
            )
        pip = re.search(r"\bpip[\d.]*\s+install\b", item.script)
        off = "--no-cache" in item.script or state.variables.get("PIP_NO_CACHE_DIR")
        if pip and "uv pip" not in item.script and not off and not is_cached:
            raise Finding(
                "pip keeps what it has downloaded, and nobody installs twice in an image: "
                "--no-cache-dir",
                Found=[str(item)],
            )


@pytest.mark.parametrize(
    "path",
    [
        ".git/config",
        ".env",
        ".venv/bin/python",
        "instance/tasks.db",
        "tasks.db",
        "app/copy.db",
        "tests/test_tasks.py",
        "__pycache__/wsgi.cpython-313.pyc",
        "app/__pycache__/errors.cpython-313.pyc",
    ],
)
def test_stays_outside(read_dockerfile, path):
    """`.dockerignore` keeps `{path}` out of what Docker is sent."""
    dockerfile = read_dockerfile()
    if is_ignored(path, dockerfile.patterns):
        return
    name = path.rpartition("/")[2]
    has_one = any(is_ignored(name, [pattern]) for pattern in dockerfile.patterns)
    raise Finding(
        f"a pattern begins at the top of the folder: {name} is kept out there, and {path} is not. "
        "`**/` stands for any folder"
        if has_one and "/" in path
        else "what lies in this folder is sent to Docker, and by `COPY . .` it is in the image for "
        "everybody who has that: secrets, databases, the whole history",
        Found=[f".dockerignore: {pattern}" for pattern in dockerfile.patterns]
        or ["no pattern in .dockerignore, or no such file"],
    )


def test_linter_is_content(read_dockerfile, lint, expect_none, folder):
    """hadolint, which knows the customs for Dockerfiles, has no warning."""
    read_dockerfile()
    words = ["--no-color", "--failure-threshold", "warning"]
    # Versions of Debian's packages vanish from its archive, so a pinned one breaks the build. Of
    # caches, names of stages and shells the checks above know more: a first stage is thrown away,
    # capitals do not matter, and a healthcheck may well need a shell.
    ignored = ("DL3008", "DL3018", "DL3022", "DL3025", "DL3042")
    words += [*(f"--ignore={rule}" for rule in ignored), "-"]
    text = (folder / "Dockerfile").read_text(encoding="utf-8")
    found = lint("hadolint", "the Dockerfile was not linted", *words, text=text)
    expect_none(
        [
            line.replace("-:", "Dockerfile, line ", 1)
            for line in found
            if not re.search(r" (info|style): ", line)
        ],
        "each rule is explained at https://github.com/hadolint/hadolint/wiki",
    )
