"""The Scorer: loads rules, rubric and models once, then scores one transcript after another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import store
from .characters import check_transcript
from .detect import Detector, Findings, fuse
from .errors import ConfigError, TranscriptError
from .privacy import Privacy
from .rubric import Rubric, load_rubric
from .rules import Labels, RuleBook, load_rules
from .scoring import Lang, Reasons, behavior_name, label_name, make_scorecard
from .segment import Segmenter
from .types import Analysis, Failure, Result, Scorecard, Stage, Transcript

if TYPE_CHECKING:
    from .classify import Classifiers, Encoder

SHOW_ALL = Privacy()


@dataclass(frozen=True, slots=True)
class ScorerSpec:
    """What a worker needs to build the same Scorer; small and picklable."""

    rubric: str | None = None
    rules: str | None = None
    models: tuple[tuple[str, str], ...] | None = None
    use_models: bool = True
    lang: Lang = "zh"
    privacy: Privacy = SHOW_ALL

    def build(self) -> Scorer:
        """Load everything that the spec names."""
        models = None if self.models is None else {name: Path(folder) for name, folder in self.models}
        return Scorer(
            self.rubric,
            rules=self.rules,
            models=models,
            use_models=self.use_models,
            lang=self.lang,
            privacy=self.privacy,
        )


class Scorer:
    """Scores transcripts under one rubric. Same transcript, same resources: same scorecard.

    rubric, rules: YAML files; the default ones when left out. models: a folder of classifiers in place of the
    user's own (see `store.model_folders`), or the folder of each; left out, the user's own over the shipped ones.
    use_models: False leaves out the classifiers; what needs them is then not applicable, and says so.
    lang: language of the reasons, "zh" or "en". privacy: what results show of private values and texts.
    Raises ConfigError when a file is not valid.

    >>> import autoscorer as asr
    >>> scorer = asr.Scorer(use_models=False)
    >>> card = scorer.score(asr.Transcript("t1", (
    ...     asr.Utterance("customer", "我要退货"),
    ...     asr.Utterance("agent", "您好，很高兴为您服务"),
    ... ), source="memory"))
    >>> next(c.outcome for c in card.criteria if c.criterion == "attitude.greeting")
    'met'
    """

    def __init__(
        self,
        rubric: str | Path | None = None,
        *,
        rules: str | Path | None = None,
        models: str | Path | Mapping[str, Path] | None = None,
        use_models: bool = True,
        lang: Lang = "zh",
        privacy: Privacy = SHOW_ALL,
    ) -> None:
        folders = models if isinstance(models, Mapping) else _folders(models, use_models)
        self.spec = ScorerSpec(_path(rubric), _path(rules), store.pinned(folders), use_models, lang, privacy)
        tasks = _tasks(folders)
        self.rules: RuleBook = load_rules(rules, tasks=tasks)
        self.rubric: Rubric = load_rubric(rubric, rules=self.rules, tasks=tasks)
        self.classifiers = _classifiers(folders) if use_models else None
        self._detector = Detector(
            self.rules, Segmenter(), self.classifiers.encoder if self.classifiers else None
        )
        self._reasons = Reasons(self.rubric, self.rules.behaviors, lang)
        self.provenance = self._describe()

    def analyze(self, transcript: Transcript) -> Analysis:
        """Find behaviors, customer sentiment and agent empathy. No scoring.

        Raises TranscriptError `bad_characters` where a text holds what is no text.
        """
        check_transcript(transcript)
        read = self.classifiers.read(transcript) if self.classifiers else None
        found = self._detector.search(transcript, read.predictions if read else None)
        provenance = {**self.provenance, **_how(found)}
        if read is None:
            return Analysis(transcript, found.detections, (), provenance)
        fused = fuse(transcript, found.detections, self.rules, read)
        return Analysis(
            transcript, fused.detections, read.predictions, provenance, read.ratings, fused.doubts
        )

    def score(self, transcript: Transcript) -> Scorecard:
        """The scorecard of one transcript.

        Raises TranscriptError as `analyze` does, and where nothing of the rubric applies.
        """
        return self.rescore(self.analyze(transcript))

    def rescore(self, analysis: Analysis) -> Scorecard:
        """The scorecard of an earlier Analysis under this Scorer's rubric; runs no model."""
        provenance = {**analysis.provenance, "rubric_sha256": self.rubric.sha256}
        known = replace(analysis, provenance=provenance)
        behaviors, lang = self.rules.behaviors, self.spec.lang
        card = make_scorecard(known, self.rubric, behaviors, lang=lang, reasons=self._reasons)
        return self.spec.privacy.veiled(card)

    def result(self, item: Transcript | Analysis | Failure) -> Result:
        """Like `score` or `rescore`, but what goes wrong is a Failure, and a Failure stays one."""
        if isinstance(item, Failure):
            return self.spec.privacy.veiled(item)
        transcript = item.transcript if isinstance(item, Analysis) else item
        stage: Stage = "analyze"
        try:
            analysis = item if isinstance(item, Analysis) else self.analyze(item)
            stage = "score"
            return self.rescore(analysis)
        except TranscriptError as error:
            error.id = error.id or transcript.id
            return self.spec.privacy.veiled(error.failure(transcript.source, stage))
        except Exception as error:  # one contact must not stop the others
            message = f"unexpected {type(error).__name__}: {error}"[:300]
            hint = "please report this with the transcript, if it may be shared"
            failure = Failure(transcript.source, stage, "internal", message, hint, transcript.id)
            return self.spec.privacy.veiled(failure)

    def behavior_name(self, behavior: str) -> str:
        """What people call a behavior, in the language of the reasons."""
        return behavior_name(self.rules.behaviors, behavior, self.spec.lang)

    def label_name(self, task: str, label: str) -> str:
        """What people call a classifier's label, in the language of the reasons."""
        return label_name(task, label, self.spec.lang)

    def _describe(self) -> dict[str, Any]:
        models = dict(sorted(self.classifiers.sha256.items())) if self.classifiers else {}
        return {
            "version": version("autoscorer"),
            "rules": f"{self.rules.id}@{self.rules.version}",
            "rules_sha256": self.rules.sha256,
            "models": models,
        }


def encoder_of(book: RuleBook) -> Encoder | None:
    """The encoder in use, for a rule book that compares sentences by sense; None where no rule does.

    Raises ConfigError where it is needed and missing.
    """
    if not book.by_sense:
        return None
    from .classify import Encoder
    from .classify.folder import ENCODER

    return Encoder.load(store.model_folders()[ENCODER])


def _how(found: Findings) -> dict[str, Any]:
    """What a result says of how the rules looked: typed or speech, and the rules that could not be answered."""
    unanswered = {rule: list(lacks) for rule, lacks in found.unanswered.items()}
    return {"medium": dict(found.medium), **({"unanswered": unanswered} if unanswered else {})}


def _folders(models: str | Path | None, use_models: bool) -> Mapping[str, Path]:
    """Where the models lie; without models it does not matter that there are none."""
    try:
        return store.model_folders(models)
    except ConfigError:
        if use_models or models is not None:
            raise
        return {}


def own_tasks() -> dict[str, Labels]:
    """The labels of the tasks that the user trained; none where there are no models."""
    return _tasks(_folders(None, False))


def rules_in_use(path: str | Path | None = None) -> RuleBook:
    """The rules of a file, or the default ones, which may ask for the user's own tasks. Raises as `load_rules`."""
    return load_rules(path, tasks=own_tasks())


def _tasks(folders: Mapping[str, Path]) -> dict[str, Labels]:
    """The labels of the user's own tasks, which rubrics may ask for, also where no model runs."""
    from .classify.folder import ENCODER, KINDS, read_config

    own = {task: folder for task, folder in folders.items() if task not in KINDS and task != ENCODER}
    return {task: read_config(folder).labels for task, folder in own.items()}


def _classifiers(folders: Mapping[str, Path]) -> Classifiers:
    from .classify import Classifiers

    return Classifiers.of(folders)


def _path(path: str | Path | None) -> str | None:
    return None if path is None else str(path)
