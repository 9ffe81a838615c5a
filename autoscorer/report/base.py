"""What all reports share: each contact is measured as it passes, and drawn when all have passed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from ..record import Written
from ..segment import Segmenter
from ..types import Failure, Scorecard
from ..writers import Writer
from .contact import Contact, measure
from .figures import Figures, summarize
from .names import Names
from .settings import Settings


@dataclass(frozen=True, slots=True)
class Options:
    """How a report is made. Without `text` it holds no word of a transcript."""

    settings: Settings
    names: Names
    title: str
    text: bool = True


class Report(Writer):
    """Measures what it is given, and draws it in the end. A report that fails leaves nothing behind."""

    def __init__(self, path: Path, options: Options) -> None:
        self.options = options
        self._contacts: list[Contact] = []
        self._failures: list[Failure] = []
        self._ids: Counter[str] = Counter()
        super().__init__(path)

    def add(self, written: Written) -> None:
        result = written.result
        if isinstance(result, Failure):
            self._failures.append(result)
            return
        for criterion in result.criteria:
            self.options.names.learn(criterion.criterion, criterion.name)
        contact = self._named(measure(result, self.options.settings, text=self.options.text))
        self._contacts.append(contact)
        self.put(result, contact)

    def _named(self, contact: Contact) -> Contact:
        """The contact under an id of its own: links lead by ids, and files may repeat them."""
        self._ids[contact.id] += 1
        times = self._ids[contact.id]
        return contact if times == 1 else self._named(replace(contact, id=f"{contact.id} ({times})"))

    def put(self, card: Scorecard, contact: Contact) -> None:
        """Take what must be taken while the whole scorecard is there."""
        raise NotImplementedError

    def draw(self, figures: Figures, contacts: list[Contact], failures: list[Failure]) -> None:
        """Write the report."""
        raise NotImplementedError

    def close(self) -> None:
        options = self.options
        cut = Segmenter().words
        figures = summarize(self._contacts, self._failures, options.settings, options.names, cut=cut)
        self.draw(figures, self._contacts, self._failures)

    def keep(self) -> None:
        """Half a report is of no use: nothing is kept."""
        self.discard()

    def discard(self) -> None:
        self.partial.unlink(missing_ok=True)
