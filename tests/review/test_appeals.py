"""The report's sheet of appeals, filled in and handed back."""

import json
import shutil
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from autoscorer.errors import UsageError
from autoscorer.report import make_options, write_report
from autoscorer.report.names import Names
from autoscorer.report.words import WORDS
from autoscorer.review import Catalog, judgements, log
from autoscorer.review.columns import FORM
from autoscorer.review.grids import read
from autoscorer.rubric import load_rubric
from autoscorer.rules import load_rules

SHEETS = {"zh": "申诉", "en": "Appeals"}


@pytest.fixture
def report(tmp_path, cards, rubric):
    """Make the report, and fill in its appeals: {(contact, criterion's id): {field: value}}; others are new rows."""

    def make(rows, lang="zh", name="report.xlsx"):
        path = tmp_path / name
        options = replace(make_options(lang=lang), names=Names(load_rubric(rubric), load_rules(), lang))
        write_report(cards.values(), path, options=options)
        book = load_workbook(path)
        sheet = book[SHEETS[lang]]
        heads = {str(cell.value).lower(): cell.column for cell in sheet[1]}
        at = {field: heads[names[lang == "en"]] for field, names in FORM.items()}
        known = {
            (row[0].value, row[at["criterion"] - 1].value): row[0].row for row in sheet.iter_rows(min_row=2)
        }
        for (contact, criterion), cells in rows.items():
            row = known.get((contact, criterion))
            if row is None:
                row = sheet.max_row + 1
                cells = {"contact": contact, "criterion_name": criterion, **cells}
            for field, value in cells.items():
                sheet.cell(row, at[field]).value = value
        book.save(path)
        return path

    return make


def heard(cards, rubric, path, **options):
    return judgements(read(path), Catalog.of(cards, load_rubric(rubric)), strict=True, **options)


ASKED = {"appeal_reason": "录音里有", "appealed_by": "8002", "appealed_on": "2025-03-01"}
ZH = {
    ("c3", "w.rude"): {**ASKED, "appeal": "成立", "verdict": "不适用", "reason": "重听过", "by": "王芳", "on": "2025-03-05"},
    ("c3", "m.hello"): {**ASKED, "appeal": "驳回", "reason": "没有问候", "by": "王芳"},
    ("c3", "m.care"): {"appeal_reason": "已安抚", "appealed_by": "8002"},
    ("c3", "解决"): {**ASKED, "appeal": "受理", "points": 4, "by": "王芳"},
}  # fmt: skip
EN = {
    ("c3", "w.rude"): {**ASKED, "appeal": "accepted", "verdict": "not applicable", "reason": "重听过", "by": "王芳", "on": "2025-03-05"},
    ("c3", "m.hello"): {**ASKED, "appeal": "rejected", "reason": "没有问候", "by": "王芳"},
    ("c3", "m.care"): {"appeal_reason": "已安抚", "appealed_by": "8002"},
    ("c3", "Solved"): {**ASKED, "appeal": "Accepted", "points": "4", "by": "王芳"},
}  # fmt: skip


def test_the_words_of_the_form_are_those_of_the_report():
    own = {tuple(word.lower() for word in pair) for pair in WORDS.values()}
    assert [names for names in FORM.values() if names not in own] == []


@pytest.mark.parametrize(("lang", "rows"), [("zh", ZH), ("en", EN)])
def test_appeals_come_back(cards, rubric, report, lang, rows):
    found = heard(cards, rubric, report(rows, lang))
    assert found.problems == []
    told = {j.subject: (j.value, j.points, j.appeal, j.by, j.on, j.reason) for j in found.judgements}
    assert told == {
        "w.rude": ("not_applicable", None, "accepted", "王芳", "2025-03-05", "重听过"),
        "m.hello": (None, None, "rejected", "王芳", told["m.hello"][4], "没有问候"),
        "m.care": (None, None, "open", "8002", "", ""),
        "w.solve": ("partial", 4.0, "accepted", "王芳", told["w.solve"][4], ""),
    }
    assert {j.contact for j in found.judgements} == {"c3"}
    assert found.judgements[0].place.sheet == SHEETS[lang]
    assert {(j.appealed_by, j.appealed_on) for j in found.judgements} == {
        ("8002", "2025-03-01"),
        ("8002", ""),
    }


def test_the_log_keeps_both_sides_and_a_second_import_adds_nothing(run, cards, rubric, report, results):
    path = report(ZH)
    told = ("review", "import", path, "--results", results, "--rubric", rubric)
    done = run(*told)
    assert done.code == 0 and "4 added, 0 known already, 0 left out" in done.err
    before = (results / "reviews.jsonl").read_bytes()
    assert "0 added, 4 known already, 0 left out" in run(*told).err
    assert (results / "reviews.jsonl").read_bytes() == before
    entries = {one["subject"]: one for one in log.read(results / "reviews.jsonl")}
    assert entries["w.rude"]["machine"] == {"outcome": "not_met", "points": -20.0, "max_points": 0.0}
    assert entries["w.rude"]["appeal"] == {
        "decision": "accepted",
        "reason": "录音里有",
        "by": "8002",
        "on": "2025-03-01",
    }
    assert entries["m.care"]["appeal"]["decision"] == "open" and entries["m.care"]["person"] is None
    shown = run("review", "show", results, "--rubric", rubric).out
    assert "申诉待处理" in shown and "申诉成立" in shown
    final = run("review", "show", results, "--rubric", rubric, "--json").records()[0]
    assert final["total"] > cards["c3"].total
    assert {one["subject"] for one in final["said"] if one["counts"]} == {"w.rude", "w.solve"}


BAD = [
    (("c9", "问候"), {}, "column '会话': no contact 'c9' in the results; left out"),
    (("c3", "礼节"), {}, "column '评分项编号': no criterion '礼节' in the results of this contact; left out"),
    (("c3", "m.hello"), {"appeal": "也许"}, "column '处理结果': '也许' is no decision; allowed: 成立, 不成立; left out"),
    (("c3", "m.hello"), {"appeal": "成立", "by": "王芳"}, "column '人工判定': the appeal is accepted but the new verdict is missing; left out"),
    (("c3", "m.hello"), {"verdict": "符合"}, "column '处理结果': a new verdict is given but the decision is missing; left out"),
    (("c3", "m.hello"), {"appealed_by": None}, "column '申诉人': who appeals is missing; left out"),
    (("c3", "m.hello"), {"appealed_on": "上周"}, "column '申诉日期': '上周' is not a date such as 2025-03-31; left out"),
    (("c3", "m.hello"), {"appeal": "驳回"}, "column '处理人': the inspector is missing; fill in the column, or pass --by NAME; left out"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "cells", "message"), BAD, ids=[message for *_, message in BAD])
def test_a_row_that_cannot_be_used_is_named(cards, rubric, report, key, cells, message):
    found = heard(cards, rubric, report({key: {**ASKED, **cells}, ("c3", "m.care"): ASKED}))
    (problem,) = found.problems
    assert ", sheet '申诉', row " in str(problem) and str(problem).endswith(message)
    assert [j.subject for j in found.judgements] == ["m.care"]


def test_a_report_in_which_nobody_appeals_says_so_once(run, cards, rubric, report, results):
    """The machine's own verdicts in the other sheets are never taken for a person's."""
    done = run("review", "import", report({}), "--results", results, "--by", "王芳")
    assert done.code == 2 and len(done.err.splitlines()) == 1 and "no appeal is filled in" in done.err
    assert not (results / "reviews.jsonl").exists()
    book = load_workbook(report({}, name="other.xlsx"))
    del book["申诉"]
    book.save(results / "cut.xlsx")
    with pytest.raises(UsageError, match="no appeal is filled in"):
        read(results / "cut.xlsx")


def test_the_sheet_alone_in_another_workbook_is_read(cards, rubric, report, tmp_path):
    book = load_workbook(report(ZH))
    for name in book.sheetnames:
        if name not in ("申诉", "明细"):
            del book[name]
    book.properties.description = None
    book.save(tmp_path / "mine.xlsx")
    assert len(heard(cards, rubric, tmp_path / "mine.xlsx").judgements) == 4


def test_an_appeal_that_is_decided_later_counts_then(run, rubric, report, results):
    told = ("--results", results, "--rubric", rubric)
    first = report({("c3", "m.hello"): ASKED}, name="a.xlsx")
    assert "1 added" in run("review", "import", first, *told).err
    second = report(
        {("c3", "m.hello"): {**ASKED, "appeal": "成立", "verdict": "符合", "by": "王芳"}}, name="b.xlsx"
    )
    shutil.copy(second, first)
    assert "1 added" in run("review", "import", first, *told).err
    lines = (results / "reviews.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(one)["appeal"]["decision"] for one in lines] == ["open", "accepted"]
    final = run("review", "show", results, "--rubric", rubric, "--json").records()[0]
    assert [one["counts"] for one in final["said"]] == [False, True]
