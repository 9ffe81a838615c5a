"""The shared encoder: one vector a text, from a small convolutional network that onnxruntime runs."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ConfigError
from .features import Rows, Said, clean, grams_of, rows
from .folder import digest, one_line, read_characters, read_encoder_config, session

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Ids = NDArray[np.int32]

UNKNOWN, BORDER = 0, 1  # ids of a character that is not in the list, and of the ends of a text
CACHED = 20_000  # texts whose vectors and n-grams are kept, for agents repeat templates; about 30 MB
PLACES = 512  # characters of a run, more or less: what they need fits the cache of a processor


class Encoder:
    """Texts into vectors. Load with `Encoder.load(folder)`.

    Texts run through the network together, yet no other text can change a bit of a vector (see to_onnx): results
    are the same in any order, batch or worker. sha256: of config.json, which states the hashes of the other files.
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
        made._try(folder)
        return made

    def _try(self, folder: Path) -> None:
        """It must run, and give vectors of the length that config.json says."""
        try:
            shape = self.run(["您好"]).shape
        except Exception as error:  # onnxruntime's own errors share no base
            raise ConfigError(f"{folder / 'model.onnx'}: cannot be run: {one_line(error)}") from None
        if shape != (1, self.size):
            raise ConfigError(f"{folder / 'model.onnx'}: gives {shape}, config.json says (1, {self.size})")

    def encode(self, texts: Sequence[str]) -> Floats:
        """The vectors of `texts` as written, [n, size]; of unit length, so that a product is a cosine."""
        import numpy as np

        vectors = self.vectors([clean(text) for text in texts])
        return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))

    def read(self, talk: Said) -> tuple[Floats, Rows]:
        """The vectors of the turns of a contact, [n, size], and their rows."""
        found = self._found(talk.texts)
        vectors = self._stacked(found)
        return vectors, Rows(rows(vectors, talk), tuple(row for _, row in found))

    def vectors(self, cleaned: Sequence[str]) -> Floats:
        """The vectors of texts made by `features.clean`, [n, size], as the heads read them."""
        return self._stacked(self._found(cleaned))

    def run(self, cleaned: Sequence[str]) -> Floats:
        """The vectors of one or more texts, from one run of the network."""
        import numpy as np

        get, ids = self._ids.get, list[int]()
        for text in cleaned:
            ids += BORDER, *[get(char, UNKNOWN) for char in text], BORDER
        lengths = np.fromiter(map(len, cleaned), np.int64, len(cleaned)) + 2
        feed = {
            "ids": np.array(ids, np.int64),
            "text": np.repeat(np.arange(len(cleaned)), lengths),
            "lengths": lengths,
        }
        found: Floats = self._run.run(None, feed)[0]
        return found

    def _stacked(self, found: Sequence[tuple[Floats, Ids]]) -> Floats:
        import numpy as np

        return np.array([vector for vector, _ in found], np.float32).reshape(-1, self.size)

    def _found(self, texts: Sequence[str]) -> list[tuple[Floats, Ids]]:
        """The vector and the n-grams of each text."""
        known, new = self._known, [text for text in dict.fromkeys(texts) if text not in self._known]
        for batch in _batches(new):
            known.update(zip(batch, zip(self.run(batch), grams_of(batch), strict=True), strict=True))
        found = [known[text] for text in texts]
        while len(known) > CACHED:
            known.popitem(last=False)
        return found


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """`texts` in runs of about PLACES characters."""
    batch, room = list[str](), PLACES
    for text in texts:
        batch.append(text)
        room -= len(text) + 2
        if room <= 0:
            yield batch
            batch, room = [], PLACES
    if batch:
        yield batch
