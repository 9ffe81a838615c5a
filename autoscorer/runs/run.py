"""A run that can be interrupted: what is scored is kept in parts, and taken from there the next time."""

from __future__ import annotations

import contextlib
import hashlib
import json
import marshal
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..execute import Earlier, Work
from ..pipeline import Scorer
from ..readers import File, read_input
from ..record import Written
from ..types import Failure, Transcript
from .index import Index, Kept
from .parts import Parts, numbered
from .versions import changes, made_by

FOLDER = ".run"
MANIFEST = "manifest.json"
FORMAT = 1
NAMED = 5
"""Changed inputs that are named; the others are counted."""


@dataclass
class Counts:
    """What became of the inputs of a run."""

    taken: int = 0
    rescored: int = 0
    scored: int = 0
    changed: int = 0


@dataclass(frozen=True, slots=True)
class _Tag:
    """What is to be kept with a result, once it is there. `part`: where it is already, and may stay."""

    source: str
    n: int
    key: str
    part: int = 0


@dataclass(frozen=True, slots=True)
class _End:
    """The end of an input, once all its results are there."""

    fields: dict[str, Any]


class Run:
    """The parts and the manifest of a run, in a folder of its own. A context: it is locked while in use.

    `work` says what there is to do for each contact; `kept` keeps the results, which must come in the same
    order. force: nothing is taken from earlier. only_failed: scorecards are, even of inputs that changed.
    Raises UsageError where another run uses the folder, or `only_failed` does not go with what changed.
    """

    def __init__(
        self,
        folder: Path,
        scorer: Scorer,
        paths: Iterable[str],
        *,
        force: bool = False,
        only_failed: bool = False,
    ) -> None:
        self._folder, self._only_failed, self._force = folder, only_failed, force
        self._paths = list(paths)
        self._made = made_by(scorer)
        self.counts = Counts()
        self.changed: list[str] = []
        self._waiting: deque[_Tag | _End] = deque()
        self._used: set[int] = set()

    def __enter__(self) -> Run:
        with contextlib.ExitStack() as stack:
            _make(self._folder)
            stack.enter_context(_lock(self._folder))
            self.notice = self._compare(_manifest(self._folder))
            if self._force:
                _remove(numbered(self._folder).values())
            self._index = stack.enter_context(contextlib.closing(Index(self._folder, self._made)))
            self._parts = stack.enter_context(contextlib.closing(Parts(self._folder, self._made)))
            self._write_manifest("running")
            self._open = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()

    @property
    def torn(self) -> int:
        """Damaged lines in the parts; what they held is scored again."""
        return self._index.torn

    def work(self, inputs: Iterable[File | Failure]) -> Iterator[Work]:
        """What is to be done for each contact of the inputs, in order; they are read as it is asked for."""
        for file in inputs:
            yield from self._input(file)

    def kept(self, results: Iterable[Written]) -> Iterator[Written]:
        """Passes the results of `work` on, once they are kept."""
        for written in results:
            self._keep_ends()
            tag = self._waiting.popleft()
            assert isinstance(tag, _Tag)
            self._keep(tag, written)
            yield written
        self._keep_ends()

    def finish(self) -> None:
        """The results are delivered: parts that hold none of them are removed, and the manifest says so."""
        self._parts.close()
        _remove(path for number, path in numbered(self._folder).items() if number not in self._used)
        self._write_manifest("done")

    def _input(self, file: File | Failure) -> Iterator[Work]:
        stamp = None if isinstance(file, Failure) else file.stamp()
        known = self._index.whole(file.source)
        if known and self._stands(list(stamp or ()), *known):
            yield from self._unread(file.source, known[0])
        else:
            yield from self._read(file, list(stamp or ()))

    def _stands(self, stamp: list[int], fields: dict[str, Any], failures: int) -> bool:
        """Whether an input can be taken from earlier without a look at it."""
        return failures == 0 if self._only_failed else bool(stamp) and stamp == fields["stamp"]

    def _unread(self, source: str, fields: dict[str, Any]) -> Iterator[Work]:
        moved = False
        for n in range(fields["count"]):
            kept = self._index.result(source, n)
            assert kept is not None
            moved = moved or not kept.fresh
            yield self._take(source, n, kept)
        if moved:
            self._waiting.append(_End(fields))

    def _read(self, file: File | Failure, stamp: list[int]) -> Iterator[Work]:
        count, digest = 0, hashlib.sha256()
        for item in read_input(file):
            key = _key(item)
            digest.update(key.encode())
            yield self._decide(file.source, count, key, item)
            count += 1
        fields = {"input": file.source, "count": count, "stamp": stamp, "sha256": digest.hexdigest()}
        self._waiting.append(_End(fields))

    def _decide(self, source: str, n: int, key: str, item: Transcript | Failure) -> Work:
        kept = self._index.result(source, n)
        if kept and (not kept.failed if self._only_failed else kept.key == key):
            return self._take(source, n, kept)
        if kept and kept.key != key:
            self.counts.changed += 1
            if len(self.changed) < NAMED:
                self.changed.append(item.source)
        self.counts.scored += 1
        self._waiting.append(_Tag(source, n, key))
        return item

    def _take(self, source: str, n: int, kept: Kept) -> Work:
        line = self._index.line(kept)
        self._waiting.append(_Tag(source, n, kept.key, kept.part if kept.fresh else 0))
        if kept.fresh or kept.failed == "read":
            self.counts.taken += 1
            return Written(line, kept.total, kept.failed)
        self.counts.rescored += 1
        return Earlier(line)

    def _keep(self, tag: _Tag, written: Written) -> None:
        if tag.part:
            self._used.add(tag.part)
            return
        fields = {
            "input": tag.source,
            "n": tag.n,
            "key": tag.key,
            "total": written.total,
            "failed": written.failed,
        }
        self._add(fields, written.line)

    def _keep_ends(self) -> None:
        while self._waiting and isinstance(end := self._waiting[0], _End):
            self._add(end.fields)
            self._waiting.popleft()

    def _add(self, fields: dict[str, Any], line: bytes = b"") -> None:
        self._parts.add(fields, line)
        self._used.add(self._parts.number)

    def _compare(self, manifest: dict[str, Any] | None) -> str | None:
        """What changed since the last run. Raises UsageError where --only-failed cannot do with it."""
        if self._only_failed and (manifest is None or self._force):
            raise UsageError(
                f"--only-failed: {self._folder.parent} holds no earlier run to take the others from"
            )
        notice = changes(manifest["made"], self._made) if manifest else None
        if self._only_failed and notice:
            raise UsageError(f"--only-failed would mix two kinds of results; leave it out ({notice})")
        return notice

    def _write_manifest(self, state: str) -> None:
        path = self._folder / MANIFEST
        facts = {"format": FORMAT, "state": state, "inputs": self._paths, "made": self._made}
        if state == "done":
            facts["contacts"] = asdict(self.counts)
        try:
            new = path.with_suffix(".new")
            new.write_text(json.dumps(facts, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
            new.replace(path)
        except OSError as error:
            raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from None


def _key(item: Transcript | Failure) -> str:
    """A hash of all that was read of a contact."""
    if isinstance(item, Failure):
        values: tuple[Any, ...] = (item.source, item.stage, item.code, item.message, item.hint, item.id)
    else:
        how = item.reading
        said = tuple((u.role, u.speaker, u.text, u.start, u.end) for u in item.utterances)
        reading = (how.format, how.encoding, how.roles, how.reason)
        values = (item.id, item.source, reading, dict(item.metadata), said)
    return hashlib.blake2b(marshal.dumps(values, 2), digest_size=16).hexdigest()


def _manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of the last run; None where there is none. A damaged one is as good as none."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise UsageError(f"{folder}: is of another version of autoscorer; remove it to score everything anew")
    return found


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be made: {error.strerror or error}") from None


@contextlib.contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """The folder is ours alone; a process that dies gives it back."""
    from filelock import FileLock, Timeout

    try:
        with FileLock(folder / "lock", timeout=0):
            yield
    except Timeout:
        raise UsageError(
            f"{folder.parent}: another run is writing there; wait for it, or choose another folder"
        ) from None


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink()
