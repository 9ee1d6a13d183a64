"""Loads a student's app from its folder, always from the source as it is now.

Python's own import trusts a `.pyc` whose source has the same size and the same second; a save that
changes `200` to `201` can be both. Here each file is compiled once in a process and never cached on
disk, so that what is checked is what was saved.
"""

import importlib
import inspect
import linecache
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from workshop.suite.exchange import Raised

if TYPE_CHECKING:
    from flask import Flask


class LoadError(Exception):
    """The app could not be loaded; says why in the student's terms.

    Attributes:
        kind: `syntax`, `import`, `serves`, `exit`, `raised`, `missing`, `empty` or `name`.
        raised: the exception with the student's file and line, as far as known.

    """

    def __init__(self, kind: str, message: str, raised: Raised | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.raised = raised


class _Serving(BaseException):
    """A module starts a server while it is imported, and would not come back."""


def _refuse_to_serve(*_: object, **__: object) -> NoReturn:
    raise _Serving


@contextmanager
def replaced(module: ModuleType, name: str, value: object) -> Iterator[None]:
    """Replace what a module calls `name` while the block runs."""
    original = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, original)


class _FreshLoader(SourceFileLoader):
    # Both are kept for the life of the process.
    _compiled: ClassVar[dict[str, CodeType]] = {}
    imported: ClassVar[set[str]] = set()

    def exec_module(self, module: ModuleType) -> None:
        self.imported.add(module.__name__)
        super().exec_module(module)

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        if path not in self._compiled:
            code: Any = self.source_to_code(self.get_data(path), path)
            self._compiled[path] = code
        return self._compiled[path]


class _Finder(MetaPathFinder):
    """Finds the modules of one folder, before any other finder, as `python app.py` would."""

    def __init__(self, directory: Path) -> None:
        self.directory = str(directory)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        for entry in [self.directory] if path is None else path:
            if not str(entry).startswith(self.directory):
                continue
            found = FileFinder(str(entry), (_FreshLoader, SOURCE_SUFFIXES)).find_spec(fullname)
            if found is not None and found.loader is not None:
                return found
        return None


class AppLoader:
    """Loads the app of one folder."""

    _imported_in: ClassVar[tuple[Path, dict[str, str]] | None] = None

    def __init__(self, directory: Path, target: str) -> None:
        """Take the app's folder, and where the app is in it, as in `app:app`."""
        self.directory = directory.resolve()
        self.module, _, self.variable = target.partition(":")
        self._finder = _Finder(self.directory)

    @property
    def file(self) -> Path:
        """Return the file that holds the app."""
        package = self.directory / self.module
        return package / "__init__.py" if package.is_dir() else package.with_suffix(".py")

    def load(self, fresh: bool | None = True) -> "Flask":
        """Import the app's module, and return its Flask object, or what its factory makes.

        Args:
            fresh: whether to import anew; False takes the modules as they are, None does so as
                long as the environment is the one that they were imported in. A module that holds
                its app, and makes none, is always imported anew.

        Raises:
            LoadError: when there is no such file, it cannot be imported, or holds no such app.

        """
        from flask import Flask

        if not self.file.exists():
            raise LoadError(
                "missing", f"There is no {self.relative(str(self.file))} in the folder of the app."
            )
        module = self._module(fresh)
        app = getattr(module, self.variable, None)
        if isinstance(app, Flask):
            return app
        if inspect.isfunction(app):
            made = self._guarded(app)
            if isinstance(made, Flask):
                return made
            raise self._no_app_made(made)
        raise self._no_app(module, app)

    def _module(self, fresh: bool | None) -> ModuleType:
        environment = {k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"}
        imported_in = (self.directory, environment)
        kept = sys.modules.get(self.module)
        is_factory = kept is not None and inspect.isfunction(getattr(kept, self.variable, None))
        if fresh is None:
            fresh = AppLoader._imported_in != imported_in
        if fresh or not is_factory or kept is None:
            self.forget()
            kept = None
        self.prepare()
        AppLoader._imported_in = imported_in
        return kept or self._guarded(lambda: importlib.import_module(self.module))

    def _guarded(self, run: Callable[[], Any]) -> Any:
        """Run what imports or makes the app; say in a LoadError what stops it."""
        from flask import cli
        from werkzeug import serving

        try:
            with (
                replaced(serving, "run_simple", _refuse_to_serve),
                # What Flask prints as it starts would look like the student's output.
                replaced(cli, "show_server_banner", lambda *_: None),
            ):
                return run()
        except SyntaxError as error:
            raise LoadError("syntax", error.msg, self._unreadable(error)) from error
        except _Serving as error:
            raise LoadError("serves", "", self.describe(error)) from error
        except SystemExit as error:
            raise LoadError("exit", str(error.code), self.describe(error)) from error
        except ImportError as error:
            raise LoadError("import", str(error), self.describe(error)) from error
        except Exception as error:
            raise LoadError("raised", str(error), self.describe(error)) from error

    def _unreadable(self, error: SyntaxError) -> Raised:
        text = (error.text or "").rstrip()
        source = text.lstrip()
        return Raised(
            type(error).__name__,
            error.msg,
            self.relative(error.filename or str(self.file)),
            error.lineno or 0,
            _short(source),
            max((error.offset or 0) - (len(text) - len(source)), 0),
        )

    def _no_app_made(self, made: object) -> LoadError:
        name, file = self.variable, self.relative(str(self.file))
        what = "nothing" if made is None else f"a value of type {type(made).__name__}"
        message = f"`{name}()` in {file} returns {what}, and not the app: does it end in `return`?"
        return LoadError("name", message)

    def _no_app(self, module: ModuleType, found: object) -> LoadError:
        from flask import Flask

        file = self.relative(str(self.file))
        others = sorted(k for k, v in vars(module).items() if isinstance(v, Flask))
        if found is not None:
            kind = type(found).__name__
            message = f"`{self.variable}` in {file} is no Flask application, but of type {kind}."
        elif others:
            message = (
                f"The Flask application in {file} is called `{others[0]}`; the workshop, like "
                f"`flask run`, looks for `{self.variable}`: rename it."
            )
        elif not self.file.read_bytes().strip():
            return LoadError("empty", f"{file} is empty.")
        else:
            message = (
                f"There is no Flask application called `{self.variable}` in {file}: "
                f"it needs a line such as `{self.variable} = Flask(__name__)`."
            )
        return LoadError("name", message)

    def prepare(self) -> None:
        """Let imports find the folder's modules, before any others of these names."""
        if self._finder not in sys.meta_path:
            sys.meta_path.insert(0, self._finder)

    def leave(self) -> None:
        """Let no later import find the folder's modules; those of a factory can be used again."""
        if self._finder in sys.meta_path:
            sys.meta_path.remove(self._finder)

    def forget(self) -> None:
        """Remove the folder's modules from this process, as if they had never been imported."""
        self.leave()
        AppLoader._imported_in = None
        modules = [sys.modules.pop(name, None) for name in _FreshLoader.imported]
        _FreshLoader.imported.clear()
        # They would go on to set up each connection of the modules that come after them.
        _listen(_connect_listeners(modules), False)

    @contextmanager
    def as_new_process(self) -> Iterator[None]:
        """Import the folder's modules anew in the block; those from before come back after it."""
        kept = {name: sys.modules[name] for name in _FreshLoader.imported if name in sys.modules}
        found, imported_in = self._finder in sys.meta_path, AppLoader._imported_in
        listeners = _connect_listeners(kept.values())
        self.forget()
        self.prepare()
        try:
            yield
        finally:
            self.forget()
            _listen(listeners, True)
            sys.modules.update(kept)
            _FreshLoader.imported.update(kept)
            AppLoader._imported_in = imported_in
            if found:
                self.prepare()

    def describe(self, error: BaseException, view: Any = None) -> Raised:
        """Return an exception with the last line of the student's code that led to it.

        Where no line of theirs did, as when Flask refuses what a view returned, it is the line at
        which the view begins.
        """
        # `with_traceback` chains can be long (recursion): walk, do not format.
        frames = traceback.walk_tb(error.__traceback__)
        own = [(f.f_code, n) for f, n in frames if self.owns(f.f_code)]
        code = getattr(inspect.unwrap(view), "__code__", None) if view else None
        if not own and code is not None and self.owns(code):
            own = [(code, code.co_firstlineno)]
        return self._raised(error, own)

    def _raised(self, error: BaseException, own: list[tuple[CodeType, int]]) -> Raised:
        message = _short(str(error))
        if not own:
            return Raised(type(error).__name__, message)
        code, number = own[-1]
        path = code.co_filename
        linecache.checkcache(path)
        source = _short(linecache.getline(path, number).strip())
        return Raised(type(error).__name__, message, self.relative(path), number, source)

    def owns(self, code: CodeType) -> bool:
        """Tell whether code is from the app's folder."""
        return code.co_filename.startswith(str(self.directory) + os.sep)

    def defines(self, kind: type) -> bool:
        """Tell whether a class is one of the app's own."""
        return kind.__module__ in _FreshLoader.imported

    def relative(self, path: str) -> str:
        """Return a path relative to the app's folder, where it lies inside."""
        try:
            return Path(path).resolve().relative_to(self.directory).as_posix()
        except ValueError:
            return path


def _connect_listeners(modules: Iterable[ModuleType | None]) -> list[Callable[..., None]]:
    """Return the functions of modules that set up the connections of every SQLAlchemy engine."""
    if "sqlalchemy.engine" not in sys.modules:
        return []
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    values = [value for module in modules if module for value in vars(module).values()]
    return [
        value
        for value in dict.fromkeys(filter(inspect.isfunction, values))
        if event.contains(Engine, "connect", value)
    ]


def _listen(functions: Sequence[Callable[..., None]], listen: bool) -> None:
    """Let functions set up the connections of every SQLAlchemy engine, or no longer."""
    if not functions:
        return
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    for function in functions:
        (event.listen if listen else event.remove)(Engine, "connect", function)


def _short(text: str, limit: int = 300) -> str:
    return text if len(text) <= limit else f"{text[:limit]}... ({len(text):,} characters)"
