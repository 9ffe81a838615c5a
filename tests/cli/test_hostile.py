"""What a transcript, an id or a file's name holds never reaches the terminal as a command, nor a path."""

import json

import pytest

ESC = "\x1b[2J\x1b]0;owned\x07\u202e\x9b31m"
BAD = [char for char in ESC if not char.isprintable()] + ["\x1b"]


def contact(tmp_path, **changes):
    talk = {
        "turns": [["客服", f"您好{ESC}，请问有什么可以帮您"], ["客户", f"我要退货{ESC}"]],
        "id": f"a{ESC}b",
        **changes,
    }
    path = tmp_path / f"c{ESC.replace('/', '')}.json"
    path.write_text(json.dumps(talk), encoding="utf-8")
    return path


def clean(done):
    return not any(char in done.out + done.err for char in BAD)


def test_the_table_and_the_summary(score, tmp_path):
    assert clean(score(contact(tmp_path)))


def test_failures_and_missing_files(score, tmp_path):
    done = score(contact(tmp_path, turns=[[f"甲{ESC}", "啊"]]), tmp_path / f"none{ESC}.txt")
    assert done.code == 1 and "failed:" in done.err and clean(done)


@pytest.mark.parametrize("more", [[], ["--mask"], ["--lang", "en"]])
def test_explain(run, tmp_path, more):
    done = run("explain", "--no-models", contact(tmp_path), *more)
    assert done.code == 0 and "您好" in done.out and clean(done)


def test_messages_about_options(run, score, tmp_path):
    assert clean(score(contact(tmp_path), "--rubric", tmp_path / f"r{ESC}.yaml"))
    (tmp_path / "r.yaml").write_text('id: "a\\e[2J"\nrules: [1]', encoding="utf-8")
    assert clean(run("check", "--no-models", "--rules", tmp_path / "r.yaml"))
    assert clean(run("explain", "--no-models", contact(tmp_path), "--id", ESC))


def test_ids_make_no_paths(score, run, tmp_path):
    out = tmp_path / "out"
    for name in ("../../evil", "/etc/evil", "..", "a/b\\c", "C:\\evil", "\n", "con", "x" * 5000):
        done = score(contact(tmp_path, id=name), "-o", out, "--format", "csv", "--format", "jsonl", "-q")
        assert done.code == 0
        assert run("report", out, "-o", out / "report.html", "-q").code == 0
        assert sorted(p.name for p in out.iterdir() if p.name != ".run") == [
            "report.html",
            "results.csv",
            "results.jsonl",
        ]
    assert not list(tmp_path.rglob("*evil*"))
    assert len(list(tmp_path.iterdir())) == 2


class TestMask:
    TALK = {
        "turns": [["客服", "您好，我是客服小林"], ["客户", "我叫王小明，电话13800138000，要退货"]],
        "id": "13800138000",
    }
    SECRETS = ("13800138000", "王小明", "小林")

    def written(self, tmp_path):
        path = tmp_path / "in.jsonl"
        path.write_text(json.dumps(self.TALK, ensure_ascii=False) + "\n", encoding="utf-8")
        return path

    def test_every_output(self, score, run, tmp_path):
        from openpyxl import load_workbook

        path, out = self.written(tmp_path), tmp_path / "out"
        shown = [
            score(path, "--mask"),
            score(path, "--mask", "--format", "jsonl", "-q"),
            score(path, "--mask", "-o", out),
        ]
        shown.append(run("explain", path, "--mask", "--no-models"))
        texts = [done.out + done.err for done in shown]
        assert all(done.code == 0 for done in shown) and "[电话1]" in texts[0]
        run("report", out, "-o", tmp_path / "r.html", "-q")
        files = [p for p in (*out.rglob("*"), tmp_path / "r.html") if p.is_file() and p.suffix != ".xlsx"]
        texts += [p.read_text(encoding="utf-8") for p in files]
        book = load_workbook(out / "results.xlsx")
        texts.append(str([[cell.value for cell in row] for sheet in book for row in sheet.iter_rows()]))
        assert len(texts) >= 8
        assert [secret for secret in self.SECRETS for text in texts if secret in text] == []

    def test_earlier_results_are_masked_by_rescore_and_report(self, score, run, tmp_path):
        score(self.written(tmp_path), "-o", tmp_path / "plain.jsonl")
        whole = run("rescore", tmp_path / "plain.jsonl", "--mask", "--format", "jsonl", "-q").out
        assert "[电话1]" in whole and not any(secret in whole for secret in self.SECRETS)
        run("report", tmp_path / "plain.jsonl", "-o", tmp_path / "r.xlsx", "--mask", "-q")
        from openpyxl import load_workbook

        book = load_workbook(tmp_path / "r.xlsx")
        told = str([[cell.value for cell in row] for sheet in book for row in sheet.iter_rows()])
        assert "[电话1]" in told and not any(secret in told for secret in self.SECRETS)

    def test_workers_give_the_same(self, score, tmp_path):
        path = self.written(tmp_path)
        outs = [score(path, "--mask", "--format", "jsonl", "-q", "--workers", n).out for n in (1, 2)]
        assert outs[0] == outs[1]

    def test_no_text(self, score, run, tmp_path):
        path, out = self.written(tmp_path), tmp_path / "out.jsonl"
        assert score(path, "--no-text", "-o", out).code == 0
        (line,) = out.read_text(encoding="utf-8").splitlines()
        assert "退货" not in line and "您好" not in line
        again = run("rescore", out, "--format", "jsonl", "-q").records()[0]
        assert again["total"] == json.loads(line)["total"]
        assert run("report", out, "-o", tmp_path / "r.html", "-q").code == 0
