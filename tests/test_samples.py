"""The samples: all are read, one conversation is equal in every format, and scores are as they were.

`python -m pytest tests/test_samples.py --update-golden` writes tests/golden anew, after a look at the changes.
"""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import autoscorer
from autoscorer import Failure, read_many, resources
from autoscorer.record import from_record, to_record
from tests.contacts import check_quotes

SAMPLES = Path(__file__).parent.parent / "data" / "samples"
GOLDEN = Path(__file__).parent / "golden"
FORMATS = SAMPLES / "one_in_every_format"
NOT_SAMPLES = {"README.md", "build.py", "sources.yaml"}
FILES = sorted(p for p in SAMPLES.iterdir() if p.is_file() and p.name not in NOT_SAMPLES)
COPIES = sorted(p for p in FORMATS.iterdir() if p.is_file())


@pytest.fixture(scope="module")
def scorer():
    """With the shipped classifiers: where they are missing, these tests fail."""
    return autoscorer.Scorer()


def test_there_are_samples():
    assert len(FILES) >= 25
    assert {p.suffix for p in COPIES} == {".csv", ".docx", ".json", ".jsonl", ".srt", ".txt", ".vtt", ".xlsx"}


@pytest.mark.parametrize("path", [*FILES, *COPIES], ids=lambda path: path.name)
def test_each_sample_is_read(path):
    found = list(read_many([path]))
    assert found
    assert [item for item in found if isinstance(item, Failure)] == []
    for transcript in found:
        assert {"agent", "customer"} <= {u.role for u in transcript.utterances}
        assert all(u.text for u in transcript.utterances)


def test_ids_differ():
    names = [item.id for item in read_many(FILES)]
    assert len(set(names)) == len(names)


def test_the_folder_gives_each_once():
    names = [item.source for item in read_many([SAMPLES])]
    assert len(set(names)) == len(names)
    assert len(names) == len(list(read_many([*FILES, *COPIES])))


@pytest.mark.parametrize("path", COPIES, ids=lambda path: path.name)
def test_one_conversation_in_every_format(path):
    (transcript,) = read_many([path])
    (model,) = read_many([FORMATS / "hotel_extend_stay.json"])
    assert [(u.role, u.text) for u in transcript.utterances] == [(u.role, u.text) for u in model.utterances]
    if path.suffix not in (".txt", ".docx"):
        times = [(u.start, u.end) for u in transcript.utterances]
        assert times == [
            (pytest.approx(u.start, abs=0.001), pytest.approx(u.end, abs=0.001)) for u in model.utterances
        ]


@pytest.mark.models
def test_a_format_changes_no_score(scorer):
    """Where the times are there, the scores are the same; without them only timing differs."""
    cards = {path: scorer.score(transcript) for path in COPIES for transcript in read_many([path])}
    timed = [card for path, card in cards.items() if path.suffix not in (".txt", ".docx")]
    assert len({(card.total, card.grade) for card in timed}) == 1
    assert len({tuple((c.outcome, c.points, c.reason) for c in card.criteria) for card in timed}) == 1
    without = [card for path, card in cards.items() if path.suffix in (".txt", ".docx")]
    assert len({tuple((c.outcome, c.points, c.reason) for c in card.criteria) for card in without}) == 1


@pytest.mark.models
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_results_follow_the_schema_and_quote_the_text(scorer, path):
    validator = Draft202012Validator(
        json.loads((resources.DATA / "result.schema.json").read_text(encoding="utf-8"))
    )
    for transcript in read_many([path]):
        card = scorer.score(transcript)
        record = json.loads(json.dumps(to_record(card)))
        validator.validate(record)
        assert from_record(record) == card
        check_quotes(card)
        assert scorer.score(transcript) == card


@pytest.mark.models
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_scores_are_as_they_were(scorer, path, request):
    """Every score, reason, detection and label; not the version and the hashes."""
    found = [golden(scorer.score(transcript)) for transcript in read_many([path])]
    file = GOLDEN / f"{path.name}.json"
    if request.config.getoption("--update-golden"):
        GOLDEN.mkdir(exist_ok=True)
        file.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert found == json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.models
def test_no_golden_file_is_left_over():
    assert sorted(p.name for p in GOLDEN.iterdir()) == sorted(f"{p.name}.json" for p in FILES)


def golden(card):
    """A scorecard in lines that a person can compare: one for each criterion and each turn."""
    said = card.analysis.transcript.utterances
    turns = [[] for _ in said]
    for p in card.analysis.predictions:
        turns[p.turn].append(f"{p.label} {p.probability}")
    for d in card.analysis.detections:
        turns[d.span.turn].append(f"{d.behavior} “{d.text}” {d.span.start} {d.source} {d.confidence}")
    return {
        "id": card.analysis.transcript.id,
        "rubric": card.rubric,
        "total": card.total,
        "grade": card.grade,
        "passed": card.passed,
        "failed_critical": list(card.failed_critical),
        "criteria": {
            c.criterion: f"{c.outcome} {c.points:g}/{c.max_points:g} {c.reason}" for c in card.criteria
        },
        "turns": [
            f"{i + 1} {u.role}: {' | '.join(found)}"
            for i, (u, found) in enumerate(zip(said, turns, strict=True))
        ],
    }
