"""People's tables: what is understood, and what is named with its place."""

import pytest

from autoscorer.errors import UsageError
from autoscorer.review import Catalog, judgements
from autoscorer.review.grids import read

HEAD = ["会话", "质检员", "总分", "问候", "w.solve"]


def heard(cards, *paths, **options):
    """What the files say."""
    return judgements([grid for path in paths for grid in read(path)], Catalog.of(cards), **options)


def said(findings):
    return {(j.contact, j.subject, j.by): j.value for j in findings.judgements}


@pytest.mark.parametrize("suffix", ["xlsx", "csv", "jsonl"])
def test_the_same_table_in_every_format(cards, table, suffix):
    path = table([HEAD, ["c1", "王芳", 88, "符合", "不适用"], ["c2", "王芳", 70.5, "部分符合", ""]], suffix)
    found = heard(cards, path)
    assert said(found) == {
        ("c1", "total", "王芳"): 88.0, ("c1", "m.hello", "王芳"): "met", ("c1", "w.solve", "王芳"): "not_applicable",
        ("c2", "total", "王芳"): 70.5, ("c2", "m.hello", "王芳"): "partial",
    }  # fmt: skip
    assert (found.rows, found.problems) == (2, [])


@pytest.mark.parametrize(
    ("cells", "outcomes"),
    [
        ([1, 0, 0.5], ["met", "not_met", "partial"]),
        ([4, 0, 2], ["met", "not_met", "partial"]),
        (["是", "否", "N/A"], ["met", "not_met", "not_applicable"]),
        (["met", "NOT MET", "√"], ["met", "not_met", "met"]),
    ],
)
def test_outcomes_as_shares_points_and_words(cards, table, cells, outcomes):
    path = table(
        [["id", "inspector", "m.hello"], *([f"c{i + 1}", "A", cell] for i, cell in enumerate(cells))]
    )
    assert [j.value for j in heard(cards, path).judgements] == outcomes


def test_a_row_for_each_criterion_with_the_inspector_written_once(cards, table):
    rows = [
        ["contact", "criterion", "verdict", "points", "inspector", "date"],
        ["c1", "total", 90, "", "Lee", "2025-03-01"],
        ["c1", "问候", "not met", "", "", ""],
        ["c2", "m.care", "partial", 4, "Kim", ""],
    ]
    found = heard(cards, table(rows, "csv"))
    assert said(found) == {
        ("c1", "total", "Lee"): 90.0, ("c1", "m.hello", "Lee"): "not_met", ("c2", "m.care", "Kim"): "partial",
    }  # fmt: skip
    assert [(j.on, j.points) for j in found.judgements] == [
        ("2025-03-01", None),
        ("2025-03-01", None),
        ("", 4.0),
    ]


BAD = [
    (["c9", "王芳", 80, "", ""], "row 2, column '会话': no contact 'c9' in the results; left out", []),
    (["", "王芳", 80, "", ""], "row 2, column '会话': the contact's id is missing; left out", []),
    (["c1", "王芳", "八十", "", ""], "row 2, column '总分': '八十' is not a number; left out", []),
    (["c1", "王芳", 180, "", ""], "row 2, column '总分': 180 is not between 0 and 100; left out", []),
    (["c1", "王芳", "nan", "", ""], "row 2, column '总分': 'nan' is not a number; left out", []),
    (["c1", "王芳", "85%", "", ""], "row 2, column '总分': the percent sign is read as a number from 0 to 100; used all the same", [85.0]),
    (["c1", "王芳", "８５分", "", ""], None, [85.0]),
    (["c1", "", 80, "", ""], "row 2, column '质检员': the inspector is missing; 'people' stands for one person; used all the same", [80.0]),
    (["c1", "王芳", 80, "也许", ""], "row 2, column '问候': '也许' is no outcome; allowed: 符合, 部分符合, 不符合, 不适用, 人工判定; left out", [80.0]),
]  # fmt: skip


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
@pytest.mark.parametrize(("row", "message", "values"), BAD, ids=[str(row) for row, *_ in BAD])
def test_bad_rows_are_named_and_the_rest_is_used(cards, table, row, message, values, suffix):
    found = heard(cards, table([HEAD, row, ["c4", "李强", 60, "", ""]], suffix))
    assert [j.value for j in found.judgements] == [*values, 60.0]
    place = "people.xlsx, sheet '评分', " if suffix == "xlsx" else "people.csv, "
    told = [str(problem).rpartition("/")[2] for problem in found.problems]
    assert told == ([place + message] if message else [])


def test_a_share_shown_in_percent_is_what_people_see(cards, table):
    found = heard(cards, table([["id", "inspector", "total"], ["c1", "A", 0.85]], formats={"C2": "0%"}))
    assert [j.value for j in found.judgements] == [85.0]
    assert "percent sign" in str(found.problems[0])


def test_rows_that_repeat_count_once(cards, table):
    rows = [
        HEAD,
        ["c1", "王芳", 80, "", ""],
        ["c1", "王芳", 80, "", ""],
        ["c1", "王芳", 70, "", ""],
        ["c1", "李强", 70, "", ""],
    ]
    found = heard(cards, table(rows, "csv"))
    assert said(found) == {("c1", "total", "王芳"): 80.0, ("c1", "total", "李强"): 70.0}
    assert ["repeats" in str(p) for p in found.problems] == [True, False]
    assert "row 4, column '总分': contradicts" in str(found.problems[1])


def test_without_an_inspector_an_import_refuses_the_row(cards, table):
    path = table([["id", "total"], ["c1", 80]], "csv")
    found = heard(cards, path, strict=True)
    assert found.judgements == []
    assert "the inspector is missing; fill in the column, or pass --by NAME" in str(found.problems[0])
    assert [j.by for j in heard(cards, path, strict=True, by="王芳").judgements] == ["王芳"]


def test_appeals(cards, table):
    head = ["会话", "评分项", "人工判定", "质检员", "申诉", "申诉理由"]
    rows = [
        ["c1", "问候", "不符合", "王芳", "成立", "录音里没有"],
        ["c2", "问候", "", "王芳", "驳回", "录音里有"],
        ["c3", "问候", "", "王芳", "成立", ""],
        ["c4", "问候", "符合", "王芳", "不成立", ""],
        ["c4", "解决", "", "王芳", "看看", ""],
    ]
    found = heard(cards, table([head, *rows]))
    assert [(j.contact, j.value, j.appeal, j.appeal_reason) for j in found.judgements] == [
        ("c1", "not_met", "accepted", "录音里没有"), ("c2", None, "rejected", "录音里有"),
    ]  # fmt: skip
    assert [str(problem).partition("row ")[2] for problem in found.problems] == [
        "4, column '人工判定': the appeal is accepted but the new verdict is missing; left out",
        "5, column '人工判定': the appeal is rejected, and yet a new verdict is given; left out",
        "6, column '申诉': '看看' is no decision; allowed: 成立, 不成立; left out",
    ]


@pytest.mark.parametrize(
    ("content", "suffix", "message"),
    [
        (b"", "csv", "the file is empty"),
        ("会话,总分\n".encode(), "csv", "holds no rows under a heading"),
        (b"not a workbook", "xlsx", "the content is not .xlsx (save it again as .xlsx)"),
        (b"{", "jsonl", "row 1: not JSON"),
        (b"[1]", "jsonl", "row 1: not a JSON object"),
        (b"x", "doc", "people's scores are read from .xlsx, .csv, .tsv, .jsonl, .ndjson files"),
    ],
)
def test_files_that_cannot_be_read(tmp_path, content, suffix, message):
    path = tmp_path / f"bad.{suffix}"
    path.write_bytes(content)
    with pytest.raises(UsageError) as error:
        read(path)
    assert message in str(error.value) and str(path) in str(error.value)


def test_a_table_without_the_needed_columns_says_so(cards, table):
    for head, message in (
        (["名字", "总分"], "no column holds the contact's id"),
        (["会话", "心情"], "no column holds a score"),
    ):
        found = heard(cards, table([head, ["c1", 80]], "csv"))
        assert message in str(found.problems[0]) and not found.judgements


def test_a_sheet_of_notes_is_no_mistake(cards, tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["会话", "质检员", "总分"])
    book.active.append(["c1", "A", 50])
    book.create_sheet("说明").append(["填写说明"])
    book["说明"].append(["请填写"])
    book.save(tmp_path / "two.xlsx")
    found = heard(cards, tmp_path / "two.xlsx")
    assert len(found.judgements) == 1 and not found.problems
