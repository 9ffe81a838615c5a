"""Phone calls as recognised speech, with fillers, broken sentences and misheard words: what rules and models find.

calls.jsonl is of our own writing, labelled by the guidelines, and nothing is fitted on it.
"""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autoscorer.cli.app import app

CALLS = Path(__file__).with_name("calls.jsonl")


@pytest.fixture(scope="module")
def tasks():
    done = CliRunner().invoke(app, ["evaluate", str(CALLS), "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)["versions"][0]["tasks"]


@pytest.mark.slow
@pytest.mark.models
@pytest.mark.parametrize(
    ("task", "figure", "least"),
    [
        ("behaviors", "agent_macro_f1", 0.85),
        ("behaviors", "customer_macro_f1", 0.75),
        ("sentiment", "macro_f1", 0.84),
        ("empathy", "any_level_f1", 0.84),
    ],
)
def test_calls(tasks, task, figure, least):
    assert tasks[task]["figures"][figure]["point"] >= least


def test_they_are_calls_with_every_act():
    calls = [json.loads(line) for line in CALLS.read_text(encoding="utf-8").splitlines()]
    turns = [turn for call in calls for turn in call["turns"]]
    acts = [act for turn in turns for act in turn.get("acts", turn.get("cacts"))]
    assert len(calls) == 16 and min(acts.count(act) for act in set(acts)) >= 7 and len(set(acts)) == 30
