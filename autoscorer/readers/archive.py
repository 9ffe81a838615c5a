"""Zip archives: each member is an input of its own, `archive.zip/inner.txt`. Nothing is unpacked to disk."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from operator import itemgetter

from ..errors import TranscriptError
from ..types import Failure
from .files import MAX_BYTES, MAX_RATIO, SMALL, File, as_text, is_readable

SUFFIX = ".zip"
_UTF8 = 0x800
_ENCRYPTED = 0x1


def members(archive: File, readable: Iterable[str]) -> Iterator[File | Failure]:
    """The transcripts in an archive, by name, as in a folder; what is not safe to read is a Failure.

    Those that unpack to more than MAX_BYTES, or by more than MAX_RATIO, are not touched.
    """
    found = False
    try:
        assert archive.path is not None
        opened = zipfile.ZipFile(archive.path)  # closed when the last member is gone
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        yield Failure(
            archive.source, "read", "corrupt", f"the archive is damaged: {error}"[:200], "zip it again"
        )
        return
    named = sorted(
        ((_name(info), info) for info in opened.infolist() if not info.is_dir()), key=itemgetter(0)
    )
    for name, info in named:
        file = File(archive.path, f"{archive.source}/{as_text(name)}", opened, info)
        hidden = any(part.startswith((".", "~$", "__MACOSX")) and part != ".." for part in name.split("/"))
        if hidden or not (file.suffix == SUFFIX or is_readable(file, readable)):
            continue
        found = True
        yield _checked(file, name, info)
    if not found:
        yield Failure(archive.source, "read", "no_transcripts", "no transcript in this archive")


def _name(info: zipfile.ZipInfo) -> str:
    """The member's name; archives made on Chinese Windows write it in GBK and do not say so."""
    name = info.filename
    if not info.flag_bits & _UTF8:
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
    return name


def _checked(file: File, name: str, info: zipfile.ZipInfo) -> File | Failure:
    """The member, or why it is not read."""
    try:
        _check_name(file, name)
        _check_size(info)
    except TranscriptError as error:
        return error.failure(file.source)
    return file


def _check_name(file: File, name: str) -> None:
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or "\\" in name or ":" in parts[0]:
        raise TranscriptError("unsafe_name", "the name leads out of the archive", hint="zip the files again")
    if file.suffix == SUFFIX:
        message = "an archive in an archive is not opened"
        raise TranscriptError("unsupported_format", message, hint="unpack the outer one")


def _check_size(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise TranscriptError("unreadable", "it is encrypted", hint="unpack it first")
    size = info.file_size
    if size > MAX_BYTES or (size > SMALL and size > MAX_RATIO * max(info.compress_size, 1)):
        allowed = f"allowed are {MAX_BYTES >> 20} MB and {MAX_RATIO} times the packed size"
        raise TranscriptError("too_large", f"unpacks to {size >> 20} MB, {allowed}", hint="split the file")
