"""Scored contacts, and the tables that people make of them."""

import csv
import dataclasses
import json

import pytest
from openpyxl import Workbook

from autoscorer import load_rubric, write
from autoscorer.scoring import make_scorecard
from tests.cli.conftest import run as run  # the command line, for the tests of this folder
from tests.contacts import BEHAVIORS, analysis, contact

RUBRIC = """\
id: small
version: 1
pass_mark: 60
grades: [{name: 好, name_en: good, at_least: 80}, {name: 中, name_en: fair, at_least: 60}, {name: 差, name_en: poor, at_least: 0}]
sections:
  - id: manner  # 态度
    name: 态度
    name_en: Manner
    weight: 60
    criteria:
      - {id: m.hello, name: 问候, name_en: Hello, points: 4, met: {behavior: greet}}
      - id: m.care
        name: 关怀
        name_en: Care
        points: 6
        when: {behavior: angry}
        met: {behavior: sorry}
        partial: [{when: {behavior: ask}, share: 0.5}]
  - id: work
    name: 办理
    name_en: Work
    weight: 40
    criteria:
      - {id: w.solve, name: 解决, name_en: Solved, points: 10, met: {behavior: solve}}
      - {id: w.rude, name: 粗鲁, name_en: Rude, kind: deduction, points: 20, cap: 40, critical: true, on: {behavior: rude}}
      - {id: w.extra, name: 加分, name_en: Extra, kind: bonus, points: 3, on: {behavior: bye}}
      - {id: w.hand, name: 知识, name_en: Knowledge, kind: manual}
"""
TALKS = {
    "c1": ({1: "greet solve"}, {0: "sentiment neutral 0.9"}, {"agent_id": "8001", "team": "一组"}),
    "c2": ({0: "angry", 1: "greet sorry", 3: "solve bye"}, {2: "sentiment negative 0.95"}, {"agent_id": "8001", "team": "一组"}),
    "c3": ({0: "angry", 1: "rude"}, {2: "sentiment negative 0.95"}, {"agent_id": "8002", "team": "二组"}),
    "c4": ({1: "greet"}, {0: "sentiment neutral 0.52"}, {"agent_id": "8003", "team": "二组"}),
}  # fmt: skip


@pytest.fixture
def rubric(tmp_path):
    """The file of the small rubric."""
    path = tmp_path / "small.yaml"
    path.write_text(RUBRIC, encoding="utf-8")
    return path


def card(name, rubric, *, text="=1+1 您好"):
    """One of the contacts, scored."""
    found, labels, metadata = TALKS[name]
    talk = contact("c 我要退货", f"a {text}", "c 你们怎么回事", "a 已经办好了", **metadata)
    about = analysis(dataclasses.replace(talk, id=name, source="t"), found, labels)
    loaded = load_rubric(rubric)
    about = dataclasses.replace(about, provenance={**about.provenance, "rubric_sha256": loaded.sha256})
    return make_scorecard(about, loaded, BEHAVIORS)


@pytest.fixture
def cards(rubric):
    """All contacts, scored, by id."""
    return {name: card(name, rubric) for name in TALKS}


@pytest.fixture
def results(tmp_path, cards):
    """A folder with results.jsonl."""
    folder = tmp_path / "results"
    write(cards.values(), folder, formats=["jsonl"])
    return folder


@pytest.fixture
def table(tmp_path):
    """Make a table of rows (the first is the heading) as csv, xlsx or JSON lines."""

    def make(rows, suffix="xlsx", *, name="people", sheet="评分", formats=()):
        path = tmp_path / f"{name}.{suffix}"
        if suffix == "xlsx":
            book = Workbook()
            book.active.title = sheet
            for row in rows:
                book.active.append(row)
            for cell, shown in dict(formats).items():
                book.active[cell].number_format = shown
            book.save(path)
        elif suffix == "csv":
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                csv.writer(file).writerows(rows)
        else:
            lines = [
                json.dumps(dict(zip(rows[0], row, strict=False)), ensure_ascii=False) for row in rows[1:]
            ]
            path.write_text("\n".join(lines), encoding="utf-8")
        return path

    return make
