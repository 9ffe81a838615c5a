"""The classifiers: load a model folder, give probabilities, labels, and the words that speak for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ConfigError
from ..types import Prediction, Role, Transcript
from .features import HEAD, TAIL, Grams, Turn, Vocabulary, alone, ids, turns
from .folder import LABELS, Config, Weights, digest, read_config, read_vocabulary

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

CHUNK = 64  # turns in one run: bounds memory for a transcript of 50,000
# Rows are filled up to a multiple of this. Vectorized exp rounds the odd rest of an array in another way,
# so without a rest a turn gets the same bits in any batch.
LANES = 16

_CLAUSE = re.compile(r"[^。！？；，,!?;~～\s]+")


class Classifier:
    """One task's model. Load with `Classifier.load(folder)`.

    task: sentiment, empathy or behaviors. labels: the columns of every result.
    sha256: of config.json, which itself states the hashes of the other files.
    """

    def __init__(self, config: Config, vocabulary: Vocabulary, session: Any, sha256: str) -> None:
        self.config, self.task, self.labels, self.sha256 = config, config.task, config.labels, sha256
        self._vocabulary, self._session = vocabulary, session

    @classmethod
    def load(cls, folder: Path) -> Classifier:
        """Read and check a model folder. Raises ConfigError: a file is missing, malformed or altered."""
        config = read_config(folder)
        vocabulary = read_vocabulary(folder)
        session = _session(folder / "model.onnx")
        _check_shape(folder, session, config, vocabulary)
        return cls(config, vocabulary, session, digest(folder / "config.json"))

    def logits(self, grams: Sequence[Grams]) -> Floats:
        """Calibrated logits, [n, labels]; all labels, whatever the role of the turn."""
        return self._run("logits", [ids(g, self._vocabulary) for g in grams])

    def probabilities(self, grams: Sequence[Grams]) -> Floats:
        """Calibrated probabilities, [n, labels]; all labels, whatever the role of the turn."""
        return self._run("probabilities", [ids(g, self._vocabulary) for g in grams])

    def predict(self, transcript: Transcript) -> tuple[Prediction, ...]:
        """The label of each turn that the task judges (sentiment: customer; empathy: agent)."""
        return self.label(turns(transcript.utterances))

    def label(self, seen: Sequence[Turn]) -> tuple[Prediction, ...]:
        """Like `predict`, on turns made by `features.turns`.

        The label is the one whose probability exceeds its threshold by the largest factor.
        """
        mine = [i for i, turn in enumerate(seen) if turn.role in LABELS[self.task]]
        table = self.probabilities([seen[i].grams for i in mine])
        best = (table / self.config.thresholds).argmax(axis=1).tolist()
        return tuple(
            Prediction(self.task, turn, self.labels[label], round(float(row[label]), 4))
            for turn, label, row in zip(mine, best, table, strict=True)
        )

    def clause(self, text: str, label: str) -> tuple[int, int]:
        """The characters `[start, end)` of the clause whose own n-grams weigh most for `label`."""
        spans = list(_clauses(text))
        if len(spans) < 2:
            return spans[0] if spans else (0, len(text))
        known = [ids(alone(text[start:end]), self._vocabulary) for start, end in spans]
        weight = self._run("logits", known, whole=False)[:, self.labels.index(label)]
        return spans[int(weight.argmax())]

    def _run(self, output: str, rows: Sequence[Sequence[int]], *, whole: bool = True) -> Floats:
        """Run in chunks. With `whole` a row is scaled as a turn is, without it weights are only summed."""
        import numpy as np

        parts = [np.zeros((0, len(self.labels)), np.float32)]
        for first in range(0, len(rows), CHUNK):
            chunk = rows[first : first + CHUNK]
            table = pad(chunk)
            scale = row_scale(chunk, len(table)) if whole else np.ones((len(table), 1), np.float32)
            parts.append(self._session.run([output], {"ids": table, "scale": scale})[0][: len(chunk)])
        return np.concatenate(parts)


def pad(rows: Sequence[Sequence[int]]) -> NDArray[np.int32]:
    """Rows of ids as one table filled with 0; the number of rows is a multiple of LANES."""
    import numpy as np

    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    table = np.zeros((-(-len(rows) // LANES) * LANES, max(1, lengths.max(initial=0))), np.int32)
    flat = [i for row in rows for i in row]
    table[: len(rows)][np.arange(table.shape[1]) < lengths[:, None]] = flat
    return table


def row_scale(rows: Sequence[Sequence[int]], height: int) -> Floats:
    """1 / sqrt(number of features) for each row, [height, 1]."""
    import numpy as np

    counts = np.ones((height, 1))
    counts[: len(rows), 0] = [max(1, len(row)) for row in rows]
    return (1 / np.sqrt(counts)).astype(np.float32)


@dataclass(frozen=True)
class Opinion:
    """What the classifiers say about one transcript."""

    transcript: Transcript
    predictions: tuple[Prediction, ...]
    weights: Mapping[str, Weights]
    _behaviors: Classifier
    _turns: tuple[Turn, ...]

    def logits(self) -> Iterator[tuple[int, dict[str, float]]]:
        """Each agent and customer turn with the logit of each behavior of its role."""
        columns = _columns(self._behaviors)
        mine = [i for i, turn in enumerate(self._turns) if turn.role in columns]
        table = self._behaviors.logits([self._turns[i].grams for i in mine])
        for i, row in zip(mine, table.tolist(), strict=True):
            yield i, {label: row[column] for label, column in columns[self._turns[i].role]}

    def clause(self, turn: int, behavior: str) -> tuple[int, int]:
        """The characters of the turn that carry the most weight for the behavior."""
        return self._behaviors.clause(self.transcript.utterances[turn].text, behavior)


class Classifiers:
    """All tasks' models. `sha256` maps each task to the hash of its model."""

    def __init__(self, models: Mapping[str, Classifier]) -> None:
        self._models = models
        self.sha256 = {task: model.sha256 for task, model in models.items()}

    @classmethod
    def load(cls, folder: Path) -> Classifiers:
        """Load `folder/sentiment`, `folder/empathy` and `folder/behaviors`. Raises ConfigError."""
        if not folder.is_dir():
            raise ConfigError(f"{folder}: no such folder; a folder of models holds {', '.join(LABELS)}")
        models = {task: Classifier.load(folder / task) for task in LABELS}
        for task, model in models.items():
            if model.task != task:
                raise ConfigError(f"{folder / task}: holds the model of task {model.task}, not {task}")
        return cls(models)

    def __getitem__(self, task: str) -> Classifier:
        return self._models[task]

    def read(self, transcript: Transcript) -> Opinion:
        """Sentiment and empathy of each turn; behaviors are computed when asked for."""
        seen = turns(transcript.utterances)
        labelled = (*self["sentiment"].label(seen), *self["empathy"].label(seen))
        predictions = tuple(sorted(labelled, key=lambda p: p.turn))
        behaviors = self["behaviors"]
        return Opinion(transcript, predictions, behaviors.config.weights, behaviors, seen)


def _columns(model: Classifier) -> dict[Role, list[tuple[str, int]]]:
    places = {label: i for i, label in enumerate(model.labels)}
    return {role: [(label, places[label]) for label in group] for role, group in LABELS[model.task].items()}


def _clauses(text: str) -> Iterator[tuple[int, int]]:
    """Clauses of the characters that the features read."""
    windows = [(0, len(text))] if len(text) <= HEAD + TAIL else [(0, HEAD), (len(text) - TAIL, len(text))]
    for start, end in windows:
        for match in _CLAUSE.finditer(text, start, end):
            yield match.span()


def _session(path: Path) -> Any:
    """A session that uses one thread, so that workers do not fight over cores."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 3
    try:
        return ort.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own errors share no base
        raise ConfigError(f"{path}: onnxruntime cannot load it: {str(error)[:200]}") from None


def _check_shape(folder: Path, session: Any, config: Config, vocabulary: Vocabulary) -> None:
    """The graph must have a column for each label, and run on the largest id of the vocabulary."""
    import numpy as np

    largest = sum(map(len, vocabulary.values()))
    feed = {"ids": np.full((1, 1), largest, np.int32), "scale": np.ones((1, 1), np.float32)}
    try:
        shapes = {out.shape for out in session.run(["logits", "probabilities"], feed)}
    except Exception as error:
        raise ConfigError(
            f"{folder / 'model.onnx'}: does not fit vocabulary.json: {str(error)[:200]}"
        ) from None
    if shapes != {(1, len(config.labels))}:
        raise ConfigError(f"{folder / 'model.onnx'}: results are {shapes}, must be 1 x {len(config.labels)}")
