"""One training run: from files of labelled data to a head, its figures, and the folder that holds both."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..classify import Classifier, Classifiers, Encoder
from ..classify.folder import ENCODER, KINDS, MODEL
from ..classify.model import BEHAVIORS
from ..classify.own import OwnEncoder
from ..errors import ConfigError, LabelError
from ..rules import RuleBook
from . import tune
from .bases import Base
from .checks import Doubt, Findings, checked, doubts
from .compare import Comparison, compare
from .fit import Fitted, Linear, fit
from .gold import Dialogue, Gold, gold
from .graph import Head, graph, parity, run_head, write_files, write_head
from .graph import Table as GramTable
from .labelled import Labelled, read_labelled
from .reading import RuleHits, rule_hits
from .rows import Step, Table, table
from .split import SEEN, fingerprint, folds, held_out
from .weigh import weights
from .wide import Wide
from .wide import fit as fit_grams

if TYPE_CHECKING:
    from .tuning import Tuned

Floats = NDArray[np.float64]
Say = Callable[[str], Step]
"""Told the name of each part of the work, gives what is told of its progress."""


@dataclass(frozen=True, slots=True)
class Data:
    """The labelled data of a run: what is fitted on, what is kept apart, and what was found in it."""

    fit: Gold
    apart: Gold
    findings: Findings
    left_out: tuple[str, ...]
    refused: tuple[str, ...]
    files: tuple[tuple[str, str], ...]
    tested: bool


@dataclass(frozen=True, slots=True)
class Models:
    """base: the folders that the new head builds on. present: the models in use, which it is compared with.
    tune: the encoder to fine-tune for the task; None where the head reads the shared one as it is."""

    base: Mapping[str, Path]
    present: Classifiers
    tune: Base | None = None


@dataclass(frozen=True, slots=True)
class Trained:
    """A new head, not yet kept anywhere: `config`, `model` and `encoder`, if it has its own, are its files."""

    data: Data
    config: Mapping[str, Any]
    model: bytes
    comparison: Comparison
    doubts: tuple[Doubt, ...]
    metrics: Mapping[str, Any]
    encoder: Mapping[str, bytes] = field(default_factory=dict)


def read_data(task: str, paths: Sequence[Path], test: Sequence[Path], seed: int) -> Data:
    """Read, check and split. With `test` all other data is fitted on. Raises LabelError."""
    labelled = read_labelled(paths)
    whole, findings = checked(gold(task, labelled.dialogues))
    files = tuple((path.name, _digest(path)) for path in (*paths, *test))
    if test:
        apart, refused, left_out = _tested(whole, read_labelled(test))
        return Data(whole, apart, findings, labelled.left_out + left_out, refused, files, True)
    out = held_out(whole.dialogues, seed)
    sides = [
        replace(
            whole, dialogues=tuple(d for d, gone in zip(whole.dialogues, out, strict=True) if gone == side)
        )
        for side in (False, True)
    ]
    return Data(sides[0], sides[1], findings, labelled.left_out, (), files, False)


def _tested(whole: Gold, labelled: Labelled) -> tuple[Gold, tuple[str, ...], tuple[str, ...]]:
    """The test data without what training saw."""
    found = gold(whole.task, labelled.dialogues, like=whole)
    seen = {fingerprint(d): d for d in whole.dialogues}
    kept = tuple(d for d in found.dialogues if fingerprint(d) not in seen)
    refused = tuple(_where(d) for d in found.dialogues if fingerprint(d) in seen)
    if len(refused) * 2 > len(found.dialogues) or not kept:
        raise LabelError(
            f"{refused[0] if refused else 'the test data'}: {len(refused)} of {len(found.dialogues)} dialogues of "
            "the test occur in the training data; a test needs others"
        )
    return replace(found, dialogues=kept), refused, labelled.left_out


def _where(d: Dialogue) -> str:
    return next(iter(d.places.values()))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def train(data: Data, models: Models, *, seed: int, book: RuleBook, say: Say) -> Trained:
    """Fit a head, and let it meet the present one on the dialogues that were kept apart."""
    import sklearn.linear_model  # noqa: F401 - the limit below reaches only libraries that are loaded
    from threadpoolctl import threadpool_limits

    encoder = Encoder.load(models.base[ENCODER])
    base = _base_head(data.fit, models.base, encoder)
    tuned = _fine_tuned(data.fit, models.tune, seed, say) if models.tune else None
    own = _own(tuned) if tuned else None
    rows = table(data.fit, own or encoder, say("encode"))
    logits = (
        run_head(base, rows.rows) if base and not own else None
    )  # it would not know a tuned encoder's rows
    row_folds = _folds(data.fit, tuned, seed)[rows.dialogues]
    with threadpool_limits(1):  # many small products: more threads cost more than they give, and change bits
        fitted = _fitted(data.fit, rows, logits, row_folds, say)
    hits = _hits(data.fit, book, say)
    path = models.base[data.fit.task] / MODEL if base and not own else None
    fair, unseen = rows.pick(row_folds != SEEN), fitted.pick(row_folds != SEEN)
    head, config, probability = _calibrated(data.fit, fair, unseen, hits, base, adjusts=own is None)
    head, config = replace(head, base=path), {**config, "encoder": (own or encoder).sha256}
    model, files = graph(head), dict(tuned.files) if tuned else {}
    with TemporaryDirectory() as folder:
        write_head(Path(folder), config, model, files)
        loaded = Classifier.load(Path(folder), encoder)
        if loaded.own:
            loaded.own.load()
    difference = parity(loaded, rows.rows, head.logits(rows.rows, logits))
    new = models.present.with_head(loaded)
    apart = _hits(data.apart, book, say)
    present = models.present if data.fit.task in models.present.tasks else None
    comparison = compare(data.apart, new, _comparable(present, data.fit), apart, say("compare"))
    doubted = tuple(doubts(data.fit, [(int(d), int(t)) for d, t in fair.at], probability)) if data.fit.kind != "rating" else ()  # fmt: skip
    facts = {
        "strengths": list(fitted.deep.strengths), "largest_logit_difference": round(difference, 7),
        "base_head": base.sha256 if base and not own else None, "encoder": config["encoder"], "seed": seed,
        **({"tuned": dict(tuned.facts)} if tuned else {}),
    }  # fmt: skip
    metrics = _metrics(data, comparison, {**facts, "turns": len(rows.gold), "doubted": len(doubted)})
    return Trained(data, config, model, comparison, doubted, metrics, files)


def _fine_tuned(gold: Gold, base: Base, seed: int, say: Say) -> Tuned:
    from .tuning import tune

    return tune(gold, base, seed, say("tune"))


def _own(tuned: Tuned) -> OwnEncoder:
    with TemporaryDirectory() as name:
        write_files(Path(name) / ENCODER, tuned.files)
        encoder = OwnEncoder(Path(name) / ENCODER)
        encoder.load()
    return encoder


def _folds(gold: Gold, tuned: Tuned | None, seed: int) -> NDArray[np.int64]:
    """The fold of each dialogue; what an encoder was tuned on is always fitted on and never judged by."""
    if tuned is None:
        return folds(gold.dialogues, seed)
    found = np.full(len(gold.dialogues), SEEN, np.int64)
    apart = np.flatnonzero(~tuned.seen)
    found[apart] = folds([gold.dialogues[at] for at in apart], seed)
    return found


def _comparable(present: Classifiers | None, gold: Gold) -> Classifiers | None:
    """A user's task may have been given other labels; then there is nothing to compare with."""
    if present is None or gold.task in KINDS:
        return present
    return present if set(present[gold.task].labels) == set(gold.columns) else None


def _base_head(gold: Gold, base: Mapping[str, Path], encoder: Encoder) -> Classifier | None:
    """The head of our own task that the new one adjusts; a user's task begins from nothing."""
    if gold.task not in KINDS or gold.task not in base:
        return None
    head = Classifier.load(base[gold.task], encoder)
    if head.labels != gold.columns:
        raise ConfigError(
            f"{base[gold.task]}: has the labels {', '.join(head.labels)}; wanted: {', '.join(gold.columns)}"
        )
    return head


def _hits(gold: Gold, book: RuleBook, say: Say) -> RuleHits | None:
    return rule_hits(gold.dialogues, book, say("rules")) if gold.task == BEHAVIORS else None


@dataclass(frozen=True, slots=True)
class _Fitted:
    """What was fitted to rows and base logits, and to n-grams, with its logits out of fold."""

    deep: Fitted
    wide: Wide | None
    wide_out_of_fold: Floats

    def pick(self, wanted: NDArray[np.bool_]) -> _Fitted:
        """With the logits of those rows alone."""
        deep = replace(self.deep, out_of_fold=self.deep.out_of_fold[wanted])
        return _Fitted(deep, self.wide, self.wide_out_of_fold[wanted])


def _fitted(gold: Gold, rows: Table, base: Floats | None, row_folds: Any, say: Say) -> _Fitted:
    deep = fit(rows, base, row_folds, gold.kind, say("fit"))
    if gold.kind == "rating":
        return _Fitted(deep, None, np.zeros(rows.gold.shape))
    wide, out_of_fold = fit_grams(rows.rows.grams, rows.gold, row_folds, say("fit_grams"))
    return _Fitted(deep, wide, out_of_fold)


def _calibrated(
    gold: Gold, rows: Table, fitted: _Fitted, hits: RuleHits | None, base: Classifier | None, *, adjusts: bool
) -> tuple[Head, dict[str, Any], Floats]:
    """The calibrated head, its configuration, and calibrated probabilities out of fold.

    adjusts: whether the head reads what the base head says.
    """
    labels = base.config.labels if base else gold.labels
    config: dict[str, Any] = {
        "task": gold.task, "kind": gold.kind, "labels": {role: list(names) for role, names in labels.items()},
    }  # fmt: skip
    deep = fitted.deep
    if fitted.wide is None:
        config |= {"thresholds": [0.5] * len(gold.columns), "unsure": 0.0}
        return Head(deep.head, None, None), config, deep.out_of_fold
    prior = tune.ADJUSTED if base and adjusts else tune.HALVES
    mixed = tune.mix(deep.out_of_fold, fitted.wide_out_of_fold, rows.gold, gold.kind, prior)
    logits = mixed.apply(deep.out_of_fold, fitted.wide_out_of_fold)
    probability = tune.probabilities(logits, gold.kind)
    thresholds = tune.thresholds(probability, rows.gold, gold.kind)
    abstains = gold.kind == "one" and base is not None  # of a user's task, a rubric says how sure is enough
    unsure = tune.unsure(probability, rows.gold, thresholds) if abstains else 0.0
    config |= {"thresholds": [float(t) for t in thresholds], "unsure": unsure}
    if hits is not None and base is not None:
        config["fusion"] = weights(gold, rows, logits, hits, base.config.weights)
    bias = deep.head.bias * mixed.deep + fitted.wide.bias * mixed.wide + mixed.shift
    linear = Linear(deep.head.weights * mixed.deep, deep.head.mix * mixed.deep, bias)
    table = GramTable.of(replace(fitted.wide, weights=fitted.wide.weights * mixed.wide))
    return Head(linear, table, None), config, probability


def _metrics(data: Data, comparison: Comparison, facts: Mapping[str, Any]) -> dict[str, Any]:
    """All figures of the run, as metrics.json holds them."""
    gold, apart = data.fit, data.apart
    counts = {"fit": dict(gold.counts()), "apart": dict(apart.counts())} if gold.kind != "rating" else {}
    return {
        "task": gold.task, "kind": gold.kind, "version": version("autoscorer"),
        **facts,
        "data": [{"file": name, "sha256": sha} for name, sha in data.files],
        "dialogues": {"fit": len(gold.dialogues), "apart": len(apart.dialogues)},
        "apart_is": "test" if data.tested else "held_out",
        "gold_turns": counts,
        "found_in_data": {
            "duplicates": len(data.findings.duplicates), "contradictions": len(data.findings.contradictions),
            "thin": dict(data.findings.thin), "left_out": len(data.left_out), "refused": len(data.refused),
        },
        "compared_with": comparison.against,
        "new": {k: asdict(v) for k, v in comparison.new.items()},
        "old": {k: asdict(v) for k, v in comparison.old.items()},
        "difference": {k: asdict(v) for k, v in comparison.difference.items()},
        **comparison.detail,
    }  # fmt: skip
