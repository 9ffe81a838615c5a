"""The workbook as Excel would read it."""

import zipfile
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from autoscorer.errors import UsageError
from autoscorer.readers import read_many
from autoscorer.report import write_report
from autoscorer.types import Failure
from autoscorer.writers import write

from .cards import CLEAN, GREETED, NOT_GREETED, OPTIONS, RUDE, SOLVED, card

SHEETS = {
    "zh": ["总览", "坐席", "评分项", "明细", "扣分与依据", "预警", "申诉"],
    "en": ["Overview", "Agents", "Criteria", "Contacts", "Points lost", "Alerts", "Appeals"],
}


def found():
    """Five contacts of two agents over two weeks, and a failure."""
    return [
        card("a", 95.0, (GREETED, CLEAN), agent_id="1", team="甲", date="2024-06-03"),
        card("b", 85.0, (NOT_GREETED, SOLVED), agent_id="1", team="甲", date="2024-06-04"),
        card(
            "c",
            40.0,
            (NOT_GREETED, RUDE),
            agent_id="2",
            team="乙",
            date="2024-06-11",
            behaviors=("escalate 0",),
        ),
        card(
            "d",
            70.0,
            (GREETED, SOLVED),
            agent_id="2",
            team="乙",
            date="2024-06-12",
            moods=("0 negative 0.5",),
        ),
        card("e", 75.0, (GREETED, CLEAN)),
        Failure("x.txt", "read", "no_dialogue", "m"),
    ]


def book(results, path, **options):
    """The report, read again."""
    return load_workbook(write_report(results, path, **(options or {"options": OPTIONS})))


def column(sheet, head):
    """The values under a heading in the first row."""
    heads = [cell.value for cell in sheet[1]]
    return [row[heads.index(head)].value for row in sheet.iter_rows(min_row=2)]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_sheets_have_fixed_heads_and_filters(lang, tmp_path):
    made = book(found(), tmp_path / "r.xlsx", lang=lang)
    assert made.sheetnames == SHEETS[lang]
    assert [made[name].freeze_panes for name in made.sheetnames] == ["A3", "C2", "D2", "B2", "B2", "B2", "B2"]
    assert all(made[name].auto_filter.ref for name in made.sheetnames[1:])
    assert all(made[name].conditional_formatting for name in made.sheetnames[:6])
    assert [len(made[name]._charts) for name in made.sheetnames[:2]] == [2, 1]


def test_the_overview_states_the_figures(tmp_path):
    sheet = book(found(), tmp_path / "r.xlsx")["总览"]
    rows = {row[0].value: [cell.value for cell in row[1:4]] for row in sheet.iter_rows()}
    assert rows["会话数"][0] == 5
    assert rows["未能评分"][0] == 1
    assert rows["平均分"] == [73, 85, "✗ 未达标"]
    assert rows["合格率"] == [0.8, 0.95, "✗ 未达标"]
    assert rows["优秀"][:2] == [1, 0.2]
    assert rows["甲"][:2] == [2, 90]


def test_details_losses_and_alerts(tmp_path):
    made = book(found(), tmp_path / "r.xlsx")
    assert column(made["明细"], "会话") == ["a", "b", "c", "d", "e"]
    assert column(made["明细"], "总分") == [95, 85, 40, 70, 75]
    assert column(made["明细"], "合格") == ["是", "是", "否", "是", "是"]
    lost = list(
        zip(*(column(made["扣分与依据"], head) for head in ("会话", "评分项编号", "失分")), strict=True)
    )
    assert lost == [
        ("b", "attitude.greeting", 4), ("b", "solving.solution", 6), ("c", "attitude.greeting", 4),
        ("c", "red_lines.rudeness", 10), ("d", "solving.solution", 6),
    ]  # fmt: skip
    assert column(made["扣分与依据"], "依据")[3] == "第 2 轮 客服：您好"
    assert column(made["预警"], "会话") == ["c"]
    assert column(made["预警"], "原因") == ["违规、威胁升级"]


def test_what_is_not_sure_has_a_column(tmp_path):
    half = replace(SOLVED, unsure=True)
    results = [
        card("a", 40.0, (NOT_GREETED, half)),
        card("b", 90.0, (GREETED, replace(RUDE, unsure=True))),
        card("c"),
    ]
    made = book(results, tmp_path / "r.xlsx")
    wanted = [OPTIONS.names.criterion(c) for c in ("solving.solution", "red_lines.rudeness")]
    assert column(made["明细"], "拿不准") == [*wanted, None]
    lost = dict(
        zip(column(made["扣分与依据"], "评分项编号"), column(made["扣分与依据"], "拿不准"), strict=True)
    )
    assert lost == {"attitude.greeting": None, "solving.solution": "复核", "red_lines.rudeness": "复核"}
    counted = dict(zip(column(made["评分项"], "评分项编号"), column(made["评分项"], "拿不准"), strict=True))
    assert counted == {"attitude.greeting": 0, "solving.solution": 1, "red_lines.rudeness": 1}
    rows = {row[0].value: row[1].value for row in made["总览"].iter_rows()}
    assert rows["需复核"] == 2


def test_appeals_are_a_form_for_what_was_not_passed(tmp_path):
    sheet = book(found(), tmp_path / "r.xlsx")["申诉"]
    assert column(sheet, "会话") == ["c", "c"]
    assert column(sheet, "评分项编号") == ["attitude.greeting", "red_lines.rudeness"]
    assert column(sheet, "申诉理由") == [None, None]
    choices = [rule.formula1 for rule in sheet.data_validations.dataValidation]
    assert choices == ['"成立,驳回"', '"符合,部分符合,不符合,不适用"']


def test_agents(tmp_path):
    sheet = book(found(), tmp_path / "r.xlsx")["坐席"]
    assert column(sheet, "坐席") == ["1", "2"]
    assert column(sheet, "平均分") == [90, 55]
    assert column(sheet, "红 · 立即") == [None, "文明用语，不推诿"]


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x","y")', "http://x.example", "\t=1", "{=1}"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula_or_a_link(text, tmp_path):
    talk = (f"c {text}我的退款没有到账", f"a {text}", "c 好", "a 好")
    result = card(
        text, 40.0, (RUDE,), talk=talk, grade=text, agent_id=text, team=text, behaviors=("escalate 0",)
    )
    path = tmp_path / "r.xlsx"
    made = book([result], path)
    cells = [cell for sheet in made for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert any(cell.value == text.strip() for cell in cells)
    with zipfile.ZipFile(path) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if "worksheets/sheet" in name]
    assert not [sheet for sheet in sheets if "<f>" in sheet or "<hyperlink" in sheet]


def test_without_text(tmp_path):
    made = book(found(), tmp_path / "r.xlsx", text=False)
    values = [str(cell.value) for sheet in made for row in sheet.iter_rows() for cell in row]
    assert not [value for value in values if "退款" in value or "您好" in value or "「" in value]
    assert [value for value in column(made["扣分与依据"], "依据") if value] == []


def test_the_same_results_give_the_same_bytes(tmp_path):
    one = write_report(found(), tmp_path / "a.xlsx", options=OPTIONS).read_bytes()
    assert one == write_report(found(), tmp_path / "b.xlsx", options=OPTIONS).read_bytes()


def test_a_report_replaces_a_report_and_nothing_else(tmp_path):
    path = tmp_path / "r.xlsx"
    write_report(found(), path, options=OPTIONS)
    write_report(found(), path, options=OPTIONS)
    write(found(), tmp_path / "results.xlsx")
    with pytest.raises(UsageError, match="choose another name"):
        write_report(found(), tmp_path / "results.xlsx")
    (tmp_path / "mine.html").write_text("<p>mine", encoding="utf-8")
    with pytest.raises(UsageError, match="choose another name"):
        write_report(found(), tmp_path / "mine.html")
    page = write_report(found(), tmp_path / "r.html", options=OPTIONS)
    with pytest.raises(UsageError, match="choose another name"):
        write(found(), path)
    assert write_report(found(), page, options=OPTIONS) == page


def test_a_report_is_no_transcript(tmp_path):
    write_report(found(), tmp_path / "r.xlsx")
    assert [failure.code for failure in read_many([tmp_path / "r.xlsx"])] == ["own_results"]


def test_surrogates_do_not_stop_it(tmp_path):
    path = write_report([card("a\ud800", agent_id="\udcff")], tmp_path / "r.xlsx")
    assert load_workbook(path)["明细"]["A2"].value == "a?"
    assert write_report([card("a\ud800", agent_id="\udcff")], tmp_path / "r.html").stat().st_size
