"""What a run writes beside the model: the card, figures, labels to look at again, and errors."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..writers.delimited import _safe as spreadsheet_safe
from .checks import THIN
from .figures import judged
from .gold import Gold
from .graph import write_head, write_json
from .run import Trained
from .words import Lang, say

CARD, METRICS, SECOND_LOOK, ERRORS = "README.md", "metrics.json", "second_look.csv", "errors.csv"
MOST_ERRORS = 200
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!])")


def write_folder(folder: Path, trained: Trained, *, verdict: str, lang: Lang) -> None:
    """The whole model folder: model and configuration, card, metrics.json, and the lists for people."""
    write_head(folder, dict(trained.config), trained.model, trained.encoder)
    metrics = {**trained.metrics, "promotion": verdict}
    write_json(folder / METRICS, metrics)
    (folder / CARD).write_text(card(metrics, lang), encoding="utf-8")
    doubts = (
        [d.place, d.dialogue, d.turn + 1, d.text, d.given, d.likely, d.probability] for d in trained.doubts
    )
    _csv(
        folder / SECOND_LOOK, ("place", "dialogue", "turn", "text", "label", "likely", "probability"), doubts
    )
    heads = ("place", "dialogue", "turn", "before", "text", "label", "found", "probability")
    _csv(folder / ERRORS, heads, errors(trained.data.apart, trained.comparison.found))


def errors(gold: Gold, found: Sequence[Any]) -> Iterator[list[object]]:
    """The turns that the model got wrong on the part kept apart, the surest mistakes first."""
    rows = []
    for index, turn, wanted, have in judged(gold, found) if found else ():
        if wanted != frozenset(have):
            d = gold.dialogues[index]
            sure = max((p for label, p in have.items() if label not in wanted), default=0.0)
            before = d.utterances[turn - 1].text if turn else ""
            text = d.utterances[turn].text
            rows.append(
                [
                    d.places[turn],
                    d.id,
                    turn + 1,
                    before,
                    text,
                    " ".join(sorted(wanted)),
                    " ".join(sorted(have)),
                    sure,
                ]
            )
    yield from sorted(rows, key=lambda row: -float(str(row[-1])))[:MOST_ERRORS]


def _csv(path: Path, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        writer.writerows([spreadsheet_safe(value) for value in row] for row in rows)


def card(metrics: Mapping[str, Any], lang: Lang) -> str:
    """The README of the model folder, in Markdown, from the figures of the run alone."""
    m = metrics
    parts = [
        f"# {say(lang, 'title', task=m['task'])}",
        f"{say(lang, 'made', version=m['version'], seed=m['seed'])} " + origin(m, lang),
        f"## {say(lang, 'data')}\n{_data(m, lang)}",
        f"## {say(lang, 'figures')}\n{headlines(m, lang)}",
        *_details(m, lang),
        f"## {say(lang, 'verdict')}\n{say(lang, m['promotion'])}",
        f"## {say(lang, 'limits')}\n{say(lang, 'limits_text')}",
    ]
    return "\n\n".join(parts) + "\n"


def origin(m: Mapping[str, Any], lang: Lang) -> str:
    """What the model was made from."""
    if "tuned" not in m:
        return say(lang, "base_own" if m["base_head"] else "base_none")
    t = m["tuned"]
    name = say(lang, "base_ours") if t["base_kind"] == "autoscorer" else f"{t['base']} ({t['base_kind']})"
    licence = say(lang, "licence", file=escaped(t["licence"])) if t["licence"] else say(lang, "no_licence")
    return " ".join([
        say(lang, "base_tuned", name=escaped(name), sha=t["base_sha256"], seen=t["tuned_on"], unseen=t["calibrated_on"]),
        licence if t["base_kind"] != "autoscorer" or t["licence"] else "",
        tuned_size(m, lang),
    ]).replace("  ", " ")  # fmt: skip


def tuned_size(m: Mapping[str, Any], lang: Lang) -> str:
    """How large a fine-tuned encoder is, and what a turn costs."""
    t = m["tuned"]
    return say(lang, "tuned_size", size=f"{t['encoder_bytes'] / 1e6:.1f}", time=t["milliseconds_per_turn"])


def _data(m: Mapping[str, Any], lang: Lang) -> str:
    files = [(escaped(f["file"]), f"`{f['sha256']}`") for f in m["data"]]
    sizes = say(
        lang, "sizes", fit=m["dialogues"]["fit"], turns=m["turns"], apart=m["dialogues"]["apart"],
        kind=say(lang, m["apart_is"]),
    )  # fmt: skip
    found = say(lang, "in_data", doubted=m["doubted"], **m["found_in_data"])
    thin = escaped(thin_labels(m, lang))
    return "\n\n".join(filter(None, [markdown((say(lang, "file"), "sha256"), files), sizes, found, thin]))


def thin_labels(m: Mapping[str, Any], lang: Lang) -> str:
    """The labels with too few gold turns; empty where there are none."""
    thin = ", ".join(f"{label} ({count})" for label, count in m["found_in_data"]["thin"].items())
    return say(lang, "thin", least=THIN, labels=thin) if thin else ""


def headlines(m: Mapping[str, Any], lang: Lang) -> str:
    """The new model beside what it was compared with, as a Markdown table."""
    heads = [say(lang, key) for key in ("figure", "new", m["compared_with"], "difference")]
    rows = [
        (name, shown(m["new"][name]), shown(m["old"][name]), shown(m["difference"][name], sign=True))
        for name in m["new"]
    ]
    return markdown(heads, rows)


def shown(value: Mapping[str, float], *, sign: bool = False) -> str:
    """A figure with its interval."""
    mark = "+" if sign else ""
    return f"{value['point']:{mark}.3f} ({value['low']:{mark}.3f} … {value['high']:{mark}.3f})"


def _details(m: Mapping[str, Any], lang: Lang) -> Iterator[str]:
    if "labels" in m and isinstance(m["labels"], dict):
        yield f"## {say(lang, 'labels')}\n{by_label(m['labels'], lang)}"
    if "confusion" in m:
        yield f"## {say(lang, 'confusion')}\n{confusion(m['confusion'])}"
    if "calibration_error" in m:
        yield say(lang, "calibration", error=m["calibration_error"])


def by_label(labels: Mapping[str, Mapping[str, float]], lang: Lang) -> str:
    """Precision, recall, F1 with interval and gold turns of each label, as a Markdown table."""
    heads = [say(lang, "label"), say(lang, "precision"), say(lang, "recall"), "F1", say(lang, "gold")]
    rows = [
        (escaped(name), f"{v['precision']:.3f}", f"{v['recall']:.3f}",
         f"{v['f1']:.3f} ({v['f1_low']:.3f} … {v['f1_high']:.3f})", str(v["gold"]))
        for name, v in labels.items()
    ]  # fmt: skip
    return markdown(heads, rows)


def confusion(table: Mapping[str, Mapping[str, int]]) -> str:
    """Gold labels down, found labels across, as a Markdown table."""
    across = list(next(iter(table.values())))
    rows = [(escaped(wanted), *(str(row[name]) for name in across)) for wanted, row in table.items()]
    return markdown(["", *map(escaped, across)], rows)


def escaped(text: str) -> str:
    """Text of the user's that means nothing to Markdown or HTML."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
