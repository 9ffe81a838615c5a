"""The error tree. Every message is for a person: the file, the line or key, what is wrong, what is allowed."""

from __future__ import annotations

from .types import Failure, Stage


class AutoscorerError(Exception):
    """Base of all errors that a user can mend; the CLI prints it without a traceback."""


class ConfigError(AutoscorerError):
    """A rule book, rubric or model folder is not valid."""


class UsageError(AutoscorerError):
    """A call or a command line asks for something that does not exist or does not go together."""


class LabelError(AutoscorerError):
    """Labelled data cannot be used: the file and line, what is wrong, what is allowed."""


class MissingExtra(AutoscorerError):
    """A part needs packages that the base install leaves out."""

    def __init__(self, extra: str, what: str) -> None:
        super().__init__(f"{what} needs the extra '{extra}': pip install 'autoscorer[{extra}]'")


class TranscriptError(AutoscorerError):
    """One input cannot be used. `code` is stable; `hint` says what would mend it."""

    def __init__(self, code: str, message: str, *, hint: str, id: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.hint, self.id = code, message, hint, id

    def failure(self, source: str, stage: Stage = "read") -> Failure:
        """This error as the record that stands in the results in place of a scorecard."""
        return Failure(source, stage, self.code, self.message, self.hint, self.id)
