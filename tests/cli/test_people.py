"""`sample`, `review`, `agree` and `calibrate`, from scoring to final results."""

import json
import shutil

import pytest
from openpyxl import load_workbook

import autoscorer as asr
from tests.cli.conftest import line

TALKS = {
    "good": [["customer", "你好，快递三天没动了"], ["agent", "您好，非常抱歉，我马上帮您催"], ["customer", "好的，谢谢"], ["agent", "不客气，再见"]],
    "bad": [["customer", "我要投诉你们"], ["agent", "这不归我们管，你自己看"], ["customer", "太差了"], ["agent", "随便你"]],
    "plain": [["customer", "怎么退货"], ["agent", "在订单里点申请退货"], ["customer", "嗯"]],
}  # fmt: skip


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    """The lines of thirty-six contacts of three kinds, and their results."""
    folder = tmp_path_factory.mktemp("scored")
    path = folder / "talks.jsonl"
    lines = [
        line(
            f"{kind}{i}",
            [[r, t + "。" * i] for r, t in talk],
            agent_id=f"80{i % 4}",
            team=f"组{i % 2}",
        )
        for i in range(12)
        for kind, talk in TALKS.items()
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    asr.write(asr.score_many([path], scorer=asr.Scorer(use_models=False)), folder / "results.jsonl")
    return folder


@pytest.fixture
def results(scored, tmp_path):
    """A folder of results of the test's own."""
    (tmp_path / "out").mkdir()
    shutil.copy(scored / "results.jsonl", tmp_path / "out")
    return tmp_path / "out"


@pytest.fixture
def people(tmp_path):
    """Two inspectors' totals of all contacts as csv."""
    path = tmp_path / "people.csv"
    wanted = {"good": 88, "bad": 20, "plain": 65}
    rows = ["会话,质检员,总分,礼貌问候"]
    for i in range(12):
        for kind, total in wanted.items():
            rows += [f"{kind}{i},王芳,{total + i % 5},符合", f"{kind}{i},李强,{total - i % 3},不符合"]
    path.write_text("\n".join(rows), encoding="utf-8-sig")
    return path


def fill(path, changes):
    """Fill in a review list: {(contact, criterion): {heading: value}}."""
    book = load_workbook(path)
    sheet = book["复核"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        key = (sheet.cell(row, heads["会话"]).value, sheet.cell(row, heads["评分项"]).value)
        for head, value in changes.get(key, {}).items():
            sheet.cell(row, heads[head]).value = value
    book.save(path)


@pytest.mark.slow
def test_from_a_list_to_final_results(run, results, tmp_path):
    sheet = tmp_path / "list.xlsx"
    done = run("sample", results, "--n", "36", "--by", "risk", "--seed", "1", "-o", sheet)
    assert done.code == 0 and "36 of 36 contacts" in done.err
    signed = {"质检员": "王芳", "日期": "2025-03-31"}
    fill(sheet, {("good0", "总分"): signed, ("good0", "礼貌问候"): {"人工判定": "不符合", "意见": "没有问候"},
                 ("bad0", "总分"): {**signed, "人工判定": 33}, ("plain0", "礼貌问候"): {"人工判定": "符合"}})  # fmt: skip
    first = run("review", "import", sheet, "--results", results)
    assert first.code == 1 and "2 added, 0 known already, 1 left out" in first.err
    assert "column '质检员': the inspector is missing" in first.err
    before = (results / "results.jsonl").read_bytes(), (results / "reviews.jsonl").read_bytes()
    assert "0 added, 2 known already" in run("review", "import", sheet, "--results", results).err
    assert (
        "1 added, 2 known already" in run("review", "import", sheet, "--results", results, "--by", "李强").err
    )
    assert (results / "results.jsonl").read_bytes() == before[0]
    assert (results / "reviews.jsonl").read_bytes().startswith(before[1])
    shown = run("review", "show", results)
    assert shown.code == 0 and "王芳" in shown.out and "没有问候" in shown.out
    told = {one["id"]: one for one in run("review", "show", results, "--json").records()}
    assert told["bad0"]["total"] == 33 and told["bad0"]["counts"] == "person"
    assert told["good0"]["total"] < told["good0"]["machine"]["total"]
    for suffix in ("jsonl", "xlsx"):
        done = run("review", "export", results, "-o", tmp_path / f"final.{suffix}")
        assert done.code == 0 and "36 contacts" in done.err
    finals = [
        json.loads(text) for text in (tmp_path / "final.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert {one["id"]: one["total"] for one in finals}["bad0"] == 33
    labels = run("review", "export", results, "--labels", "-o", tmp_path / "labels.jsonl")
    assert labels.code == 0 and "dialogues with labels" in labels.err


def test_nothing_is_overwritten(run, results, people, tmp_path):
    taken = tmp_path / "taken.xlsx"
    taken.write_bytes(b"mine")
    for command in (
        ("sample", results, "-o", taken),
        ("review", "export", results, "-o", taken),
        ("agree", results, people, "-o", taken),
        ("calibrate", results, people, "-o", taken),
    ):
        done = run(*command)
        assert done.code == 2 and "nothing is overwritten" in done.err
    assert taken.read_bytes() == b"mine"


def test_review_without_a_log_says_what_to_do(run, results, tmp_path):
    for command in (("show", results), ("export", results, "--labels", "-o", tmp_path / "l.jsonl")):
        done = run("review", *command)
        assert (
            done.code == 2 and "nothing was imported yet; see `autoscorer review import --help`" in done.err
        )


BAD_RESULTS = [
    (b"", "holds no scorecard"),
    (b'{"schema": 2, "id": "c1"}\n', "not a result of schema 1: found schema 2"),
    (b"hello\n", "results.jsonl:1: not JSON"),
    (b'{"schema": 1, "id": null, "source": "x", "failure": {"stage": "read", "code": "empty", "message": "m", "hint": ""}}\n', "holds no scorecard (1 failures)"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "message"), BAD_RESULTS)
@pytest.mark.parametrize("verb", ["sample", "agree", "calibrate", "import"])
def test_results_that_hold_nothing(run, people, tmp_path, verb, content, message):
    folder = tmp_path / "empty"
    folder.mkdir()
    (folder / "results.jsonl").write_bytes(content)
    new = ("-o", tmp_path / "new.xlsx")
    command = {
        "sample": ("sample", folder, *new), "agree": ("agree", folder, people), "calibrate": ("calibrate", folder, people, *new),
        "import": ("review", "import", people, "--results", folder),
    }[verb]  # fmt: skip
    done = run(*command)
    assert done.code == 2 and message in done.err and len(done.err.splitlines()) == 1
    assert not (tmp_path / "new.xlsx").exists()


@pytest.mark.slow
def test_lines_of_another_schema_are_counted_and_the_rest_is_used(run, results, people):
    path = results / "results.jsonl"
    path.write_bytes(b'{"schema": 9}\n' + path.read_bytes())
    done = run("agree", results, people, "--resamples", "50")
    assert done.code == 1 and "results.jsonl:1: not a result of schema 1: found schema 9" in done.err
    assert "144 judgements of 36 contacts used" in done.err


@pytest.mark.slow
def test_agree_as_table_json_and_workbook(run, results, people, tmp_path):
    book = tmp_path / "agree.xlsx"
    done = run("agree", results, people, "--resamples", "50", "-o", book)
    assert done.code == 0 and "Spearman" in done.out and "王芳" in done.out and "组0" in done.out
    assert "不宜自动评分：礼貌问候" in done.out.replace("\n", "")
    sheets = load_workbook(book)
    assert sheets.sheetnames == ["总分与等级", "评分项", "质检员", "坐席分组", "最大分歧"]
    assert {c.data_type for s in sheets for row in s.iter_rows() for c in row if c.value is not None} <= {
        "s",
        "n",
    }
    told = json.loads(run("agree", results, people, "--json", "--resamples", "50").out)
    assert told["total"]["human_machine"]["pairs"] == 72 and told["total"]["human_human"]["pairs"] == 36
    assert told["unfit"] == ["attitude.greeting"]
    assert told == json.loads(run("agree", results, people, "--json", "--resamples", "50").out)


@pytest.mark.slow
def test_agree_reads_a_filled_in_list(run, results, tmp_path):
    sheet = tmp_path / "list.xlsx"
    run("sample", results, "--n", "9", "-o", sheet)
    book = load_workbook(sheet)
    ids = list(dict.fromkeys(row[0].value for row in book["复核"].iter_rows(min_row=2)))
    fill(sheet, {(name, "总分"): {"人工判定": 50 + i, "质检员": "王芳"} for i, name in enumerate(ids)})
    done = run("agree", results, sheet, "--resamples", "50", "--lang", "en")
    assert done.code == 0 and "9 judgements of 9 contacts used" in done.err and "ICC(2,1)" in done.out


def test_people_who_judged_other_contacts(run, results, tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("id,inspector,total\nnobody,A,5\n", encoding="utf-8")
    done = run("agree", results, path)
    assert done.code == 2 and "no contact 'nobody' in the results" in done.err
    assert "no row of people's scores could be used" in done.err


@pytest.mark.slow
def test_calibrate_writes_a_rubric_that_scores(run, score, scored, results, people, tmp_path):
    new = tmp_path / "new.yaml"
    done = run("calibrate", results, people, "-o", new, "--resamples", "50")
    assert done.code == 0 and "交叉验证" in done.out
    text = new.read_text(encoding="utf-8")
    assert text.startswith("# calibrated from default@1 on 36 contacts") and "\nversion: 2\n" in text
    assert run("check", "--rubric", new, "--no-models").code == 0
    again = score(scored / "talks.jsonl", "--rubric", new, "--format", "jsonl", "-q").records()
    assert {one["rubric"] for one in again} == {"default@2"}
