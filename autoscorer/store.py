"""Where users' own models lie, which version of each is in use, and how one takes the place of another.

A store is a folder with a folder for each task: `versions/1`, `versions/2` and so on, which never change, and
the file `current`, whose lines are the versions in the order in which they were put in use; the last counts.
Whatever is written appears whole, by a rename: an interruption leaves the old model as it was.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from . import resources
from .errors import ConfigError, UsageError

VARIABLE = "AUTOSCORER_MODELS"
SHIPPED = "shipped"
"""The version that means: none of the user's own."""
ENCODER = "encoder"
_CURRENT, _VERSIONS, _CONFIG, _NEW = "current", "versions", "config.json", ".new-"


def default_store() -> Path:
    """The folder named by AUTOSCORER_MODELS, else one in the user's data directory."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    from platformdirs import user_data_path

    return user_data_path("autoscorer", appauthor=False) / "models"


def model_folders(models: str | Path | None = None, *, new: bool = False) -> dict[str, Path]:
    """The folder of the encoder and of each task: the shipped ones, and over them the user's own.

    models: a store, or a folder with encoder/ and tasks, in place of the user's store; what it lacks is taken
    from the shipped models. new: it need not exist yet. Raises ConfigError where it does not exist or names a
    version that is not there.
    """
    own = _store(models, new=new).in_use()
    if models is not None and not own and not new:
        raise ConfigError(
            f"{models}: holds no model; a folder of models holds encoder/ or a folder for a task"
        )
    return {**_shipped(own), **own}


def base_folders(models: str | Path | None = None, *, new: bool = False) -> dict[str, Path]:
    """The folders that new heads build on: as `model_folders`, but without the versions of a store."""
    own = _plain(_store(models, new=new).folder)
    return {**_shipped(own), **own}


def _store(models: str | Path | None, *, new: bool) -> Store:
    if models is not None and not new and not Path(models).is_dir():
        raise ConfigError(f"{models}: there is no such folder of models")
    return Store(Path(models) if models is not None else default_store())


def _shipped(own: Mapping[str, Path]) -> dict[str, Path]:
    """The shipped models; they need not be there where a folder brings its own encoder."""
    return {} if ENCODER in own else _plain(resources.models_dir())


def _plain(folder: Path) -> dict[str, Path]:
    """The tasks of a folder that holds one version of each."""
    return {path.parent.name: path.parent for path in sorted(folder.glob(f"*/{_CONFIG}"))}


@dataclass(frozen=True, slots=True)
class Store:
    """The models of a folder, which need not exist yet."""

    folder: Path

    def in_use(self) -> dict[str, Path]:
        """The folder of each task that has a version in use, or that lies there plainly."""
        current = {task: self.current(task) for task in self.tasks()}
        used = {task: self.version(task, v) for task, v in current.items() if v != SHIPPED}
        return {**_plain(self.folder), **used}

    def tasks(self) -> tuple[str, ...]:
        """The tasks with versions."""
        return tuple(sorted(path.parent.name for path in self.folder.glob(f"*/{_VERSIONS}")))

    def versions(self, task: str) -> tuple[str, ...]:
        """All kept versions of a task, oldest first."""
        found = (self.folder / task / _VERSIONS).glob(f"*/{_CONFIG}")
        return tuple(sorted((p.parent.name for p in found if p.parent.name.isdigit()), key=int))

    def version(self, task: str, version: str) -> Path:
        """The folder of a version. Raises ConfigError, saying which there are."""
        folder = self.folder / task / _VERSIONS / version
        if version not in self.versions(task):
            there = ", ".join([SHIPPED, *self.versions(task)])
            raise ConfigError(f"{self.folder / task}: there is no version '{version}'; there are: {there}")
        return folder

    def current(self, task: str) -> str:
        """The version in use."""
        return (self._history(task) or [SHIPPED])[-1]

    def add(self, task: str, write: Callable[[Path], None]) -> str:
        """Keep a new version, which `write` fills; returns its number. It is not in use yet."""
        versions = self.folder / task / _VERSIONS
        versions.mkdir(parents=True, exist_ok=True)
        made = whole_folder(versions, write)
        while True:
            number = str(max((int(p.name) for p in versions.iterdir() if p.name.isdigit()), default=0) + 1)
            try:
                made.rename(versions / number)
            except OSError:
                if not (versions / number).exists():
                    raise
                continue  # another run took the number
            _sync(versions)
            return number

    def use(self, task: str, version: str) -> None:
        """Put a version in use; SHIPPED takes the user's own out of use."""
        if version != SHIPPED:
            self.version(task, version)
        elif task not in self.tasks():
            raise UsageError(f"{self.folder}: there is no task '{task}'; there are: {self._named()}")
        if version != self.current(task):
            self._write_history(task, [*self._history(task), version])

    def rollback(self, task: str) -> str:
        """Put the version in use that was so before; returns its name. Raises UsageError where there is none."""
        history = self._history(task)
        if not history:
            raise UsageError(f"{self.folder}: no version of '{task}' was put in use; tasks: {self._named()}")
        self._write_history(task, history[:-1])
        return self.current(task)

    def _named(self) -> str:
        return ", ".join(self.tasks()) or "none"

    def _history(self, task: str) -> list[str]:
        path = self.folder / task / _CURRENT
        try:
            return [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path}: cannot be read: {error}") from None

    def _write_history(self, task: str, versions: list[str]) -> None:
        path = self.folder / task / _CURRENT
        partial = path.with_name(f"{_CURRENT}.{os.getpid()}.partial")
        with partial.open("w", encoding="utf-8") as file:
            file.write("".join(f"{version}\n" for version in versions))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        _sync(path.parent)


def whole_folder(beside: Path, write: Callable[[Path], None]) -> Path:
    """A new folder in `beside` that `write` filled and that is safe on disk, still under a passing name."""
    made = Path(mkdtemp(prefix=_NEW, dir=beside))
    try:
        write(made)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    made.chmod(0o755)  # mkdtemp leaves it to its owner alone
    for path in sorted(made.rglob("*"), reverse=True):
        _sync(path)
    _sync(made)
    return made


def _sync(path: Path) -> None:
    """Bring a file, or the names in a folder, to disk."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except PermissionError:  # Windows opens no folders
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def pinned(folders: Mapping[str, Path]) -> tuple[tuple[str, str], ...]:
    """The folders as plain values for workers, which must not look again: a promotion may come between."""
    return tuple((name, str(folder)) for name, folder in sorted(folders.items()))
