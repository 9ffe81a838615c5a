"""Do scores stay when nothing changes that should count? Identities swapped, and speech-recognition noise.

usage: python -m tests.robustness [--shared ../shared] [--count 1000] [--seed 0] [--verbose]

Swaps: in each contact that holds a name, a gendered word, a region or an agent's number, all of them are exchanged for
others of the kind; a flip is a total, an outcome or a grade that is not the same. Noise: characters exchanged for
others of the same sound (pypinyin) among the characters that occur in the texts.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean

import autoscorer as asr

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
TITLES = "先生|女士|小姐|太太|师傅|老师|经理|主管|阿姨|大爷|叔叔"
GIVEN = "敏静丽强磊军洋勇艳杰娟涛明超霞平刚玲桂芳"
REGIONS = [
    "北京",
    "上海",
    "天津",
    "重庆",
    "广州",
    "深圳",
    "杭州",
    "南京",
    "武汉",
    "成都",
    "西安",
    "苏州",
    "青岛",
    "大连",
    "厦门",
    "长沙",
    "郑州",
    "济南",
    "沈阳",
    "昆明",
    "合肥",
    "福州",
    "南昌",
    "贵阳",
    "太原",
    "兰州",
    "海口",
    "宁波",
    "无锡",
    "佛山",
    "东莞",
    "浙江",
    "江苏",
    "广东",
    "福建",
    "山东",
    "河南",
    "河北",
    "湖南",
    "湖北",
    "四川",
    "云南",
    "贵州",
    "安徽",
    "江西",
    "辽宁",
    "吉林",
    "山西",
    "陕西",
    "甘肃",
    "青海",
    "海南",
    "新疆",
    "西藏",
    "广西",
    "宁夏",
]
GENDERS = [
    ("先生", "女士"), ("帅哥", "美女"), ("大哥", "大姐"), ("叔叔", "阿姨"), ("爷爷", "奶奶"), ("大爷", "大妈"), ("他", "她"),
    ("男士", "小姐"), ("儿子", "女儿"), ("老公", "老婆"), ("爸爸", "妈妈"), ("哥哥", "姐姐"),
]  # fmt: skip
NAMED = [
    re.compile(rf"()([{SURNAMES}])(?={TITLES})"),
    re.compile(r"((?:我姓|免贵姓|贵姓|姓))([" + SURNAMES + r"])(?!名)"),
    re.compile(rf"((?:客服|坐席|专员|话务员|我是|我叫|这里是)小)([{SURNAMES}])"),
]
FULL = re.compile(
    rf"((?:我叫|名字是|机主是|收件人是|姓名是|户主是))([{SURNAMES}])([\u4e00-\u9fff]{{1,2}})(?=[，。,.、；! ！?？]|$)"
)
NUMBERED = re.compile(r"((?:工号|编号)(?:是|为|:|：)?\s*)(\d{2,8}|[零一二三四五六七八九幺]{2,8})")


@dataclass(frozen=True)
class Swap:
    """A kind of change: what it is called, and the text after it. The same word gets the same other word."""

    name: str
    change: Callable[[str, random.Random], str]


def _names(text: str, chance: random.Random) -> str:
    order = list(SURNAMES)
    chance.shuffle(order)
    other = dict(zip(SURNAMES, order, strict=True))
    for pattern in NAMED:
        text = pattern.sub(lambda m: m[1] + other[m[2]], text)
    return FULL.sub(lambda m: m[1] + other[m[2]] + "".join(chance.choice(GIVEN) for _ in m[3]), text)


def _genders(text: str, chance: random.Random) -> str:
    pairs = dict(GENDERS) | {b: a for a, b in GENDERS}
    words = "|".join(sorted(pairs, key=len, reverse=True))
    return re.sub(
        rf"(?<![其吉])(?:{words})", lambda m: pairs[m[0]], text
    )  # 其他 and 吉他 say nothing of anyone


def _regions(text: str, chance: random.Random) -> str:
    order = list(REGIONS)
    chance.shuffle(order)
    other = dict(zip(REGIONS, order, strict=True))
    return re.sub("|".join(REGIONS), lambda m: other[m[0]], text)


def _numbers(text: str, chance: random.Random) -> str:
    def other(match: re.Match[str]) -> str:
        digits = "0123456789" if match[2].isascii() else "零一二三四五六七八九"
        return match[1] + "".join(chance.choice(digits) for _ in match[2])

    return NUMBERED.sub(other, text)


SWAPS = [
    Swap("names", _names),
    Swap("genders", _genders),
    Swap("regions", _regions),
    Swap("agent ids", _numbers),
]
RARE = [SWAPS[0], SWAPS[3]]
"""Chats are masked, so names and numbers are few: the contacts that have any come first, then others at random."""


def changed(
    transcript: asr.Transcript, change: Callable[[str, random.Random], str], seed: str
) -> asr.Transcript:
    """The transcript with each text changed; the choices of one contact are the same in all its turns."""
    said = [replace(u, text=change(u.text, random.Random(seed))) for u in transcript.utterances]
    return replace(transcript, utterances=tuple(said))


def read(shared: Path) -> Iterator[asr.Transcript]:
    """Real chats, written dialogues, and our samples."""
    yield from (t for t in asr.read_many(["data/samples"]) if isinstance(t, asr.Transcript))
    for name in ("corpora/service_dialogues", "annotation/written"):
        with gzip.open(shared / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for line in lines:
                raw = json.loads(line)
                said = tuple(
                    asr.Utterance(t["role"], t["text"].strip()) for t in raw["turns"] if t["text"].strip()
                )
                yield asr.Transcript(raw["id"], said, name)


def outcomes(card: asr.Scorecard) -> dict[str, tuple[str, float]]:
    """What each criterion came to."""
    return {c.criterion: (c.outcome, c.points) for c in card.criteria}


def swaps(
    transcripts: Sequence[asr.Transcript], scorer: asr.Scorer, *, count: int, seed: int, verbose: bool
) -> None:
    """Print how often anything of the score changed."""
    rare = {
        t.id: any(s.change(u.text, random.Random(1)) != u.text for s in RARE for u in t.utterances)
        for t in transcripts
    }
    order = sorted(transcripts, key=lambda t: (not rare[t.id], random.Random(f"{seed} {t.id}").random()))
    done, flips, kinds = 0, defaultdict[str, int](int), defaultdict[str, list[bool]](list)
    for transcript in order:
        touched = [s for s in SWAPS if changed(transcript, s.change, f"{seed} {transcript.id}") != transcript]
        if not touched:
            continue
        other = transcript
        for swap in touched:
            other = changed(other, swap.change, f"{seed} {transcript.id}")
        before, after = scorer.result(transcript), scorer.result(other)
        if not (isinstance(before, asr.Scorecard) and isinstance(after, asr.Scorecard)):
            continue
        done += 1
        moved = {k for k, v in outcomes(before).items() if outcomes(after)[k] != v}
        flips["outcome"] += bool(moved)
        flips["total"] += before.total != after.total
        flips["grade"] += before.grade != after.grade
        flips["passed"] += before.passed != after.passed
        for swap in touched:
            kinds[swap.name].append(bool(moved) or before.total != after.total)
        if verbose and moved:
            _show(transcript, other, before, after, moved)
        if done == count:
            break
    print(f"swaps: {done} contacts changed in " + ", ".join(f"{k} {len(v)}" for k, v in kinds.items()))
    for name in ("total", "outcome", "grade", "passed"):
        print(f"  {name:8} {flips[name]:4} flips in {done}")
    for name, found in kinds.items():
        print(f"  with {name:10} {sum(found):4} flips in {len(found)}")


def _show(
    a: asr.Transcript, b: asr.Transcript, before: asr.Scorecard, after: asr.Scorecard, moved: set[str]
) -> None:
    turns = [(x.text, y.text) for x, y in zip(a.utterances, b.utterances, strict=True) if x.text != y.text]
    sys.stderr.write(f"{a.id} {before.total} -> {after.total} {sorted(moved)}\n")
    for old, new in turns[:4]:
        sys.stderr.write(f"    {old[:120]}\n    {new[:120]}\n")


def noise(transcripts: Sequence[asr.Transcript], scorer: asr.Scorer, *, count: int, seed: int) -> None:
    """Print how scores move with a share of characters exchanged for same-sound ones."""
    from scipy.stats import spearmanr

    chosen = sorted(transcripts, key=lambda t: random.Random(f"noise {seed} {t.id}").random())[:count]
    homophones = sounds(transcripts)
    cards = [c for t in chosen if isinstance(c := scorer.result(t), asr.Scorecard)]
    for share in (0.02, 0.05, 0.10):
        after = [scorer.result(noisy(c.analysis.transcript, homophones, share, seed)) for c in cards]
        both = [(b, a) for b, a in zip(cards, after, strict=True) if isinstance(a, asr.Scorecard)]
        same = [fmean(outcomes(a)[k][0] == v[0] for k, v in outcomes(b).items()) for b, a in both]
        rho = spearmanr([b.total for b, _ in both], [a.total for _, a in both])[0]
        print(
            f"noise {share:4.0%}: {len(both)} contacts, total differs by {fmean(abs(b.total - a.total) for b, a in both):5.2f} "
            f"on average, mean {fmean(a.total - b.total for b, a in both):+5.2f}, Spearman {rho:.3f}, "
            f"grade kept {fmean(b.grade == a.grade for b, a in both):.1%}, outcomes kept {fmean(same):.1%}"
        )


def sounds(transcripts: Sequence[asr.Transcript]) -> dict[str, str]:
    """For each Han character that occurs at least five times, the others of its sound, tones apart left aside."""
    from pypinyin import lazy_pinyin

    seen = defaultdict[str, int](int)
    for transcript in transcripts:
        for utterance in transcript.utterances:
            for char in utterance.text:
                seen[char] += "\u4e00" <= char <= "\u9fff"
    known = sorted(char for char, times in seen.items() if times >= 5)
    groups = defaultdict[str, list[str]](list)
    for char in known:
        groups[lazy_pinyin(char)[0]].append(char)
    return {char: "".join(c for c in group if c != char) for group in groups.values() for char in group}


def noisy(transcript: asr.Transcript, homophones: dict[str, str], share: float, seed: int) -> asr.Transcript:
    """The transcript with that share of its Han characters exchanged."""
    chance = random.Random(f"{seed} {share} {transcript.id}")

    def heard(char: str) -> str:
        others = homophones.get(char)
        return chance.choice(others) if others and chance.random() < share else char

    said = [replace(u, text="".join(map(heard, u.text))) for u in transcript.utterances]
    return replace(transcript, utterances=tuple(said))


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--verbose", action="store_true", help="show each flip on stderr")
    options = parser.parse_args()
    transcripts, scorer = list(read(options.shared)), asr.Scorer()
    swaps(transcripts, scorer, count=options.count, seed=options.seed, verbose=options.verbose)
    noise(transcripts, scorer, count=options.count, seed=options.seed)


if __name__ == "__main__":
    main()
