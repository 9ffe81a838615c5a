"""Workbooks on a disk that may be full: xlsxwriter then ends in an error of its own, and noise after it."""

from __future__ import annotations

from io import FileIO
from pathlib import Path
from typing import Any

OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
"""Flat memory; no text becomes a formula or a link."""


class BookFile(FileIO):
    """The file of a workbook. Once a write failed it takes the rest without writing it: the zip archive is
    closed again when it is collected, and would fail again where nobody can catch it.
    """

    failed: OSError | None = None
    place = 0

    def __init__(self, path: Path) -> None:
        super().__init__(path, "w+b")

    def write(self, data: Any) -> int:
        size = memoryview(data).nbytes
        if self.failed:
            return size
        try:
            rest = memoryview(data).cast("B")
            while rest:
                rest = rest[super().write(rest) :]
        except OSError as error:
            self.failed = error
            raise
        return size

    def seek(self, place: int, whence: int = 0) -> int:
        self.place = place
        return place if self.failed else super().seek(place, whence)

    def tell(self) -> int:
        return self.place if self.failed else super().tell()

    def flush(self) -> None:
        if not self.failed:
            super().flush()


def new_book(path: Path) -> Any:
    """A workbook that is written row by row with flat memory."""
    import xlsxwriter

    return xlsxwriter.Workbook(BookFile(path), OPTIONS)


def close_book(book: Any) -> None:
    """Write the workbook out and close its file. Raises OSError where that fails."""
    from xlsxwriter.exceptions import XlsxFileError

    file: BookFile = book.filename
    try:
        book.close()
    except XlsxFileError as error:
        file.failed = file.failed or OSError(
            str(error)
        )  # what comes when the archive is collected goes nowhere
        raise file.failed from None
    file.close()
