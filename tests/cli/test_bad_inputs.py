"""Every bad input of the list gives one clear Failure, while the good file beside it is scored."""

import json
import os

import pytest

import autoscorer as asr
from tests.cli.conftest import line
from tests.readers.conftest import to_txt, to_xlsx

TALK = [("customer", "你好，我要退货，怎么退"), ("agent", "您好，我是客服小林，请问订单号是多少")]
PICTURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 4
SURROGATE = json.dumps({"id": "s", "turns": [{"role": "customer", "text": "你好\ud83d"}]})
LONG = "啊" * (10_000_000 // 3)


def turns(*pairs):
    """A dialogue as JSON."""
    return json.dumps({"turns": [{"role": r, "text": t} for r, t in pairs]}, ensure_ascii=False)


def numbers(path):
    to_xlsx(path, [("编号", "金额"), (1, 20.5), (2, 30)])


def letter(path):
    from docx import Document

    document = Document()
    document.add_paragraph("季度总结")
    document.add_paragraph("本季度服务质量稳定。")
    document.save(path)


def pipe(path):
    os.mkfifo(path)


# name: content (text, bytes, or a function that makes the file), code, words of the message, of the hint
CASES = [
    ("empty.txt", "", "empty", "the file is empty", "export it again"),
    ("empty.jsonl", "", "empty", "the file is empty", "export it again"),
    ("empty.csv", "", "empty", "the file is empty", "export it again"),
    ("blank.txt", " \n\n", "empty", "the file is empty", "export it again"),
    ("only head.csv", "角色,内容\n", "empty", "no rows", "export it again"),
    ("picture.txt", PICTURE, "binary", "the file is not text", "export the conversation as text"),
    ("picture.json", PICTURE, "binary", "the file is not text", "export the conversation as text"),
    ("cut.json", turns(*TALK)[:-30], "bad_json", "line 1, column ", "may be cut off"),
    ("other.json", '{"a": 1}', "no_dialogue", "no list of turns found (keys: a)", "客服：您好"),
    ("cut.txt.gz", b"\x1f\x8b\x08\x00cut", "corrupt", "the archive is damaged", "export the file again"),
    ("no text.csv", "编号,金额\n1,20\n2,30\n", "no_text_column", "columns: 编号, 金额", "call it one of: "),
    ("no text.xlsx", numbers, "no_text_column", "columns: 编号, 金额", "call it one of: "),
    ("figures.csv", "1,2\n3,4\n", "no_text_column", "columns: 1, 2", "call it one of: "),
    ("figures one.csv", "12\n13\n", "no_text_column", "columns: 12", "call it one of: "),
    ("figures by agent.csv", "客服,通话数\n客服,12\n客户,3\n", "no_text_column", "columns: 客服, 通话数", "call it"),
    ("figures by letter.csv", "A,1\nB,2\n", "no_text_column", "columns: A, 1", "call it one of: "),
    ("figures as text.csv", "role,text\nA,1.5\nB,2%\n", "no_dialogue", "only numbers and signs", "客服：您好"),
    ("old.xlsx", "编号,内容\n", "not_xlsx", "the content is not .xlsx", "save it again as .xlsx"),
    ("cut.xlsx", b"PK\x03\x04\0\0", "not_xlsx", "the content is not .xlsx", "save it again as .xlsx"),
    ("old.docx", b"\xd0\xcf\x11\xe0", "not_docx", "the content is not .docx", "save it again as .docx"),
    ("letter.docx", letter, "no_dialogue", "no utterance found", "客服：您好"),
    ("alone.txt", to_txt(TALK[:1]), "single_speaker", "no agent speaks", "needs both sides"),
    ("alone.json", turns(TALK[1]), "single_speaker", "no customer speaks", "needs both sides"),
    ("role.json", turns(*TALK, ("sheriff", "在吗")), "unknown_role", "'sheriff'", "use 客服 / 客户 / 系统"),
    ("role.csv", "角色,内容\n客服,您好\n路人,好\n客户,嗯\n", "unknown_role", "row 3: '路人'", "use 客服 / 客户"),
    ("nul.txt", to_txt(TALK).replace("退", "\0"), "bad_characters", "line 1: character U+0000", "as UTF-8"),
    ("nul.json", turns(*TALK).replace("你", "\\u0000"), "bad_characters", "turn 1: character U+0000", "as UTF-8"),
    ("half.json", SURROGATE, "bad_characters", "turn 1: character U+D83D at position 3", "as UTF-8"),
    ("long.txt", f"{to_txt(TALK)}客户：{LONG}\n", "text_too_long", "line 3: 3,333,333 characters", "split"),
    ("long.json", turns(*TALK, ("customer", LONG)), "text_too_long", "turn 3: 3,333,333", "split"),
    ("missing.txt", None, "not_found", "there is no such file or folder", "check the path"),
    ("pipe.txt", pipe, "unreadable", "neither a file nor a folder", "standard input"),
    ("notes.pdf", b"%PDF-1.4", "unsupported_format", "cannot read '.pdf'", "allowed: .txt, .json"),
]  # fmt: skip


def make(path, content):
    """The file with that content; None makes none."""
    if callable(content):
        content(path)
    elif content is not None:
        path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)


@pytest.mark.parametrize(("name", "content", "code", "message", "hint"), CASES, ids=[c[0] for c in CASES])
def test_one_failure_and_the_rest_goes_on(score, good, tmp_path, name, content, code, message, hint):
    make(tmp_path / name, content)
    done = score(tmp_path / name, good, "--format", "jsonl")
    bad, *rest = done.records()
    why = bad["failure"]
    assert done.code == 1
    assert [r["id"] for r in rest if r["total"] > 0] == ["g1", "g2"]
    assert (why["code"], why["stage"]) == (code, "read")
    assert bad["source"] == (tmp_path / name).as_posix()
    assert message in why["message"] and len(why["message"]) < 500
    assert hint in why["hint"]
    assert done.err.count("failed: ") == 1 and f"[{code}]" in done.err


def test_one_bad_line_among_json_lines(score, tmp_path):
    """The others are scored; the failure says which line, and a line of 10 MB is as good as any."""
    path = tmp_path / "a.jsonl"
    giant = line("long", [*TALK, ["customer", LONG]])
    half = line("half", TALK).replace("小林", "\\udc00")
    path.write_text("\n".join([line("a1"), "{", giant, half, line("a2")]), encoding="utf-8")
    done = score(path, "--format", "jsonl")
    found = [(r["id"], r.get("failure", {}).get("code"), r["source"][-2:]) for r in done.records()]
    assert done.code == 1
    assert found == [
        ("a1", None, ":1"), (None, "bad_json", ":2"), ("long", "text_too_long", ":3"),
        ("half", "bad_characters", ":4"), ("a2", None, ":5"),
    ]  # fmt: skip


@pytest.mark.slow
def test_a_line_of_10_mb_with_a_whole_dialogue_is_scored(score, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(line("a", [*TALK, *[["customer", "啊" * 90_000]] * 37]), encoding="utf-8")
    assert path.stat().st_size > 9_900_000
    done = score(path, "--format", "jsonl")
    assert (done.code, done.records()[0]["id"]) == (0, "a")


@pytest.mark.slow
def test_fifty_thousand_turns_are_scored(score, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(line("a", TALK * 25_000), encoding="utf-8")
    (record,) = score(path, "--format", "jsonl").records()
    assert record["total"] > 0 and len(record["utterances"]) == 50_000


@pytest.mark.parametrize(
    "error", [PermissionError(13, "Permission denied"), OSError(5, "Input/output error")]
)
def test_a_file_that_cannot_be_opened(score, good, tmp_path, monkeypatch, error):
    """As root no mode keeps one out, so the refusal is played."""
    from pathlib import Path

    (tmp_path / "closed.txt").write_text(to_txt(TALK), encoding="utf-8")
    real = Path.open

    def refuse(self, *arguments, **options):
        if self.name == "closed.txt":
            raise error
        return real(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)
    done = score(tmp_path / "closed.txt", good, "--format", "jsonl")
    bad, *rest = done.records()
    assert (done.code, len(rest)) == (1, 2)
    assert bad["failure"] == {
        "stage": "read", "code": "unreadable", "message": error.strerror, "hint": "check who may read it",
    }  # fmt: skip


@pytest.mark.parametrize("names", [[], ["notes.md"], [".hidden.txt"]])
def test_a_folder_without_a_transcript(score, good, tmp_path, names):
    folder = tmp_path / "none"
    folder.mkdir()
    for name in names:
        (folder / name).write_text(to_txt(TALK), encoding="utf-8")
    bad, *rest = (done := score(folder, good, "--format", "jsonl")).records()
    assert (done.code, len(rest)) == (1, 2)
    assert bad["failure"]["code"] == "no_transcripts" and ".txt" in bad["failure"]["hint"]


def test_the_whole_list_in_one_folder(score, good, tmp_path):
    """All at once, as a user would have them: each file gives its one failure, in order, and none is lost."""
    folder = tmp_path / "all"
    folder.mkdir()
    cases = {c[0]: c for c in CASES if c[1] is not None and c[0] not in ("pipe.txt", "notes.pdf")}
    for name, content, *_ in cases.values():
        make(folder / name, content)
    (folder / "zz.txt").write_text(to_txt(TALK), encoding="utf-8")
    done = score(folder, "-o", tmp_path / "o.jsonl", "-q")
    *bad, last = asr.load_results(tmp_path / "o.jsonl")
    assert done.code == 1
    assert [(f.source.rsplit("/", 1)[1], f.code) for f in bad] == [(n, cases[n][2]) for n in sorted(cases)]
    assert last.analysis.transcript.id == "zz"


def spoilt(text="你好", **more):
    """A contact in memory with `text` said."""
    said = (asr.Utterance("customer", text), asr.Utterance("agent", "您好，我来帮您"))
    return asr.Transcript(**{"id": "m", "utterances": said, "source": "memory", **more})


def timed(start, end=None):
    """A contact in memory whose second turn has these times."""
    said = (asr.Utterance("customer", "你好"), asr.Utterance("agent", "您好，我来帮您", None, start, end))
    return spoilt(utterances=said)


MEMORY = [
    (spoilt("你好\ud83d"), "turn 1: character U+D83D at position 3 is not text"),
    (spoilt("\0"), "turn 1: character U+0000 at position 1 is not text"),
    (spoilt(id="a\ud800b"), "the id: character U+D800 at position 2 is not text"),
    (spoilt(metadata={"team": ["\udfff"]}), "metadata 'team': character U+DFFF at position 1 is not text"),
    (timed(float("nan")), "turn 2: start is nan"),
    (timed(-1.0), "turn 2: start is -1.0"),
    (timed(0.0, float("inf")), "turn 2: end is inf"),
]


@pytest.mark.parametrize(("contact", "message"), MEMORY)
@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_bad_contacts_in_memory(plain_scorer, tmp_path, contact, message, workers):
    """They are one Failure as in a file, and the writers write it."""
    found = asr.score_many([contact, spoilt()], scorer=plain_scorer, workers=workers)
    asr.write(found, tmp_path)
    bad, fine = asr.load_results(tmp_path)
    assert isinstance(fine, asr.Scorecard)
    code = "bad_characters" if "character" in message else "bad_time"
    assert (bad.stage, bad.code, bad.message) == ("analyze", code, message)
    with pytest.raises(asr.TranscriptError, match=message[:20]):
        plain_scorer.score(contact)


RULES = "id: r\nbehaviors:\n  hello: {role: agent, name: 问候}\nrules:\n"
GOOD_RULE = "  - {id: a, behavior: hello, phrases: [您好]}\n"
CRITERION = "{id: s.a, name: 甲, points: 1, met: {behavior: greeting}}"


def form(*criteria, **more):
    """A rubric with these criteria from line 7 on."""
    head = {"grades": "[{name: 好, at_least: 0}]", **more}
    lines = ["id: f", "version: 1", f"grades: {head['grades']}", "sections:", "  - id: s"]
    lines += ["    name: 段", "    weight: 100", "    criteria:", *(f"      - {c}" for c in criteria)]
    return "\n".join(lines) + "\n"


CONFIGS = [
    ("--rules", RULES + GOOD_RULE + "  - {id: b, behavior: helo, phrases: [嗨]}\n",
     ":6: rules.1.behavior: unknown behavior 'helo'; allowed: hello"),
    ("--rules", RULES + GOOD_RULE * 2, ":6: rules.1.id: duplicate rule id 'a'; ids must differ"),
    ("--rules", RULES + "  - {id: a, behavior: hello, phrases: 您好}\n",
     ":5: rules.0.phrases: Input should be a valid tuple; found '您好'"),
    ("--rules", RULES + "  - {id: a, behavior: hello, phrases: [您好], within: 很多}\n",
     ":5: rules.0.within: Input should be a valid integer; found '很多'"),
    ("--rules", RULES + "  - {id: a, behavior: hello, regex: ['您好(']}\n",
     ":5: rules.0.regex.0: bad regex '您好(': missing ), unterminated subpattern"),
    ("--rules", RULES + "  - {id: a, behavior: hello, phrase: [您好]}\n",
     ":5: rules.0.phrase: unknown key 'phrase'; allowed: id, behavior, match"),
    ("--rules", RULES + "  - {id: a, id: b, behavior: hello, phrases: [您好]}\n", ":5: duplicate key 'id'"),
    ("--rules", "id: [\n", ":2: not valid YAML"),
    ("--rules", "", ": the file is empty"),
    ("--rubric", form("{id: s.a, name: 甲, points: 1, met: {behavior: greting}}"),
     ":9: sections.0.criteria.0.met: unknown behavior 'greting'; allowed: greeting, self_intro"),
    ("--rubric", form(CRITERION, CRITERION), ":10: sections.0.criteria.1.id: duplicate criterion id 's.a'"),
    ("--rubric", form("{id: s.a, name: 甲, points: 很多, met: {behavior: greeting}}"),
     ":9: sections.0.criteria.0.points: Input should be a valid number; found '很多'"),
    ("--rubric", form("{id: s.a, name: 甲, points: 1, met: {behaviour: greeting}}"),
     ":9: sections.0.criteria.0.met.behaviour: unknown key 'behaviour'; allowed: behavior, task"),
    ("--rubric", form(CRITERION, grades="很好"), ":3: grades: Input should be a valid tuple; found '很好'"),
    ("--rubric", form("{id: s.a, name: 甲, points: 1}"), "a criterion of kind 'score' needs 'met'"),
]  # fmt: skip


@pytest.mark.parametrize(("option", "content", "message"), CONFIGS)
@pytest.mark.parametrize("command", ["score", "check"])
def test_mistakes_in_rules_and_rubrics(run, good, tmp_path, command, option, content, message):
    """File, line and key, what is wrong, what is allowed; nothing is scored."""
    path = tmp_path / "mine.yaml"
    path.write_text(content, encoding="utf-8")
    inputs = [good] if command == "score" else []
    done = run(command, *inputs, "--no-models", option, path)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"autoscorer: {path}") and message in done.err
