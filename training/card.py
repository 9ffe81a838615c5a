"""The model card, filled from the figures of the run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TITLES = {
    "sentiment": "Sentiment of customer turns: negative, neutral, positive",
    "empathy": "Empathy of agent turns: none, formulaic, specific",
    "behaviors": "Behaviors: 24 acts of the agent, 6 of the customer, any number a turn",
}
TERMS = {
    False: "Trained also on research text (JDDC, ASAP/JDDC, NTCIR DCH-1: stated for research). The weights hold no "
    "line of it, only n-grams of at most four characters; whether research terms reach a model trained on such "
    "text is for you to judge. `python -m training --clean` builds one without it, from our own text alone.",
    True: "Trained on our own written dialogues alone (Apache-2.0). No research text.",
}
SOURCES = {
    "labelled": "labelled: real chats from JDDC sample (contest data, research), smartyfh/ASAP (repository MIT, "
    "text JDDC research), NTCIR-14 STC-3 DCH-1 (no licence stated, research task); annotated by us",
    "written": "written: calls and chats written and labelled for this project (Apache-2.0), "
    "`training/data/written.jsonl.gz`",
}
LIMITS = """- The labels were read once; some are wrong. `written` is not a sample of reality.
- Real chats here are Chinese e-commerce and microblog help desks; other trades are seen in `written` only.
- Labels with few gold turns (see the tables) have wide errors; weigh them with rules.
- Sarcasm and feelings that only the voice carries are missed. A turn is read with its two neighbours, no more.
- Of a turn longer than 400 characters the first 300 and last 100 are read.
- Probabilities are calibrated on text like the training text; other text shifts them."""


def card(task: str, metrics: Mapping[str, Any]) -> str:
    """The README of a model folder, in Markdown."""
    parts = [
        f"# {TITLES[task]}",
        f"**Terms.** {TERMS[metrics['clean']]}",
        _data(metrics),
        _model(metrics),
        "## Development part (a fifth of the dialogues, by hash of the id; never fitted on)\n"
        + _headlines(metrics),
        _labels(metrics["dev"]),
        _export(metrics),
        f"## Limits\n{LIMITS}",
    ]
    return "\n\n".join(parts) + "\n"


def _data(metrics: Mapping[str, Any]) -> str:
    lines = [
        f"- {SOURCES[corpus]}: {n['train']} dialogues for training, {n['dev']} for development"
        for corpus, n in metrics["dialogues"].items()
    ]
    return "\n".join(
        ["## Data", *lines, f"- sha256 of the training data: `{metrics['training_data_sha256']}`"]
    )


def _model(metrics: Mapping[str, Any]) -> str:
    return (
        "## Model\nLogistic regression over binary character n-grams (1-4) of the turn, n-grams (1-2) of the turns "
        "before and after it, and where it stands; "
        f"{metrics['features']:,} features, int8 weights in ONNX. Calibration and thresholds come from five-fold "
        "out-of-fold predictions, by dialogue.\n\nRebuild: `python -m training --shared ../shared --out models`"
    )


def _headlines(metrics: Mapping[str, Any]) -> str:
    """One line a corpus and figure; beside it the same figure of simpler or cleaner models."""
    others = [name for name in ("own_turn_only", "majority", "clean_data_only") if name in metrics["compare"]]
    head = [
        "corpus",
        "figure",
        "this model (95 %)",
        *(name.replace("_", " ") for name in others),
        "out of fold",
        "ECE",
    ]
    rows = []
    for corpus, dev in metrics["dev"].items():
        for name, value in dev.items():
            if not isinstance(value, list):
                continue
            beside = [_point(metrics["compare"][other], corpus, name) for other in others]
            rows.append(
                [
                    corpus,
                    name,
                    _interval(value),
                    *beside,
                    _point(metrics["oof"], corpus, name),
                    str(dev["ece"]),
                ]
            )
    return _table(head, rows)


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


def _export(metrics: Mapping[str, Any]) -> str:
    parity = metrics["int8"]
    return (
        f"## Export\nint8 against float on the development part: largest difference of a logit "
        f"{parity['largest_logit_difference']}, of a probability {parity['largest_probability_difference']}; "
        f"the same decision in {parity['same_decisions']:.2%} of the turns. Sums are of integers: the result does "
        "not depend on how turns are batched."
    )


def _interval(value: list[float]) -> str:
    return f"{value[0]:.3f} ({value[1]:.3f}-{value[2]:.3f})"


def _point(figures: Mapping[str, Any], corpus: str, name: str) -> str:
    return f"{figures[corpus][name][0]:.3f}" if corpus in figures else "-"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
