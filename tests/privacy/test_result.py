"""Whole results, masked or without text: values gone everywhere, spans true, scores kept."""

import dataclasses
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from autoscorer import Scorer, load_results, resources, write
from autoscorer.privacy import Privacy, bare, mask
from autoscorer.readers import read_many
from autoscorer.record import from_record, to_record
from autoscorer.scoring.reasons import WORDS
from autoscorer.scoring.requote import requote
from autoscorer.types import Failure, Scorecard, Transcript, Utterance
from tests.privacy.measure import cases

VALIDATOR = Draft202012Validator(json.loads((resources.DATA / "result.schema.json").read_text("utf-8")))
PHONE, SPOKEN = "13800138000", "一三八零零一三八零零零"
TALK = (
    Utterance("customer", f"你好，我叫王小明，手机{PHONE}，快递三天没动了", "王小明"),
    Utterance("agent", "您好王小明先生，非常抱歉，跟您核对一下，电话是138 0013 8000对吗？", "客服小林"),
    Utterance("customer", f"对，{SPOKEN}，另一个是13912345678", "王小明"),
    Utterance(
        "agent", f"好的，{PHONE}我登记了，身份证110101199003077520也核对过了，祝您生活愉快，再见", "客服小林"
    ),
)
SECRETS = (PHONE, SPOKEN, "138 0013 8000", "13912345678", "110101199003077520", "王小明", "zs@163.com")
METADATA = {"客户姓名": "王小明", "phone": 13800138000, "note": f"回电{PHONE}，邮箱zs@163.com", "team": "一组", "order_id": PHONE,
            "agent_id": "8021", "seconds": 120, "tags": [{"k": f"电话{PHONE}"}], f"号{PHONE}": 1}  # fmt: skip


def contact(utterances=TALK, **changes):
    made = Transcript(f"电话{PHONE}", utterances, f"in/{PHONE}.txt", METADATA)
    return dataclasses.replace(made, **changes)


@pytest.fixture(scope="module")
def card(plain_scorer):
    return plain_scorer.score(contact())


def spans_quote(card):
    turns = [u.text for u in card.analysis.transcript.utterances]
    places = [*card.analysis.detections, *(e for c in card.criteria for e in c.evidence)]
    return bool(places) and all(turns[p.span.turn][p.span.start : p.span.end] == p.text for p in places)


class TestMask:
    def test_nothing_private_is_left_anywhere(self, card):
        line = json.dumps(to_record(mask(card)), ensure_ascii=False)
        assert [secret for secret in SECRETS if secret in line.replace(f'"order_id": "{PHONE}"', "")] == []

    def test_the_same_value_has_the_same_placeholder_however_it_is_written(self, card):
        texts = [u.text for u in mask(card).analysis.transcript.utterances]
        assert texts[0] == "你好，我叫[姓名1]，手机[电话1]，快递三天没动了"
        assert texts[1] == "您好[姓名1]先生，非常抱歉，跟您核对一下，电话是[电话1]对吗？"
        assert texts[2] == "对，[电话1]，另一个是[电话2]"
        assert texts[3].startswith("好的，[电话1]我登记了，身份证[身份证1]也核对过了")

    def test_ids_sources_speakers_and_metadata(self, card):
        shown = mask(card).analysis.transcript
        assert (shown.id, shown.source) == ("电话[电话1]", "in/[电话1].txt")
        assert [u.speaker for u in shown.utterances] == ["[姓名1]", "客服[姓名2]"] * 2
        assert shown.metadata == {
            "客户姓名": "[姓名1]", "phone": "[电话1]", "note": "回电[电话1]，邮箱[邮箱1]", "team": "一组", "order_id": "[电话1]",
            "agent_id": "8021", "seconds": 120, "tags": [{"k": "电话[电话1]"}], "号[电话1]": 1,
        }  # fmt: skip

    def test_spans_quote_the_masked_text(self, card):
        assert spans_quote(mask(card))

    def test_scores_stay(self, card):
        shown = mask(card)
        assert (shown.total, shown.grade, shown.passed) == (card.total, card.grade, card.passed)
        for old, new in zip(card.criteria, shown.criteria, strict=True):
            assert dataclasses.replace(new, reason="", evidence=()) == dataclasses.replace(
                old, reason="", evidence=()
            )
            assert len(new.evidence) == len(old.evidence)

    def test_twice_is_once(self, card):
        assert mask(mask(card)) == mask(card)

    def test_what_was_masked_keeps_its_number(self, plain_scorer):
        turns = (Utterance("customer", "我叫王小明，电话[电话1]，还有13912345678"), *TALK[1:])
        shown = mask(plain_scorer.score(contact(turns, id="a", source="b", metadata={})))
        assert shown.analysis.transcript.utterances[0].text == "我叫[姓名1]，电话[电话1]，还有[电话2]"

    def test_a_quote_that_is_cut_inside_a_number(self, plain_scorer, card):
        """The reasons quote the first 24 characters of a turn: half a telephone number must not be left."""
        long = f"我想问一下我那个快递到哪了电话{PHONE}一直没有人接啊"
        whole = plain_scorer.score(
            contact(
                (
                    Utterance("customer", long, start=0.0),
                    Utterance("agent", f"您好，您留的号码是不是这个：{PHONE}，我马上查", start=500.0),
                )
            )
        )
        assert any(PHONE[:6] in c.reason for c in whole.criteria)
        shown = mask(whole)
        assert not any(PHONE[:6] in c.reason for c in shown.criteria)
        assert spans_quote(shown)

    def test_failures(self):
        shown = mask(
            Failure(f"in/{PHONE}.txt", "read", "unknown_role", f"line 3: '电话{PHONE}' is no role", "", PHONE)
        )
        assert shown == Failure(
            "in/[电话1].txt", "read", "unknown_role", "line 3: '电话[电话1]' is no role", "", "[电话1]"
        )

    def test_a_shared_name_is_not_replaced_inside_words(self, plain_scorer):
        turns = (Utterance("customer", "我姓高，高兴"), Utterance("agent", "高先生您好，很高兴为您服务"))
        shown = mask(plain_scorer.score(contact(turns, id="a", source="b", metadata={})))
        assert [u.text for u in shown.analysis.transcript.utterances] == [
            "我姓[姓名1]，高兴",
            "[姓名1]先生您好，很高兴为您服务",
        ]

    def test_all_samples(self, plain_scorer):
        for item in read_many([resources.PACKAGE.parent / "data" / "samples"]):
            result = plain_scorer.result(item)
            assert isinstance(result, Scorecard)
            shown = mask(result)
            assert spans_quote(shown) and shown.total == result.total and mask(shown) == shown
            VALIDATOR.validate(to_record(shown))


SAID = st.lists(
    st.sampled_from([case.text for case in cases("tuned")]) | st.text("一三八0123456789 ，我叫王先生的@微信[]电话1嗯-", max_size=30),
    min_size=2, max_size=6,
)  # fmt: skip


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SAID, st.data())
def test_any_talk(plain_scorer, said, data):
    """What was found is in no text any more; spans quote; twice is once; the same each time."""
    from autoscorer.privacy import find

    roles = [data.draw(st.sampled_from(["agent", "customer"])) for _ in said]
    turns = tuple(Utterance(role, text) for role, text in zip(roles, said, strict=True))
    result = plain_scorer.result(contact(turns, id="a", source="b", metadata={}))
    shown = mask(result)
    assert mask(result) == shown and mask(shown) == shown
    if isinstance(shown, Scorecard):
        assert not shown.analysis.detections or spans_quote(shown)
        texts = [u.text for u in shown.analysis.transcript.utterances]
        for before, text in zip(["", *said], said, strict=False):
            for found in find(text, before=before):
                value = text[found.start : found.end]
                if len(value) >= (5 if found.kind != "姓名" else 4):
                    assert not any(value in shown_text for shown_text in texts), value


class TestNoText:
    def test_no_words_are_left(self, plain_scorer):
        card = plain_scorer.score(contact(id="a", source="b", metadata={"note": TALK[0].text}))
        record = to_record(bare(card))
        line = json.dumps(record, ensure_ascii=False)
        for utterance in TALK:
            assert not any(utterance.text[i : i + 6] in line for i in range(len(utterance.text) - 5))
        assert {u["text"] for u in record["utterances"]} == {""}
        assert {u["speaker"] for u in record["utterances"]} == {None}
        VALIDATOR.validate(record)
        assert from_record(json.loads(line)) == bare(card)

    def test_metadata_keeps_what_is_short(self, card):
        kept = bare(card).analysis.transcript.metadata
        assert (kept["team"], kept["seconds"], kept["note"]) == ("一组", 120, "")

    def test_places_stay_and_reasons_name_the_turn(self, card):
        shown = bare(card)
        assert [d.span for d in shown.analysis.detections] == [d.span for d in card.analysis.detections]
        assert all("“" not in c.reason.partition("第 ")[2].partition("轮")[0] for c in shown.criteria)
        assert any("第 2 轮、" in c.reason or c.reason.endswith("第 2 轮") for c in shown.criteria)

    def test_rescoring_gives_the_same(self, card, plain_scorer):
        for lang in ("zh", "en"):
            scorer = Scorer(use_models=False, lang=lang)
            whole = scorer.rescore(card.analysis)
            again = scorer.rescore(bare(whole).analysis)
            assert again.total == whole.total
            assert [c.reason for c in again.criteria] == [c.reason for c in bare(whole).criteria]

    def test_failures_keep_code_and_place(self):
        failure = Failure("a.csv", "read", "bad_json", "line 3, column 9: Expecting '我的电话'", "hint")
        assert bare(failure).message == "line 3, column 9: left out by --no-text"
        assert bare(dataclasses.replace(failure, message="我的电话")).message == "left out by --no-text"

    def test_results_without_text_are_written_and_read(self, card, tmp_path):
        write([bare(card), bare(mask(card))], tmp_path)
        assert list(load_results(tmp_path)) == [bare(card), bare(mask(card))]


def test_a_scorer_says_in_the_results_what_they_leave_out():
    shown = Scorer(use_models=False, privacy=Privacy(mask=True, text=False)).score(contact())
    assert shown.analysis.provenance["privacy"] == {"masked": True, "text": False}
    assert "privacy" not in Scorer(use_models=False).score(contact()).analysis.provenance


@pytest.mark.parametrize("at", [0, 1])
def test_quotes_are_found_as_they_are_written(at):
    said = "他说“好”，就走了"
    quote = WORDS["quote"][at].format(turn=3, text=said)
    reason = f"符合：{quote}、{WORDS['quote'][at].format(turn=1, text='好')} and more"
    new = requote(reason, {2: [said, "他说“好"], 0: ["好"]}, lambda turn, text: f"<{turn} {len(text)}>")
    assert new == reason.replace(said, f"<2 {len(said)}>").replace("“好”", "“<0 1>”")
    bare_one = WORDS["turn"][at].format(turn=3)
    assert requote(reason, {2: [said], 0: ["好"]}, lambda turn, text: None).startswith(f"符合：{bare_one}、")
