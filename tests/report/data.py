"""Contacts like those of a month: the samples, said anew by agents of different skill. Deterministic, our own text.

usage: python -m tests.report.data COUNT OUT.jsonl
"""

from __future__ import annotations

import datetime
import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import autoscorer as asr

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "samples"
FIRST = datetime.date(2024, 6, 3)
WEEKS = 10
BAD_WEEK = 7
AGENTS = [
    ("1001 李敏", "华东一组", 0.95), ("1002 王浩", "华东一组", 0.85), ("1003 周婷", "华东一组", 0.7),
    ("1004 陈晨", "华东一组", 0.6), ("2001 赵磊", "华南二组", 0.9), ("2002 孙悦", "华南二组", 0.75),
    ("2003 吴刚", "华南二组", 0.35), ("2004 郑爽", "华南二组", 0.65), ("3001 冯雪", "夜班组", 0.8),
    ("3002 褚阳", "夜班组", 0.5), ("3003 卫东", "夜班组", 0.45), ("3004 蒋欣", "夜班组", 0.7),
]  # fmt: skip
CHANNELS = [("电话", 0.5), ("在线聊天", 0.35), ("微信", 0.15)]
POOR = {
    "airline_baggage_12315", "asr_telecom_bill_terrible", "bank_private_data_poor", "bank-loan-overpromise",
    "express_urging_export", "game-ban-sarcasm", "gas-interruptions", "property_elevator_poor",
    "rental-overpromise", "ride-fare-blame", "saas-jargon",
}  # fmt: skip
CALM = {
    "asr_express_phone", "bank-card-lost", "hongkong_broadband_utf16", "hospital-elderly-excellent", "education-refund",
    "power_outage_elderly", "appliance-outbound-followup", "wrong-number-short",
}  # fmt: skip
NEEDS = [
    ["退款申请三天了还没到账", "退款什么时候能到账，都申请好几天了", "我的退款一直没有到账"],
    ["快递显示签收了可是我没收到", "包裹显示已签收，我根本没收到快递", "快递没收到却显示签收"],
    ["发票抬头开错了，要重新开", "发票抬头写错了能重开发票吗", "想重开发票，抬头不对"],
    ["宽带晚上特别慢，看视频老卡", "家里宽带这几天很慢", "宽带又断又慢，什么时候来修"],
    ["会员自动续费扣了我的钱，我要退", "没同意就自动续费扣款了", "怎么取消自动续费，刚又扣了一笔"],
    ["预约了师傅上门安装，没有人来", "安装师傅一直没上门", "说好今天上门安装，等到现在没人"],
]
ANGRY = ["我要投诉你们", "再不解决我就打12315", "这已经是我第三次打来了，一点用都没有", "太让人失望了"]
SHIRK = ["这个不归我管，您找别的部门吧", "我也没办法，规定就是这样", "那您自己看一下页面不就知道了吗"]


def transcripts(count: int, seed: int = 6) -> Iterator[asr.Transcript]:
    """So many contacts, the same for the same seed."""
    chance = random.Random(seed)
    bases = [item for item in asr.read_many([SAMPLES]) if isinstance(item, asr.Transcript)]
    calm = [base for base in bases if base.id in CALM]
    poor = [base for base in bases if base.id in POOR]
    good = [base for base in bases if base.id not in POOR and not base.id.startswith("hotel_extend")]
    for number in range(count):
        agent, team, skill = chance.choice(AGENTS)
        day = FIRST + datetime.timedelta(chance.randrange(7 * WEEKS))
        kind = poor if chance.random() > 0.84 + 0.15 * skill else calm if chance.random() < 0.85 else good
        base = chance.choice(kind)
        bad = (day - FIRST).days // 7 == BAD_WEEK and team == "华南二组"
        turns = tuple(_said(base, chance, skill, bad=bad))
        channel = chance.choices([c for c, _ in CHANNELS], [w for _, w in CHANNELS])[0]
        told = {"agent_id": agent, "team": team, "channel": channel, "date": day.isoformat()}
        yield replace(base, id=f"C{20240000 + number}", utterances=turns, metadata=told)


def _said(base: asr.Transcript, chance: random.Random, skill: float, *, bad: bool) -> Iterator[asr.Utterance]:
    """The turns of `base`, some of the agent's left out, the need and a few words exchanged."""
    need = chance.choice(chance.choice(NEEDS)) if chance.random() < 0.6 else None
    said, late = base.utterances, len(base.utterances) - 2
    for turn, utterance in enumerate(said):
        if utterance.role == "customer":
            text = utterance.text
            if need and len(text) > 6:
                text, need = f"{need}，订单号{chance.randrange(10**7, 10**8)}", None
            if turn >= late and (chance.random() < 0.05 or (bad and chance.random() < 0.8)):
                text = f"{text}，{chance.choice(ANGRY)}"
            yield replace(utterance, text=text)
        elif utterance.role == "agent" and chance.random() > 0.45 + 0.55 * skill:
            if chance.random() < 0.05:
                yield replace(utterance, text=chance.choice(SHIRK))
            elif not any(word in utterance.text for word in ("您好", "再见", "谢谢", "抱歉", "请问")):
                yield utterance
        else:
            yield utterance


def results(count: int, seed: int = 6) -> Iterator[asr.Result]:
    """Their results by the default rules, rubric and models."""
    return asr.score_many(transcripts(count, seed), scorer=asr.Scorer())


if __name__ == "__main__":
    asr.write(results(int(sys.argv[1])), sys.argv[2])
