"""How far totals go with people's, before and after calibration, on the annotated dialogues and the rated chats.

usage: python -m tests.agreement_figures [--shared ../shared] [--rubric FILE] [--write]

after: each contact is scored under numbers fitted on the other four fifths of the contacts (calibrate's own
cross-validation). --write puts what is printed, and what tests.robustness prints, into docs/agreement*.md.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import io
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import fmean

import autoscorer as asr
from autoscorer.agreement import Sampling
from autoscorer.agreement.calibrate import Gain, calibrate
from autoscorer.agreement.fit import Settings
from tests import robustness
from training.split import is_dev

PAGES = [Path("docs/agreement.md"), Path("docs/agreement.zh.md")]
BEGIN, END = "<!-- figures -->\n", "<!-- /figures -->\n"


def lines(path: Path) -> Iterator[dict[str, object]]:
    """The records of a gzip JSON-lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def scored(path: Path, scorer: asr.Scorer, *, start: str = "") -> list[asr.Scorecard]:
    """The scorecards of the dialogues whose id begins so."""
    found = []
    for raw in lines(path):
        if str(raw["id"]).startswith(start):
            said = [asr.Utterance(t["role"], t["text"].strip(), None, t.get("start"), t.get("end"))
                    for t in raw["turns"] if t["text"].strip()]  # type: ignore[union-attr]  # fmt: skip
            result = scorer.result(asr.Transcript(str(raw["id"]), tuple(said), path.name))
            found += [result] if isinstance(result, asr.Scorecard) else []
    return found


def annotated(shared: Path, scorer: asr.Scorer) -> None:
    """Print the figures against the annotators' scores."""
    cards, people = {}, dict[str, float]()
    for name in ("labelled", "written"):
        path = shared / "annotation" / f"{name}.jsonl.gz"
        cards[name] = scored(path, scorer)
        people |= {str(raw["id"]): float(raw["score"]) for raw in lines(path)}  # type: ignore[arg-type]
    groups = {
        "real chats": cards["labelled"], "written": cards["written"], "both": [*cards["labelled"], *cards["written"]],
        "real chats, unseen": [c for c in cards["labelled"] if is_dev(c.analysis.transcript.id)],
        "written, unseen": [c for c in cards["written"] if is_dev(c.analysis.transcript.id)],
    }  # fmt: skip
    print("score of the annotators (0-100)")
    for name, group in groups.items():
        row(name, group, people, scorer, level=0.5)
    free = free_formula(cards["labelled"], people)
    print(f"{'  real chats, any formula of the outcomes':<42}{free:8.3f}")


def free_formula(cards: list[asr.Scorecard], people: Mapping[str, float]) -> float:
    """Spearman of the best that any weighing of the outcomes could do: ridge regression, five folds."""
    import numpy as np
    from scipy.stats import spearmanr
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import RidgeCV
    from sklearn.model_selection import KFold, cross_val_predict

    found = [{f"{c.criterion} {c.outcome} {c.points:g}": 1.0 for c in card.criteria} for card in cards]
    wanted = [people[card.analysis.transcript.id] for card in cards]
    model, parts = RidgeCV(np.logspace(-1, 4, 12)), KFold(5, shuffle=True, random_state=0)
    table = DictVectorizer(sparse=False).fit_transform(found)
    return float(spearmanr(cross_val_predict(model, table, wanted, cv=parts), wanted)[0])


def rated(shared: Path, scorer: asr.Scorer) -> None:
    """Print the figures against the mean satisfaction of 19 raters, and what one rater reaches."""
    ratings = {str(raw["id"]): raw["S"] for raw in lines(shared / "corpora" / "dch_ratings.jsonl.gz")}
    people = {name: 50 + 25 * fmean(said) for name, said in ratings.items()}  # type: ignore[arg-type]
    cards = [c for c in scored(shared / "corpora" / "service_dialogues.jsonl.gz", scorer, start="dch-")
             if c.analysis.transcript.id in people]  # fmt: skip
    print("satisfaction S, mean of 19 raters, as 50 + 25 S")
    row("all", cards, people, scorer, level=0.0)
    row("unseen", [c for c in cards if is_dev(c.analysis.transcript.id)], people, scorer, level=0.0)
    print(f"{'one rater with the mean of the other 18':<42}{_one_rater(ratings):8.3f}")  # type: ignore[arg-type]


def _one_rater(ratings: Mapping[str, list[int]]) -> float:
    from scipy.stats import spearmanr

    table = list(ratings.values())
    return fmean(
        float(spearmanr([r[k] for r in table], [sum(r) - r[k] for r in table])[0])
        for k in range(len(table[0]))
    )


def row(
    name: str, cards: list[asr.Scorecard], people: Mapping[str, float], scorer: asr.Scorer, *, level: float
) -> None:
    """Print one group; a group too small to calibrate only as it is."""
    found = calibrate(cards, people, scorer.rubric, Settings(level), how=Sampling(500))
    gains = found.gains
    print(
        f"  {name:<20} {len(cards):5}  Spearman {_gain(gains['spearman'])}  mean error {_gain(gains['mean_absolute_error'], 1)}"
    )


def _gain(gain: Gain, places: int = 3) -> str:
    low, high = gain.difference.low, gain.difference.high
    return f"{gain.before:.{places}f} -> {gain.after:.{places}f} ({low:+.{places}f} to {high:+.{places}f})"


def main() -> None:
    """Print the figures; with --write into the pages as well."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--rubric", type=Path)
    parser.add_argument("--write", action="store_true", help="into docs/agreement.md and its Chinese twin")
    options = parser.parse_args()
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        scorer = asr.Scorer(options.rubric)
        print(
            f"autoscorer {scorer.provenance['version']}, rubric {scorer.rubric.label} ({scorer.rubric.sha256[:8]})"
        )
        annotated(options.shared, scorer)
        rated(options.shared, scorer)
        if options.write:
            transcripts = list(robustness.read(options.shared))
            robustness.swaps(transcripts, scorer, count=1000, seed=0, verbose=False)
            robustness.noise(transcripts, scorer, count=1000, seed=0)
    sys.stdout.write(out.getvalue())
    for page in PAGES if options.write else ():
        head, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
        tail = rest.partition(END)[2]
        page.write_text(f"{head}{BEGIN}```text\n{out.getvalue()}```\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
