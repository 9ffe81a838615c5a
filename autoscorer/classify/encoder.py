"""The shared encoder: one vector a text, from a small convolutional network that onnxruntime runs."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ConfigError
from .features import Rows, Said, clean, grams, rows
from .folder import digest, one_line, read_characters, read_encoder_config, session

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Ids = NDArray[np.int32]

UNKNOWN, BORDER = 0, 1  # ids of a character that is not in the list, and of the ends of a text
CACHED = 20_000  # texts whose vectors and n-grams are kept, for agents repeat templates; about 30 MB


class Encoder:
    """Texts into vectors. Load with `Encoder.load(folder)`.

    Each text runs through the network alone, so no other text can change a bit of its vector: results are the
    same in any order, batch or worker. sha256: of config.json, which states the hashes of the other files.
    """

    def __init__(self, characters: Sequence[str], run: Any, size: int, sha256: str) -> None:
        self._ids = {char: i for i, char in enumerate(characters, 2)}
        self._run, self.size, self.sha256 = run, size, sha256
        self._known: OrderedDict[str, tuple[Floats, Ids]] = OrderedDict()

    @classmethod
    def load(cls, folder: Path) -> Encoder:
        """Read and check an encoder's folder. Raises ConfigError: a file is missing, malformed or altered."""
        config = read_encoder_config(folder)
        run = session(folder / "model.onnx")
        made = cls(read_characters(folder), run, config.size, digest(folder / "config.json"))
        try:
            shape = made.vector("您好").shape
        except Exception as error:  # onnxruntime's own errors share no base
            raise ConfigError(f"{folder / 'model.onnx'}: cannot be run: {one_line(error)}") from None
        if shape != (config.size,):
            raise ConfigError(f"{folder / 'model.onnx'}: gives {shape}, config.json says ({config.size},)")
        return made

    def encode(self, texts: Sequence[str]) -> Floats:
        """The vectors of `texts` as written, [n, size]; of unit length, so that a product is a cosine."""
        import numpy as np

        vectors = self.vectors([clean(text) for text in texts])
        return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))

    def read(self, talk: Said) -> tuple[Floats, Rows]:
        """The vectors of the turns of a contact, [n, size], and their rows."""
        vectors = self.vectors(talk.texts)
        return vectors, Rows(rows(vectors, talk), tuple(self._cached(text)[1] for text in talk.texts))

    def vectors(self, cleaned: Sequence[str]) -> Floats:
        """The vectors of texts made by `features.clean`, [n, size], as the heads read them."""
        import numpy as np

        if not cleaned:
            return np.zeros((0, self.size), np.float32)
        return np.stack([self._cached(text)[0] for text in cleaned])

    def vector(self, cleaned: str) -> Floats:
        """The vector of one text made by `features.clean`, [size]."""
        found: Floats = self._run.run(None, {"ids": self.ids(cleaned)})[0]
        return found

    def ids(self, cleaned: str) -> NDArray[np.int64]:
        """The characters of a text as the network reads them, with a border at each end."""
        import numpy as np

        get = self._ids.get
        return np.array([BORDER, *(get(char, UNKNOWN) for char in cleaned), BORDER], np.int64)

    def _cached(self, text: str) -> tuple[Floats, Ids]:
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = self.vector(text), grams(text)
            if len(self._known) > CACHED:
                self._known.popitem(last=False)
        return found
