"""Rule books as workbooks: nothing is lost, nothing runs, and each mistake has its sheet, row and column."""

import datetime
import zipfile

import openpyxl
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autoscorer.authoring.workbook import export_rules, import_rules
from autoscorer.authoring.workbook.cells import Lines, Number, Text
from autoscorer.errors import ConfigError, UsageError
from autoscorer.rules import load_rules
from tests.test_docs_yaml import blocks

HEAD = {
    "id": "small",
    "version": 3,
    "behaviors": {
        "hold": {"role": "agent", "name": "等待", "name_en": "asks to wait"},
        "urge": {"role": "customer", "name": "催促"},
    },
}
EVERYTHING = """
id: all
version: "1.10"
positions: {opening: 2}
same_sound: false
negation: ignore
quoted: ignore
behaviors:
  hold: {role: agent, name: 等待}
  "007": {role: customer, name: ''}
conditions:
  upset: {any: [urge, {phrases: [气死], where: opening}]}
  urge: {phrases: ['=1+1', '@x', '-1']}
rules:
  - {id: a, behavior: hold, phrases: ['=HYPERLINK("x")', ' 首尾 ', '"引号"', "两\\n行", 12315号, 'a\\b', _x0041_], need: 2, note: "=1+1"}
  - {id: b, behavior: hold, phrases: [姓名, 电话], need: all, transcript: speech, same_sound: auto}
  - {id: c, behavior: hold, words: ["1", "true"], tokens: [[{text: 申请}, {op: '?'}, {text: [退款, 退货], length: [2, 2]}]]}
  - {id: d, behavior: hold, regex: ['第.次', '\\d{2}'], unless: [第一次], unless_regex: ['第[一二]次'], same_sound: true}
  - id: e
    behavior: "007"
    turns: [-2, null]
    seconds: [0, 30.5]
    after: {of: {use: upset}, nth: -1, within: 2}
    before: upset
    around: {of: {behavior: [hold]}, seconds: 0.30000000000000004}
    within: 7
    confidence: 0.30000000000000004
    decisive: false
    negation: allow
    quoted: allow
    match:
      all:
        - not: {any: [{all: [hold, upset]}, {count: {of: upset, at_least: 2, at_most: 3, within: 5}}]}
        - {similar: {examples: [还有其他问题吗], threshold: 0.7}}
        - {repetition: {within: 3}}
        - {restates: {form: question}}
        - {entity: [order, phone]}
        - {classifier: {task: sentiment, label: [negative]}}
        - {interval: {of: gap, at_least: 20}}
        - {speech_rate: {at_most: 400}}
        - {interruption: {at_least: 1}}
        - {metadata: {field: a.b, is: ["1"], matches: '^1'}}
        - {length: {of: turns, role: agent, at_least: 8}}
"""


def same(one, other):
    return one.model_copy(update={"sha256": other.sha256}) == other


def there_and_back(source, folder):
    export_rules(source, folder / "book.xlsx", force=True)
    import_rules(folder / "book.xlsx", folder / "again.yaml", force=True)
    return load_rules(folder / "again.yaml")


def write(folder, *rules, **head):
    path = folder / "rules.yaml"
    content = {**HEAD, **head, "rules": list(rules)}
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def test_the_default_book_comes_back(tmp_path):
    assert same(there_and_back(None, tmp_path), load_rules())


def test_every_key_and_operator_comes_back(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(EVERYTHING, encoding="utf-8")
    assert same(there_and_back(path, tmp_path), load_rules(path))


@pytest.mark.parametrize("body", [*blocks("rules")])
def test_the_books_of_the_guide_come_back(body, tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(body, encoding="utf-8")
    assert same(there_and_back(path, tmp_path), load_rules(path))
    extended = "extends" in yaml.safe_load(body)
    assert ("extends" in yaml.safe_load((tmp_path / "again.yaml").read_text(encoding="utf-8"))) == extended


ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["=1+1", "", " ", '"', '""', '"a"', "a\nb", "\r\n", "\t", "true", "1.0", "_x0041_", "_x005F_x0041_", "\x00", "\ufffe",
     "'", "#N/A", "1-2", "null", "- a", "a: b", "\u2028", "\x85", "😀"]
)  # fmt: skip


@given(ANY, st.lists(ANY, max_size=4))
def test_every_text_comes_back_from_a_cell(text, texts):
    assert Text().read(Text().write(text), "x") == text
    assert Lines().read(Lines().write(texts), "x") == texts


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**20), 10**20))
def test_every_number_comes_back_from_a_cell(number):
    cell = Number().write(number)
    kept = cell if isinstance(cell, str) else float(f"{cell:.16g}")  # what xlsxwriter writes
    assert Number().read(kept, "x") == number


PHRASES = st.lists(ANY.filter(bool), min_size=1, max_size=4)
RULES = st.fixed_dictionaries(
    {"behavior": st.sampled_from(["hold", "urge"]), "phrases": PHRASES},
    optional={
        "unless": PHRASES, "note": ANY, "confidence": st.floats(0, 1), "decisive": st.booleans(),
        "where": st.sampled_from(["opening", "closing"]), "same_sound": st.sampled_from(["auto", True, False]),
        "turns": st.sampled_from([[0, None], [-2, -1]]), "within": st.integers(1, 1000),
        "after": st.fixed_dictionaries({"of": st.builds(lambda p: {"phrases": p}, PHRASES), "nth": st.just(-1)}),
    },
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(RULES, min_size=1, max_size=4), ANY)
def test_any_book_comes_back(tmp_path, rules, name):
    behaviors = {**HEAD["behaviors"], "hold": {"role": "agent", "name": name}}
    numbered = [{"id": f"r{i}", **rule} for i, rule in enumerate(rules)]
    path = write(tmp_path, *numbered, behaviors=behaviors)
    assert same(there_and_back(path, tmp_path), load_rules(path))


def test_a_task_of_ones_own_comes_back(tmp_path):
    tasks = {"intent": {"customer": ("refund", "other")}}
    path = write(
        tmp_path,
        {"id": "x", "behavior": "urge", "match": {"classifier": {"task": "intent", "label": "refund"}}},
    )
    export_rules(path, tmp_path / "b.xlsx", tasks=tasks)
    assert same(
        import_rules(tmp_path / "b.xlsx", tmp_path / "b.yaml", tasks=tasks), load_rules(path, tasks=tasks)
    )
    with pytest.raises(
        ConfigError, match=r"工作表 规则 第 2 行 “条件” 列: classifier\.task: unknown task 'intent'"
    ):
        import_rules(tmp_path / "b.xlsx", tmp_path / "c.yaml")


class TestSheets:
    @pytest.fixture
    def sheets(self, tmp_path):
        path = write(tmp_path, {"id": "a", "behavior": "hold", "phrases": ["=1+1", "稍等"], "note": "-x"})
        export_rules(path, tmp_path / "b.xlsx")
        return openpyxl.load_workbook(tmp_path / "b.xlsx")

    def test_they_are_for_people(self, sheets):
        assert sheets.sheetnames == ["说明", "规则", "行为", "命名条件", "设置"]
        rules = sheets["规则"]
        assert [cell.value for cell in rules[1]][:3] == ["编号", "行为", "词句"]
        assert rules.freeze_panes == "B2" and rules.auto_filter.ref == "A1:X2"
        assert rules.column_dimensions["C"].width > 20
        assert rules["C2"].value == "=1+1\n稍等"
        lists = {str(v.sqref): v.formula1 for v in rules.data_validations.dataValidation}
        assert '"开头,结尾,任何位置"' in lists.values() and '"是,否"' in lists.values()
        (roles,) = sheets["行为"].data_validations.dataValidation
        assert roles.formula1 == '"客服,客户"'

    def test_every_column_is_explained(self, sheets):
        told = {(row[0], row[1]) for row in sheets["说明"].iter_rows(values_only=True)}
        for sheet in sheets.worksheets[1:]:
            assert {(sheet.title, cell.value) for cell in sheet[1]} <= told

    def test_no_cell_is_a_formula(self, sheets):
        cells = [
            cell for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.value is not None
        ]
        assert all(cell.data_type in "sn" for cell in cells)
        begins = [cell for cell in cells if str(cell.value).startswith(("=", "-"))]
        assert len(begins) >= 2 and all(cell.quotePrefix for cell in begins)

    def test_equal_books_make_equal_files(self, tmp_path):
        for name in "cd":
            export_rules(None, tmp_path / f"{name}.xlsx")
        assert (tmp_path / "c.xlsx").read_bytes() == (tmp_path / "d.xlsx").read_bytes()


BAD = [
    ({"规则!B2": "hodl"}, "规则 第 2 行 “行为” 列: unknown behavior 'hodl'; allowed: hold, urge"),
    ({"规则!K2": "中间"}, "规则 第 2 行 “位置” 列: unknown value '中间'; allowed: 开头, 结尾, 任何位置"),
    ({"规则!D2": "some"}, "规则 第 2 行 “词句要几条” 列: unknown value 'some'; allowed: 任一, 全部, 都没有, a number"),
    ({"规则!D2": 3}, "规则 第 2 行: 'need' asks for 3 of 2 phrases"),
    ({"规则!V2": "高"}, "规则 第 2 行 “可信度” 列: '高' is no number"),
    ({"规则!V2": 2}, "规则 第 2 行 “可信度” 列: Input should be less than or equal to 1; found 2.0"),
    ({"规则!Q2": 1.5}, "规则 第 2 行 “相隔几句” 列: Input should be a valid integer; found 1.5"),
    ({"规则!F2": "(("}, "规则 第 2 行 “正则” 列: 0: bad regex '((': missing ), unterminated subpattern at position 1"),
    ({"规则!C2": "=1+1"}, "规则 第 2 行 “词句” 列: a formula, and formulas are not evaluated; format the cell as text"),
    ({"规则!X2": datetime.datetime(2024, 1, 2)}, "规则 第 2 行 “备注” 列: Excel took it for a date or time; format the cell as text and type it again"),
    ({"规则!N2": "{of: ["}, "规则 第 2 行 “在…之后” 列: line 2: not valid YAML: "),
    ({"规则!N2": "{of: hold, of: urge}"}, "规则 第 2 行 “在…之后” 列: line 1: duplicate key 'of'"),
    ({"规则!N2": "{of: hold, nht: 1}"}, "规则 第 2 行 “在…之后” 列: nht: unknown key 'nht'; allowed: of, nth, within, seconds"),
    ({"规则!N2": "joy"}, "规则 第 2 行 “在…之后” 列: unknown behavior 'joy'; allowed: hold, urge"),
    ({"规则!A2": None}, "规则 第 2 行 “编号” 列: this cell is required"),
    ({"规则!E1": "单词"}, "规则 第 1 行: heading '单词' is unknown; allowed: 编号, 行为, 词句"),
    ({"规则!E1": "词句"}, "规则 第 1 行: heading '词句' stands twice"),
    ({"规则!Z2": "x"}, "规则 第 2 行: a cell in column 26, which has no heading"),
    ({"行为!B2": "坐席"}, "行为 第 2 行 “角色” 列: unknown value '坐席'; allowed: 客服, 客户"),
    ({"行为!A4": "hold", "行为!B4": "客服", "行为!C4": "等"}, "行为 第 4 行 “编号” 列: 'hold' stands in a row above; names must differ"),
    ({"行为!A2": "a b"}, "行为 第 2 行 “编号” 列: String should match pattern"),
    ({"命名条件!A2": "upset"}, "命名条件 第 2 行 “条件” 列: this cell is required"),
    ({"命名条件!A2": "hold", "命名条件!B2": "{phrases: [好]}"}, "命名条件 第 2 行 “条件” 列: 'hold' is the name of a behavior; names must differ"),
    ({"命名条件!A2": "up", "命名条件!B2": "{words: [好], phrasse: [x]}"}, "命名条件 第 2 行 “条件” 列: phrasse: unknown key 'phrasse'"),
    ({"设置!A2": "名字"}, "设置 第 2 行 “项目” 列: unknown setting; allowed: 规则库编号, 版本"),
    ({"设置!B5": 0}, "设置 第 5 行 “值” 列: Input should be greater than or equal to 1; found 0"),
    ({"备忘!A1": "x"}, "备忘: unknown sheet; allowed: 说明, 规则, 行为, 命名条件, 设置"),
]  # fmt: skip


class TestMistakes:
    @pytest.fixture
    def edit(self, tmp_path):
        def edit(cells):
            path = write(tmp_path, {"id": "a", "behavior": "hold", "phrases": ["请稍等", "稍等片刻"]})
            export_rules(path, tmp_path / "b.xlsx", force=True)
            book = openpyxl.load_workbook(tmp_path / "b.xlsx")
            for place, value in cells.items():
                sheet, cell = place.split("!")
                (book[sheet] if sheet in book.sheetnames else book.create_sheet(sheet))[cell] = value
            book.save(tmp_path / "b.xlsx")
            return tmp_path / "b.xlsx"

        return edit

    @pytest.mark.parametrize(("cells", "message"), BAD, ids=[message[:40] for _, message in BAD])
    def test_each_has_its_cell(self, edit, tmp_path, cells, message):
        path = edit(cells)
        with pytest.raises(ConfigError) as caught:
            import_rules(path, tmp_path / "out.yaml")
        lines = str(caught.value).splitlines()
        assert len(lines) == 1 and lines[0].startswith(f"{path}: 工作表 {message}")
        assert not (tmp_path / "out.yaml").exists() and not list(tmp_path.glob("*.partial"))

    def test_all_are_named_at_once(self, edit, tmp_path):
        cells = {"规则!K2": "中间", "规则!V2": "高", "行为!B2": "坐席", "设置!B6": "也许"}
        with pytest.raises(ConfigError) as caught:
            import_rules(edit(cells), tmp_path / "out.yaml")
        assert len(str(caught.value).splitlines()) == 4

    def test_both_rules_of_one_id_are_named(self, edit, tmp_path):
        with pytest.raises(ConfigError) as caught:
            import_rules(edit({"规则!A3": "a", "规则!B3": "urge", "规则!C3": "快"}), tmp_path / "out.yaml")
        places = [
            line.partition(" “编号” 列: duplicate rule id")[0] for line in str(caught.value).splitlines()
        ]
        assert [place[-5:] for place in places] == ["第 2 行", "第 3 行"]

    @pytest.mark.parametrize(
        "cells",
        [
            {"Sheet1!A1": None, "说明!A40": "=1+1"},  # an empty sheet, and remarks where they belong
            {"规则!K2": "opening", "规则!V2": "0.5", "规则!D2": "ALL", "规则!A1": "id"},  # keys do as well
            {
                "规则!W2": True,
                "规则!Q2": 3.0,
                "规则!A3": " ",
                "规则!X2": 12315,
            },  # what Excel makes of typed text
        ],
    )
    def test_what_people_do_is_no_mistake(self, edit, tmp_path, cells):
        assert import_rules(edit(cells), tmp_path / "out.yaml").rules

    def test_rows_and_columns_may_move(self, edit, tmp_path):
        path = edit({})
        book = openpyxl.load_workbook(path)
        book["规则"].insert_rows(2)
        book["规则"].move_range("A1:A3", cols=24)
        book.save(path)
        assert same(import_rules(path, tmp_path / "out.yaml"), load_rules(tmp_path / "rules.yaml"))

    def test_no_sheet_of_rules(self, tmp_path):
        openpyxl.Workbook().save(tmp_path / "x.xlsx")
        with pytest.raises(ConfigError, match=r"x\.xlsx: no sheet 规则 with rows in it$"):
            import_rules(tmp_path / "x.xlsx", tmp_path / "out.yaml")

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (None, "cannot be read: No such file or directory"),
            (b"id: x\n", "the content is not .xlsx (save it again as .xlsx)"),
            ({"a.txt": b"x"}, "the workbook is damaged"),
            ({"xl/workbook.xml": b"0" * (400 << 20)}, "unpacks to 400 MB, allowed are 300 MB"),
            ({"xl/workbook.xml": b"0" * (30 << 20)}, "unpacks to 30 MB"),
        ],
    )
    def test_what_is_no_workbook_or_a_bomb(self, tmp_path, content, words):
        path = tmp_path / "x.xlsx"
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif content:
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, data in content.items():
                    archive.writestr(name, data)
        with pytest.raises(ConfigError) as caught:
            import_rules(path, tmp_path / "out.yaml")
        assert str(caught.value).startswith(f"{path}: {words}")

    def test_a_cell_holds_only_so_much(self, tmp_path):
        path = write(tmp_path, {"id": "a", "behavior": "hold", "phrases": [f"{i:0>99}" for i in range(400)]})
        with pytest.raises(
            ConfigError, match=r"rules\.0\.phrases: longer than the 32,767 characters that a cell holds"
        ):
            export_rules(path, tmp_path / "b.xlsx")
        assert [found.name for found in tmp_path.iterdir()] == ["rules.yaml"]

    def test_more_text_than_any_book_has(self, edit, tmp_path):
        path = edit({f"规则!X{n}": "字" * 32_000 for n in range(2, 70)})
        with pytest.raises(ConfigError, match="工作表 规则: more than 2,000,000 characters"):
            import_rules(path, tmp_path / "out.yaml")


class TestVerbs:
    def test_there_and_back(self, run, tmp_path):
        path = write(tmp_path, {"id": "a", "behavior": "hold", "phrases": ["请稍等"]})
        book, again = tmp_path / "b.xlsx", tmp_path / "again.yaml"
        assert run("rules", "export", book, "--rules", path) == (0, "", f"wrote {book}: small@3\n")
        assert run("rules", "import", book, "-o", again) == (0, "", f"wrote {again}: small@3\n")
        assert same(load_rules(again), load_rules(path))

    def test_nothing_is_overwritten_unasked(self, run, tmp_path):
        book, again = tmp_path / "b.xlsx", tmp_path / "again.yaml"
        book.write_text("mine")
        code, _, err = run("rules", "export", book)
        assert code == 2 and "is there already" in err and "--force" in err and book.read_text() == "mine"
        assert run("rules", "export", book, "--force")[0] == 0
        again.write_text("mine")
        assert run("rules", "import", book, "-o", again)[0] == 2 and again.read_text() == "mine"
        assert run("rules", "import", book, "-o", again, "--force")[0] == 0 and load_rules(again).rules

    def test_a_failure_leaves_what_was_there(self, run, tmp_path):
        book, again = tmp_path / "b.xlsx", tmp_path / "again.yaml"
        book.write_text("no workbook")
        again.write_text("mine")
        assert run("rules", "import", book, "-o", again, "--force")[0] == 2
        assert again.read_text() == "mine" and not list(tmp_path.glob("*.partial"))

    def test_the_suffix_says_what_it_is(self, run, tmp_path):
        assert "must end in .xlsx" in run("rules", "export", tmp_path / "b.yaml")[2]
        assert (
            "must end in .yaml or .yml"
            in run("rules", "import", tmp_path / "b.xlsx", "-o", tmp_path / "c.xlsx")[2]
        )

    def test_a_folder_that_cannot_be(self, tmp_path):
        (tmp_path / "file").write_text("")
        with pytest.raises(UsageError, match="cannot be written"):
            export_rules(None, tmp_path / "file" / "b.xlsx")
