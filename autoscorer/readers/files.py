"""The bytes of one input, whole or line by line, within limits."""

from __future__ import annotations

import codecs
import gzip
import io
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ..errors import TranscriptError
from ..own_files import is_report, is_results, is_review
from .encoding import decode, detect

MAX_BYTES = 512 * 2**20
MAX_LINE = 64 * 2**20
MAX_UNZIPPED = 300 * 2**20
MAX_RATIO = 200
SMALL = 20 * 2**20  # below this a high ratio does no harm
_WRITTEN = frozenset({".jsonl", ".ndjson", ".json", ".csv", ".xlsx", ".parquet"})
GZIPPED = frozenset({".txt", ".json", ".jsonl", ".ndjson", ".csv", ".tsv"})


@dataclass(frozen=True, slots=True)
class File:
    """One input; `path` is None for standard input. `member` is what is meant of a zip `archive` at `path`."""

    path: Path | None
    source: str
    archive: zipfile.ZipFile | None = None
    member: zipfile.ZipInfo | None = None

    @property
    def suffix(self) -> str:
        """What decides the format, lower case, without `.gz`."""
        return Path(self._name).suffix.lower()

    @property
    def stem(self) -> str:
        """The id for a dialogue that has none: the file's name without its suffixes."""
        return as_text(Path(self._name).stem) if self.path else "stdin"

    @property
    def gzipped(self) -> bool:
        return self.source.lower().endswith(".gz")

    def stamp(self) -> tuple[int, ...] | None:
        """Size and times of the last change; as long as they stay, so does the content. None: not known."""
        if self.member is not None:
            return self.member.file_size, self.member.CRC
        if self.path is None:
            return None
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_size, found.st_mtime_ns, found.st_ctime_ns

    @property
    def _name(self) -> str:
        if self.member is not None:
            name = self.source.rpartition("/")[2]
        else:
            name = self.path.name if self.path else "-.jsonl"
        return name[:-3] if self.gzipped else name

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """The bytes as a stream, unpacked if gzipped."""
        with self._raw() as stream:
            if self.gzipped:
                with gzip.open(stream) as unpacked:
                    yield unpacked  # type: ignore[misc]
            else:
                yield stream

    @contextmanager
    def _raw(self) -> Iterator[IO[bytes]]:
        if self.path is None:
            yield sys.stdin.buffer
        elif self.archive is not None and self.member is not None:
            with self.archive.open(self.member) as member:
                yield member
        else:
            with self.path.open("rb") as stream:
                yield stream

    def seekable(self) -> Path | io.BytesIO:
        """For libraries that jump about in a file: where it lies, or all of its bytes."""
        assert self.path is not None
        return self.path if self.member is None else io.BytesIO(self.data())

    def data(self) -> bytes:
        """All bytes. Raises TranscriptError `empty` or `too_large`."""
        size = 0 if self.path is None or self.gzipped else self.path.stat().st_size
        data = b""
        if size <= MAX_BYTES:
            with self.open() as stream:
                data = stream.read(MAX_BYTES + 1)
        if max(size, len(data)) > MAX_BYTES:
            raise TranscriptError("too_large", f"more than {MAX_BYTES >> 20} MB", hint="split the file")
        if not data:
            raise empty()
        return data

    def text(self) -> tuple[str, str]:
        """All text with line ends as `\\n`, and its encoding. Raises TranscriptError as `decode` does."""
        text, name = decode(self.data())
        if not text.strip():
            raise empty()
        return text.replace("\r\n", "\n").replace("\r", "\n"), name


def is_own(file: File) -> bool:
    """Whether the file holds what we wrote: results, reviews, a report. One that cannot be opened is for its
    reader to report."""
    if file.suffix not in _WRITTEN:
        return False
    try:
        return any(_holds(file, kind) for kind in (is_results, is_review, is_report))
    except (OSError, EOFError, zlib.error):
        return False


def _holds(file: File, kind: Callable[[IO[bytes]], bool]) -> bool:
    with file.open() as stream:
        return bool(kind(stream))


def own_results() -> TranscriptError:
    """It holds what this tool wrote."""
    hint = "use rescore to score them again"
    return TranscriptError("own_results", "these are results of autoscorer, not transcripts", hint=hint)


def as_text(name: str) -> str:
    """The name without what cannot be written, such as bytes of a file name in another encoding."""
    return name.encode("utf-8", "replace").decode()


def empty() -> TranscriptError:
    """There is nothing in it."""
    return TranscriptError("empty", "the file is empty", hint="export it again, or leave it out")


def lines(stream: IO[bytes]) -> Iterator[tuple[int, str | None, str]]:
    """Number, text and encoding of each line that is not blank; a line over MAX_LINE has the text None.

    Bytes that do not fit the encoding become lone surrogates, for the reader to report with the line.
    """
    head, rest = _peek(stream)
    name = detect(head)
    reader = io.TextIOWrapper(
        rest, _codec(name), errors="surrogatepass" if "16" in name else "surrogateescape"
    )
    number = 0
    while line := reader.readline(MAX_LINE):
        number += 1
        if len(line) >= MAX_LINE and not line.endswith("\n"):
            _skip_line(reader)
            yield number, None, name
        elif line := line.strip().removeprefix("\ufeff"):
            yield number, line, name


def _peek(stream: IO[bytes], size: int = 65536) -> tuple[bytes, io.BufferedReader]:
    head = stream.read(size)
    return head, io.BufferedReader(_Joined(head, stream))


class _Joined(io.RawIOBase):
    """Bytes already read, then the rest of the stream; standard input cannot seek."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
        chunk = self._head or self._rest.read(len(buffer))
        self._head = chunk[len(buffer) :]
        chunk = chunk[: len(buffer)]
        buffer[: len(chunk)] = chunk
        return len(chunk)


def _codec(name: str) -> str:
    return codecs.lookup(name).name


def _skip_line(reader: io.TextIOWrapper) -> None:
    while (part := reader.readline(2**20)) and not part.endswith("\n"):
        pass


def check_zip(file: File, kind: str) -> Path | io.BytesIO:
    """Where to read a zipped document. Refuses what is no zip (`not_xlsx`, `not_docx`) and bombs (`too_large`)."""
    place = file.seekable()
    if not zipfile.is_zipfile(place):
        raise TranscriptError(f"not_{kind}", f"the content is not .{kind}", hint=f"save it again as .{kind}")
    with zipfile.ZipFile(place) as archive:
        packed = sum(info.compress_size for info in archive.infolist())
        unpacked = sum(info.file_size for info in archive.infolist())
    bomb = unpacked > SMALL and unpacked > MAX_RATIO * max(packed, 1)
    if unpacked > MAX_UNZIPPED or bomb:
        message = f"unpacks to {unpacked >> 20} MB, allowed are {MAX_UNZIPPED >> 20} MB"
        raise TranscriptError("too_large", message, hint="split the file")
    return place


def is_readable(file: File, readable: Iterable[str]) -> bool:
    """Whether there is a reader for the suffix of `file`."""
    return file.suffix in readable and (not file.gzipped or file.suffix in GZIPPED)
