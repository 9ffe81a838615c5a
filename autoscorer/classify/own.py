"""The encoder of one fine-tuned task: of our own kind, or made from a foreign one, with its tokenizer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ConfigError
from ..extras import require
from .encoder import Encoder
from .features import Rows, Said
from .folder import CONFIG, MAX_OWN_BYTES, MODEL, TOKENIZER, digest, one_line, read_own_config, session

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]


class OwnEncoder:
    """Checks the files of a task's own encoder at once, and loads them when the first text is read.

    Raises ConfigError: a file is missing, malformed or altered; MissingExtra without the package tokenizers, where
    the encoder reads tokens.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._config = folder, read_own_config(folder)
        self.size, self.sha256 = self._config.size, digest(folder / CONFIG)
        if self._config.tokens:
            require("train", f"the encoder {folder}", "tokenizers")

    def load(self) -> None:
        """Load it now. Raises ConfigError where it cannot be run."""
        _ = self._encoder

    def vectors(self, cleaned: Sequence[str]) -> Floats:
        """The vectors of texts made by `features.clean`, [n, size]."""
        return self._encoder.vectors(cleaned)

    def read(self, talk: Said) -> tuple[Floats, Rows]:
        """The vectors of the turns of a contact, [n, size], and their rows."""
        return self._encoder.read(talk)

    @cached_property
    def _encoder(self) -> Encoder:
        return TokenEncoder.load(self._folder) if self._config.tokens else Encoder.load(self._folder)


class TokenEncoder(Encoder):
    """As `Encoder`, from tokens. Each text runs alone, so no other text can change a bit of its vector."""

    def __init__(self, tokenizer: Any, run: Any, size: int, sha256: str) -> None:
        super().__init__((), run, size, sha256)
        self._tokenizer = tokenizer

    @classmethod
    def load(cls, folder: Path) -> TokenEncoder:
        """Read and check the folder. Raises ConfigError: a file is missing, malformed or altered."""
        config = read_own_config(folder)
        run = session(folder / MODEL, MAX_OWN_BYTES)
        made = cls(_tokenizer(folder / TOKENIZER), run, config.size, digest(folder / CONFIG))
        made._try(folder)
        return made

    def run(self, cleaned: Sequence[str]) -> Floats:
        """The vectors of one or more texts; zeros where one has no token."""
        import numpy as np

        return np.stack([self._alone(text) for text in cleaned])

    def _alone(self, text: str) -> Floats:
        import numpy as np

        ids = np.array([self._tokenizer.encode(text).ids], np.int64)
        if not ids.size:
            return np.zeros(self.size, np.float32)
        found: Floats = self._run.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0][0]
        return found


def _tokenizer(path: Path) -> Any:
    from tokenizers import Tokenizer

    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # the package raises bare Exception
        raise ConfigError(f"{path}: not a tokenizer: {one_line(error)}") from None
