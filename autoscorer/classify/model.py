"""The classifiers at work: labels of turns, the rating of a contact, and the words that speak for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ConfigError
from ..types import Prediction, Role, Transcript
from .encoder import Encoder
from .features import BUCKETS, Rows, Said, clean, grams_of, joined, said, width
from .folder import (
    CONFIG,
    ENCODER,
    LABELS,
    MODEL,
    Config,
    Kind,
    Weights,
    digest,
    one_line,
    read_config,
    session,
)
from .own import OwnEncoder
from .pooling import pooled, pooled_width

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Ids = NDArray[np.int32]

BEHAVIORS = "behaviors"
WORDS = "words"
_CLAUSE = re.compile(r"[^。！？；，,!?;~～\s]+")
TOGETHER = 16
"""Texts whose clauses are weighed in one run."""
ROWS = 64
"""Turns that a head judges in one run, so that a contact of thousands needs no more memory."""


class Classifier:
    """One task's head on the shared encoder or its own. Load with `Classifier.load(folder, encoder)`.

    task: its name. kind: one label a turn, any number of them, or a rating of the contact.
    labels: the columns of every result. sha256: of config.json, which states the hash of the model.
    own: the encoder that only this task reads, where it was fine-tuned.
    """

    def __init__(self, config: Config, head: Any, sha256: str, own: OwnEncoder | None = None) -> None:
        self.config, self.task, self.labels, self.sha256 = config, config.task, config.columns, sha256
        self.own = own
        self._head, self._inputs = head, {given.name for given in head.get_inputs()}
        self._words = WORDS in (made.name for made in head.get_outputs())
        places = {label: i for i, label in enumerate(self.labels)}
        self._columns = {
            role: [(label, places[label]) for label in group] for role, group in config.labels.items()
        }
        self._judged = {
            role: [label in group for label in self.labels] for role, group in config.labels.items()
        }

    @classmethod
    def load(cls, folder: Path, encoder: Encoder) -> Classifier:
        """Read and check a task's folder; `encoder` is the shared one. Raises ConfigError: a file is missing,
        malformed or altered, or the head was fitted to another encoder."""
        config = read_config(folder)
        own = OwnEncoder(folder / ENCODER) if config.own else None
        if own is None and config.encoder != encoder.sha256:
            raise ConfigError(
                f"{folder / CONFIG}: made for the encoder {config.encoder[:12]}, the one here is "
                f"{encoder.sha256[:12]}; train the task anew, or put another version in use: "
                f"autoscorer models list"
            )
        made = cls(config, session(folder / MODEL), digest(folder / CONFIG), own)
        made._try(folder, (own or encoder).size)
        return made

    @property
    def kind(self) -> Kind:
        """What a result looks like: one label a turn, many, or a rating."""
        return self.config.kind

    def logits(self, table: Rows) -> Floats:
        """Calibrated logits of turns, [n, labels]."""
        import numpy as np

        parts: list[Floats] = [np.zeros((0, len(self.labels)), np.float32)]
        for at in range(0, len(table.grams), ROWS):
            feed: dict[str, Any] = {"rows": table.dense[at : at + ROWS]}
            if "grams" in self._inputs:
                feed |= joined(table.grams[at : at + ROWS])
            parts.append(self._head.run(None, feed)[0])
        return parts[1] if len(parts) == 2 else np.concatenate(parts)

    def by_words(self, grams: Sequence[Ids], width: int) -> Floats:
        """What the n-grams of each text add up to, [n, labels], with nothing known of the turn. Without n-grams
        in the head, all texts say the same. A head with an output for it reads one empty row for all."""
        import numpy as np

        count = 1 if self._words else len(grams)
        feed: dict[str, Any] = {"rows": np.zeros((count, width), np.float32)}
        if "grams" in self._inputs:
            feed |= joined(grams) | {"scale": np.ones((count, 1), np.float32)}
        found: Floats = self._head.run([WORDS] if self._words else None, feed)[0]
        return found

    def rate(self, pooled: Floats) -> Floats:
        """The values of a rating, [labels], from a contact as one row."""
        found: Floats = self._head.run(None, {"rows": pooled[None]})[0][0]
        return found

    def label(self, talk: Said, table: Rows) -> tuple[Prediction, ...]:
        """The labels of the turns that the task judges; `table` has a row a turn of `talk`.

        One label: that whose probability exceeds its threshold by the largest factor. Many: each that reaches
        its threshold.
        """
        if self.kind == "rating":
            return ()
        mine = [k for k, role in enumerate(talk.roles) if role in self._columns]
        found = self.probabilities(self.logits(table.pick(mine)))
        decided = self._one(found) if self.kind == "one" else self._many(found, [talk.roles[k] for k in mine])
        return tuple(
            Prediction(self.task, talk.turns[mine[row]], label, round(probability, 4), self.config.unsure)
            for row, label, probability in decided
        )

    def reached(self, logits: Floats, least: Mapping[str, float]) -> NDArray[np.bool_]:
        """Which logits reach the least of their label, [n, labels]; none of a label that has no least."""
        import numpy as np

        return np.asarray(logits >= np.array([least.get(label, np.inf) for label in self.labels]))

    def judged(self, roles: Sequence[Role]) -> NDArray[np.bool_]:
        """Which labels turns of these roles may have, [n, labels]."""
        import numpy as np

        none = [False] * len(self.labels)
        found = [self._judged.get(role, none) for role in roles]
        return np.array(found, bool).reshape(len(roles), len(self.labels))

    def probabilities(self, logits: Floats) -> Floats:
        """Of logits [..., labels]: softmax for one label, sigmoid for many."""
        import numpy as np

        if self.kind == "one":
            powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
            return np.asarray(powers / powers.sum(axis=-1, keepdims=True))
        return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))))

    def _one(self, found: Floats) -> Iterator[tuple[int, str, float]]:
        """Each row with its label and the probability of it."""
        best = (found / self.config.thresholds).argmax(axis=1).tolist()
        for row, (column, values) in enumerate(zip(best, found.tolist(), strict=True)):
            yield row, self.labels[column], values[column]

    def _many(self, found: Floats, roles: Sequence[Role]) -> Iterator[tuple[int, str, float]]:
        """Each row with those labels of its role that reach their threshold, and the probability of each."""
        reached = (found >= self.config.thresholds).tolist()
        for row, (role, values) in enumerate(zip(roles, found.tolist(), strict=True)):
            for label, column in self._columns[role]:
                if reached[row][column]:
                    yield row, label, values[column]

    def _try(self, folder: Path, size: int) -> None:
        """The head must read rows of this encoder and give a column for each label."""
        import numpy as np

        try:
            if self.kind == "rating":
                shape = self.rate(np.zeros(pooled_width(size), np.float32))[None].shape
            else:
                last = np.array([BUCKETS - 1], np.int32)
                shape = self.logits(Rows(np.zeros((1, width(size)), np.float32), (last,))).shape
        except Exception as error:  # onnxruntime's own errors share no base
            raise ConfigError(f"{folder / MODEL}: does not fit the encoder: {one_line(error)}") from None
        if shape != (1, len(self.labels)):
            raise ConfigError(f"{folder / MODEL}: results are {shape}, must be 1 x {len(self.labels)}")


@dataclass(frozen=True)
class Opinion:
    """What the classifiers say about one transcript."""

    transcript: Transcript
    predictions: tuple[Prediction, ...]
    ratings: Mapping[str, float]
    _models: Classifiers
    _talk: Said
    _table: Rows

    def logits(
        self, least: Mapping[str, float], asked: Iterable[tuple[int, str]]
    ) -> list[tuple[int, str, float]]:
        """Turn, behavior and logit wherever the logit reaches the least of the behavior, and where it is asked for;
        of each turn the behaviors of its role."""
        behaviors, turns = self._models.behaviors, self._talk.turns
        if behaviors is None:
            return []
        values = behaviors.logits(self._table)
        wanted = behaviors.reached(values, least)
        rows = {turn: row for row, turn in enumerate(turns)}
        columns = {label: column for column, label in enumerate(behaviors.labels) if label in least}
        for turn, behavior in asked:
            if behavior in columns and turn in rows:
                wanted[rows[turn], columns[behavior]] = True
        wanted &= behaviors.judged(self._talk.roles)
        places = zip(*(found.tolist() for found in wanted.nonzero()), values[wanted].tolist(), strict=True)
        return [(turns[row], behaviors.labels[column], logit) for row, column, logit in places]

    def clauses(self, places: Sequence[tuple[int, str]]) -> list[tuple[int, int]]:
        """For each turn and behavior the characters `[start, end)` of the clause that speaks most for it."""
        said = self.transcript.utterances
        return self._models.clauses([(said[turn].text, behavior) for turn, behavior in places])


class Classifiers:
    """The shared encoder and all tasks' heads, of which some may have an encoder of their own. `sha256` maps each of them to the hash of its model."""

    def __init__(self, encoder: Encoder, models: Mapping[str, Classifier]) -> None:
        self.encoder, self._models = encoder, dict(sorted(models.items()))
        self.sha256 = {ENCODER: encoder.sha256} | {task: m.sha256 for task, m in self._models.items()}

    @classmethod
    def load(cls, folder: Path) -> Classifiers:
        """Load `folder/encoder` and every folder beside it that holds a config.json. Raises ConfigError:
        a folder is not valid, or one of our own tasks that the default rules and rubric need is missing."""
        if not folder.is_dir():
            raise ConfigError(
                f"{folder}: no such folder; a folder of models holds {', '.join((ENCODER, *LABELS))}"
            )
        tasks = {path.parent.name for path in folder.glob(f"*/{CONFIG}")} | {ENCODER, *LABELS}
        return cls.of({task: folder / task for task in tasks})

    @classmethod
    def of(cls, folders: Mapping[str, Path]) -> Classifiers:
        """Load the encoder and the heads from the folder of each. Raises ConfigError as `load` does."""
        encoder = Encoder.load(folders[ENCODER])
        heads = {task: folder for task, folder in sorted(folders.items()) if task != ENCODER}
        models = {task: Classifier.load(folder, encoder) for task, folder in heads.items()}
        for task, model in models.items():
            if model.task != task:
                raise ConfigError(f"{folders[task]}: holds the model of task {model.task}, not {task}")
        return cls(encoder, models)

    def with_head(self, model: Classifier) -> Classifiers:
        """The same classifiers with another head for its task."""
        return Classifiers(self.encoder, {**self._models, model.task: model})

    @property
    def tasks(self) -> Mapping[str, Classifier]:
        """All heads by the name of their task."""
        return self._models

    @cached_property
    def behaviors(self) -> Classifier | None:
        """The head whose findings are weighed together with the rules."""
        return self._models.get(BEHAVIORS)

    def __getitem__(self, task: str) -> Classifier:
        return self._models[task]

    def read(self, transcript: Transcript) -> Opinion:
        """Labels of each turn and ratings of the contact; behaviors are computed when asked for."""
        talk = said(transcript.utterances)
        vectors, table = self.encoder.read(talk)
        labelled = [
            prediction
            for task, model in self._models.items()
            if task != BEHAVIORS
            for prediction in model.label(talk, model.own.read(talk)[1] if model.own else table)
        ]
        predictions = tuple(sorted(labelled, key=lambda p: p.turn))
        if self.behaviors and self.behaviors.own:
            table = self.behaviors.own.read(talk)[1]
        return Opinion(transcript, predictions, self._ratings(vectors, talk), self, talk, table)

    @property
    def weights(self) -> Mapping[str, Weights]:
        """How each behavior is decided; a behavior that is not there is the rules' alone."""
        return self.behaviors.config.weights if self.behaviors else {}

    def clauses(self, asked: Sequence[tuple[str, str]]) -> list[tuple[int, int]]:
        """For each text and behavior the characters `[start, end)` of the clause whose words weigh most for it."""
        parts = [asked[first : first + TOGETHER] for first in range(0, len(asked), TOGETHER)]
        return [span for part in parts for span in self._clauses(part)]

    def _clauses(self, asked: Sequence[tuple[str, str]]) -> Iterator[tuple[int, int]]:
        clauses = {text: [match.span() for match in _CLAUSE.finditer(text[:2000])] for text, _ in asked}
        several = {text: spans for text, spans in clauses.items() if len(spans) > 1}
        weighed = self._weighed(several)
        for text, behavior in asked:
            spans = clauses[text] or [(0, len(text))]
            yield spans[weighed[text][behavior]] if text in weighed else spans[0]

    def _weighed(self, clauses: Mapping[str, Sequence[tuple[int, int]]]) -> dict[str, dict[str, int]]:
        """For each text and behavior which of the clauses weighs most."""
        if not clauses or self.behaviors is None:
            return {}
        cut = grams_of([clean(text[a:b]) for text, spans in clauses.items() for a, b in spans])
        size = (self.behaviors.own or self.encoder).size
        values, first, found = self.behaviors.by_words(cut, width(size)), 0, {}
        for text, spans in clauses.items():
            best = values[first : first + len(spans)].argmax(axis=0).tolist()
            found[text] = dict(zip(self.behaviors.labels, best, strict=True))
            first += len(spans)
        return found

    def _ratings(self, vectors: Floats, talk: Said) -> dict[str, float]:
        rated = [model for model in self._models.values() if model.kind == "rating"]
        if not rated or not talk.turns:
            return {}
        row = pooled(vectors, talk)
        values = {
            m.task: m.rate(pooled(m.own.vectors(talk.texts), talk) if m.own else row).tolist() for m in rated
        }
        return {
            label: round(value, 3)
            for m in rated
            for label, value in zip(m.labels, values[m.task], strict=True)
        }
