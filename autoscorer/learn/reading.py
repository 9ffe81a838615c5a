"""What models say about gold dialogues, by the same way as scoring goes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..classify import Classifiers
from ..classify.model import BEHAVIORS
from ..detect import Detector, Fusion
from ..pipeline import encoder_of
from ..rules import RuleBook
from ..segment import Segmenter
from ..types import Analysis, Detection
from .figures import Found
from .gold import Dialogue, Gold
from .rows import Step


@dataclass(frozen=True, slots=True)
class RuleHits:
    """What the rules find in each dialogue; it does not depend on the model."""

    book: RuleBook
    detections: tuple[tuple[Detection, ...], ...]


def rule_hits(dialogues: Sequence[Dialogue], book: RuleBook, step: Step) -> RuleHits:
    """Run the rule book over all dialogues."""
    detector = Detector(book, Segmenter(), encoder_of(book))
    found = []
    for done, dialogue in enumerate(dialogues, 1):
        found.append(detector.detect(dialogue.transcript()))
        step(done, len(dialogues))
    return RuleHits(book, tuple(found))


def turns_found(gold: Gold, models: Classifiers, hits: RuleHits | None, step: Step) -> list[Found]:
    """What is found in the turns of each dialogue: of behaviors by rules and model together."""
    found = list[Found]()
    fusion = Fusion(hits.book, models.weights) if gold.task == BEHAVIORS and hits is not None else None
    for index, d in enumerate(gold.dialogues):
        opinion = models.read(d.transcript())
        labels: dict[int, dict[str, float]] = defaultdict(dict)
        if fusion is not None and hits is not None:
            for detection in fusion.fuse(d.transcript(), hits.detections[index], opinion).detections:
                labels[detection.span.turn][detection.behavior] = detection.confidence
        for prediction in opinion.predictions:
            if prediction.task == gold.task:
                labels[prediction.turn][prediction.label] = prediction.probability
        found.append(labels)
        step(index + 1, len(gold.dialogues))
    return found


def ratings_found(gold: Gold, models: Classifiers) -> list[Mapping[str, float]]:
    """The rating of each dialogue."""
    return [models.read(d.transcript()).ratings for d in gold.dialogues]


def found_in(task: str, analysis: Analysis) -> Found:
    """What a result says of a task."""
    labels: dict[int, dict[str, float]] = defaultdict(dict)
    if task == BEHAVIORS:
        for detection in analysis.detections:
            labels[detection.span.turn][detection.behavior] = detection.confidence
    for prediction in analysis.predictions:
        if prediction.task == task:
            labels[prediction.turn][prediction.label] = prediction.probability
    return labels
