"""CSV and XLSX: nothing that a spreadsheet would run, obey or choke on, and the same bytes each time."""

import csv
import zipfile

import pytest
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from autoscorer import Failure, write
from autoscorer.writers.delimited import HEAD
from autoscorer.writers.workbook import MAX_CELL
from tests.writers.conftest import FAILED, card_of

DANGEROUS = [
    "=1+1",
    "+1",
    "-1+2",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    '=HYPERLINK("http://a","b")',
    "=cmd|' /C x'!A1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
]
HARMLESS = ["1=1", "您好=1", " =1", "a@b", "'quoted", "#1", "1-2"]


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def sheets(path):
    """Each sheet's cells, checked to be plain text or numbers."""
    book = load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    assert not [cell for cell in cells if cell.hyperlink]
    return {sheet.title: [[shown(cell.value) for cell in row] for row in sheet.iter_rows()] for sheet in book}


def shown(value):
    """A cell as Excel shows it: `_x0007_` stands for a control character."""
    return unescape(value) if isinstance(value, str) else value


def written(tmp_path, results, suffix):
    path = tmp_path / f"r.{suffix}"
    write(results, path)
    return rows(path) if suffix == "csv" else sheets(path)


class TestCsv:
    def test_one_contact_a_row_in_order(self, tmp_path):
        more = {
            "agent_id": "8001",
            "team": "售后",
            "channel": "电话",
            "date": "2025-01-02",
            "order_id": 77,
            "x": "y",
        }
        results = [FAILED, card_of(id="甲", **more), FAILED, card_of(id="乙")]
        found = written(tmp_path, results, "csv")
        assert [row["id"] for row in found] == ["", "甲", "", "乙"]
        assert list(found[0]) == [*HEAD, "s.hello", "s.care", "s.hand", "s.rude"]
        assert found[0]["code"] == "empty" and found[0]["total"] == "" and found[0]["s.hello"] == ""
        card = found[1]
        assert (card["total"], card["grade"], card["passed"], card["order_id"]) == (
            "100.0",
            "优",
            "True",
            "77",
        )
        assert [card[c] for c in ("s.hello", "s.care", "s.hand", "s.rude")] == ["4.0", "n/a", "manual", "0.0"]
        assert card["team"] == "售后" and card["code"] == ""

    def test_only_failures_and_nothing_at_all(self, tmp_path):
        assert [row["source"] for row in written(tmp_path, [FAILED] * 3, "csv")] == ["b.txt"] * 3
        assert written(tmp_path, [], "csv") == []
        assert (tmp_path / "r.csv").read_bytes() == b"\xef\xbb\xbf" + ",".join(HEAD).encode() + b"\r\n"

    @pytest.mark.parametrize("text", DANGEROUS)
    def test_formulas_are_quoted(self, tmp_path, text):
        fails = Failure(text, "read", "empty", text, text, text)
        for row in written(tmp_path, [card_of(id=text, source=text, team=text), fails], "csv"):
            held = [row[key] for key in ("id", "source", "team", "message", "hint") if row[key]]
            assert len(held) >= 3
            assert held == ["'" + text] * len(held)

    @pytest.mark.parametrize(
        "text", [*HARMLESS, "逗,号", '引"号', "两\n行", "您" * 40_000, "\x00\x07\x1b[31m"]
    )
    def test_other_text_stays(self, tmp_path, text):
        (row,) = written(tmp_path, [card_of(id=text)], "csv")
        assert row["id"] == text

    def test_lone_surrogates_do_not_stop_it(self, tmp_path):
        (row,) = written(tmp_path, [card_of(id="a\ud800b", source="\udcff.txt")], "csv")
        assert (row["id"], row["source"]) == ("a?b", "?.txt")

    def test_numbers_are_no_formulas(self, tmp_path):
        (row,) = written(tmp_path, [card_of(order_id=-5)], "csv")
        assert row["order_id"] == "-5"


class TestXlsx:
    def test_sheets(self, tmp_path):
        more = {"agent_id": "8001", "team": "售后", "order_id": 77}
        found = written(tmp_path, [FAILED, card_of(id="甲", **more)], "xlsx")
        assert list(found) == ["成绩", "评分项", "失败"]
        assert found["成绩"][0][:6] == ["会话", "来源", "总分", "等级", "合格", "一票否决项"]
        assert found["成绩"][1][:5] == ["甲", "a.txt", 100, "优", "是"]
        assert dict(zip(*found["成绩"], strict=True)) | {"坐席工号": "8001", "订单号": 77} == dict(
            zip(*found["成绩"], strict=True)
        )
        assert found["失败"][1] == [None, "b.txt", "read", "empty", "the file is empty", "fill it"]
        outcomes = [[row[i] for i in (0, 2, 4, 5, 6, 8)] for row in found["评分项"][1:]]
        assert outcomes == [
            ["甲", "s.hello", "符合", 4, 4, "第 2 轮：您好"],
            ["甲", "s.care", "不适用", 0, 0, ""],
            ["甲", "s.hand", "人工判定", 0, 0, ""],
            ["甲", "s.rude", "符合", 0, 0, ""],
        ]

    @pytest.mark.parametrize(
        "text", [*DANGEROUS, *HARMLESS, "http://a.b/c", "mailto:a@b.c", "{=1}", "0012", "1e5", "真"]
    )
    def test_text_stays_text(self, tmp_path, text):
        found = written(tmp_path, [card_of(id=text, team=text), Failure(text, "read", "x", text)], "xlsx")
        assert found["成绩"][1][0] == found["失败"][1][1] == text

    @pytest.mark.parametrize("text", DANGEROUS)
    def test_formulas_stay_text_when_somebody_edits_them(self, tmp_path, text):
        """The cell has Excel's own mark for text, the apostrophe that is not shown."""
        write([card_of(id=text)], tmp_path / "r.xlsx")
        cells = load_workbook(tmp_path / "r.xlsx")["成绩"][2]
        assert cells[0].quotePrefix and not cells[1].quotePrefix

    @pytest.mark.parametrize(
        "text", ["a\x00b\x07c\x1b[31md", "a\ud800b", "a\x7f\x85b", "a\u202eb", "_x0041_", "a\ufffeb\uffff"]
    )
    def test_odd_characters_do_not_break_the_file(self, tmp_path, text):
        found = written(tmp_path, [card_of(f"{text}您好", id=text)], "xlsx")
        assert found["成绩"][1][0] == text.replace("\ud800", "?")

    def test_long_numbers_keep_their_digits(self, tmp_path):
        found = written(tmp_path, [card_of(order_id=202501020304050607)], "xlsx")
        assert str(found["成绩"][1][11]) == "202501020304050607"

    def test_long_cells_are_cut(self, tmp_path):
        found = written(tmp_path, [card_of(id="您" * 40_000)], "xlsx")
        assert found["成绩"][1][0] == "您" * MAX_CELL
        assert MAX_CELL <= 32_767

    def test_past_the_last_row_a_note(self, tmp_path, monkeypatch):
        from autoscorer.writers import workbook

        monkeypatch.setattr(workbook, "MAX_ROWS", 3)
        found = written(tmp_path, [card_of(id=str(i)) for i in range(5)], "xlsx")
        assert [row[0] for row in found["成绩"]] == ["会话", "0", "1", "……后续内容见 results.jsonl"]

    def test_no_time_of_day_is_in_the_file(self, tmp_path):
        written(tmp_path, [card_of()], "xlsx")
        with zipfile.ZipFile(tmp_path / "r.xlsx") as archive:
            assert {info.date_time[0] for info in archive.infolist()} == {1980}
            assert b"2000-01-01T00:00:00Z" in archive.read("docProps/core.xml")


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "xlsx"])
def test_twice_the_same_bytes(tmp_path, suffix):
    for name in ("a", "b"):
        write([card_of(), FAILED, card_of(id="乙", team="售后")], tmp_path / f"{name}.{suffix}")
    assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()


def test_csv_begins_with_a_byte_order_mark(tmp_path):
    write([card_of()], tmp_path / "r.csv")
    assert (tmp_path / "r.csv").read_bytes()[:5] == b"\xef\xbb\xbfid"
