"""The columns of people's sheets: their headings in both languages, and the names they may have elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..readers import aliases
from ..text import normalize

NAMES: dict[str, tuple[str, ...]] = {
    "contact": ("会话", "contact", "id", "编号", "序号"),
    "criterion": ("评分项", "criterion", "指标", "质检项", "评分项编号", "criterion_id", "item"),
    "verdict": ("人工判定", "verdict", "判定", "结论", "判定结果", "outcome", "result"),
    "points": ("人工得分", "points"),
    "total": ("总分", "total", "人工总分", "分数", "得分", "评分", "质检得分", "human_total", "score", "total_score"),
    "grade": ("等级", "grade", "人工等级", "评级", "human_grade"),
    "reason": ("意见", "comment", "理由", "备注", "评语", "说明", "reason", "note", "remark"),
    "by": ("质检员", "inspector", "评分人", "评审", "审核人", "复核人", "检查人", "质检人", "rater", "reviewer", "annotator", "scorer", "by"),
    "on": ("日期", "date", "质检日期", "复核日期", "评分日期", "review_date", "on"),
    "appeal": ("申诉", "appeal", "申诉结果", "appeal_result"),
    "appeal_reason": ("申诉理由", "appeal reason", "申诉说明"),
    "turn": ("轮次", "turn", "句号", "i"),
    "behaviors": ("人工行为", "behaviors", "行为", "acts", "cacts"),
    "sentiment": ("人工情绪", "sentiment", "情绪"),
    "empathy": ("人工共情", "empathy", "共情", "empathy_level"),
}  # fmt: skip
"""The first two names of each are our own headings, in Chinese and in English."""
FORM: dict[str, tuple[str, str]] = {
    "contact": ("会话", "contact"),
    "criterion": ("评分项编号", "criterion id"),
    "criterion_name": ("评分项", "criterion"),
    "appeal_reason": ("申诉理由", "reason of the appeal"),
    "appealed_by": ("申诉人", "appealed by"),
    "appealed_on": ("申诉日期", "appealed on"),
    "appeal": ("处理结果", "decision"),
    "verdict": ("人工判定", "person's outcome"),
    "points": ("人工得分", "person's points"),
    "reason": ("处理理由", "reason of the decision"),
    "by": ("处理人", "decided by"),
    "on": ("处理日期", "decided on"),
}
"""The columns of a report's sheet of appeals that are read; the machine's verdict, beside them, is not."""
FILLED = tuple(FORM)[3:]
"""Those that people fill in."""
_CONTACT = ("conversation", "weak_conversation")


def heading(field: str, lang: str) -> str:
    """Our own heading of a field."""
    return NAMES[field][0 if lang == "zh" else 1]


def find(heads: Sequence[str]) -> dict[str, int]:
    """Which column holds which field; the name that stands first in NAMES wins."""
    squashed = [_squash(head) for head in heads]
    found = {}
    for field, names in (FORM if is_form(heads) else NAMES).items():
        places = [squashed.index(_squash(name)) for name in names if _squash(name) in squashed]
        if places:
            found[field] = places[0]
    if "contact" not in found:
        name = next((n for kind in _CONTACT if (n := aliases.find(heads, kind))), None)
        found |= {"contact": list(heads).index(name)} if name else {}
    return found


def is_form(heads: Sequence[str]) -> bool:
    """Whether the heads are those of a report's sheet of appeals."""
    squashed = {_squash(head) for head in heads}
    return all(squashed & {_squash(name) for name in FORM[field]} for field in ("appealed_by", "appeal"))


def allowed(field: str) -> str:
    """The names a column may have, for a message."""
    return ", ".join(NAMES[field][:6])


def criteria(heads: Sequence[str], names: Mapping[str, str], taken: Mapping[str, int]) -> dict[int, str]:
    """The columns that are named as criteria: by id, or by name in any language of `names`."""
    known = {_squash(name): criterion for name, criterion in names.items()}
    used = set(taken.values())
    return {i: known[s] for i, head in enumerate(heads) if i not in used and (s := _squash(head)) in known}


def _squash(name: str) -> str:
    return normalize(name).replace(" ", "").replace("_", "").replace("-", "")
