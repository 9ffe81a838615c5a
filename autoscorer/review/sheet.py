"""The review list: a workbook with the dialogue, the machine's verdicts, and cells for the inspector."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path

from ..types import CriterionScore, Scorecard
from . import columns, turns
from .book import Book, Sheet
from .sample import WHY, Pick
from .values import APPEALS, OUTCOMES

SHEETS = {"zh": ("复核", "逐句标注", "填写说明"), "en": ("review", "turns", "how to fill in")}
MACHINE = {
    "zh": ("轮次", "说话人", "对话", "维度", "机器判定", "拿不准", "机器得分", "机器依据"),
    "en": ("no.", "who", "dialogue", "section", "machine", "not sure", "machine points", "machine's reason"),
}
ROLES = {"zh": {"agent": "客服", "customer": "客户", "system": "系统"}, "en": {}}
TOTAL = {"zh": "总分", "en": "total"}
TURNS = {
    "zh": ("机器行为", "机器情绪", "机器共情"),
    "en": ("machine behaviors", "machine sentiment", "machine empathy"),
}
REVIEW = {"zh": "复核", "en": "review"}
PASSED = {"zh": ("合格", "不合格"), "en": ("passed", "not passed")}
PERSON = ("verdict", "points", "reason", "by", "on", "appeal", "appeal_reason")
WIDTHS = (20, 5, 6, 52, 14, 14, 18, 14, 8, 8, 46, 12, 8, 26, 10, 12, 10, 26)
TURN_WIDTHS = (20, 6, 8, 60, 26, 10, 12, 26, 12, 14, 10, 12)
HELP = {
    "zh": (
        "“复核”：左边是对话，右边是机器对每个评分项的判定与依据。只填黄色单元格；不填表示未复核。",
        "拿不准：标着“复核”的判定模型没有把握，请先看这些；第一行是它们的个数。",
        "人工判定：从下拉框中选。每个会话第一行“总分”填 0–100 的人工总分；不填则按改判后的评分项重新计算。",
        "人工得分：部分符合时可填得分，不填按质检方案的比例。",
        "质检员、日期：每个会话填第一行即可，下面各行沿用。质检员必填。",
        "申诉：成立则同时填新的人工判定；不成立则不填人工判定，维持原判。申诉理由写明原因。",
        "“逐句标注”：要用来训练模型时再填。行为写名称，用顿号分隔；没有任何行为写“无”；机器标得对写“同机器”。只有填了的句子进入训练数据。",
        "填好后：autoscorer review import 本文件 --results 结果目录。机器的判定会保留，人工判定写在旁边。",
    ),
    "en": (
        "'review': the dialogue on the left, the machine's verdict and reason for each criterion on the right. "
        "Fill in the yellow cells only; an empty one means: not reviewed.",
        "not sure: verdicts marked 'review' are those that the models are not sure of; look at them first. The first row "
        "of each contact counts them.",
        "verdict: choose from the list. The first row of each contact, 'total', takes your total from 0 to 100; "
        "left empty, the total is worked out again from your verdicts.",
        "points: for a part of the points; left empty, the share that the rubric gives.",
        "inspector, date: once in the first row of a contact; the rows below take them over. The inspector is required.",
        "appeal: when accepted, give the new verdict as well; when rejected, leave the verdict empty.",
        "'turns': fill in where you want to train the models. Behaviors by id or name, separated by commas; "
        "'none' for none, 'same' where the machine was right. Only turns that are filled in become training data.",
        "Then: autoscorer review import FILE --results RESULTS. The machine's verdict is kept, yours stands beside it.",
    ),
}  # fmt: skip


def write(
    path: Path, chosen: Iterable[tuple[Pick, Scorecard]], lang: str, *, sections: Mapping[str, str]
) -> int:
    """Write the review list of the chosen contacts; returns how many there are. `sections` are names by id.

    Raises UsageError where the file is there already or cannot be written.
    """
    book = Book(path, "list")
    review = book.sheet(SHEETS[lang][0], _heads(lang), WIDTHS)
    labels = book.sheet(SHEETS[lang][1], _turn_heads(lang), TURN_WIDTHS)
    count = 0
    for pick, card in chosen:
        _Block(card, pick, lang, sections).write(review)
        _turns(labels, card, lang)
        count += 1
    note = book.sheet(SHEETS[lang][2], [SHEETS[lang][2]], (120,))
    for line in HELP[lang]:
        note.add([line])
    for sheet, width in ((review, len(WIDTHS)), (labels, len(TURN_WIDTHS))):
        sheet.sheet.autofilter(0, 0, max(1, sheet.row - 1), width - 1)
    book.save()
    return count


def _heads(lang: str) -> list[str]:
    why, criterion = {"zh": "抽样原因", "en": "why"}[lang], columns.heading("criterion", lang)
    turn, section, machine = MACHINE[lang][:3], MACHINE[lang][3], MACHINE[lang][4:]
    return [columns.heading("contact", lang), *turn, why, section, criterion, *machine, *_own(PERSON, lang)]


def _own(fields: Sequence[str], lang: str) -> list[str]:
    return [columns.heading(field, lang) for field in fields]


class _Block:
    """One contact: its turns down the left, its criteria down the right, one each a row."""

    def __init__(self, card: Scorecard, pick: Pick, lang: str, sections: Mapping[str, str]) -> None:
        self.card, self.lang, self.sections = card, lang, sections
        self.why = "、".join(WHY[key][0 if lang == "zh" else 1] for key in pick.why)

    def write(self, sheet: Sheet) -> None:
        """All rows of the contact."""
        said = self.card.analysis.transcript.utterances
        names = ROLES[self.lang]
        left = [(i + 1, names.get(u.role, u.role), u.text) for i, u in enumerate(said)]
        right: list[CriterionScore | None] = [None, *self.card.criteria]
        for row, (turn, score) in enumerate(zip_longest(left, right)):
            self._row(sheet, row, turn or ("", "", ""), score)

    def _row(self, sheet: Sheet, row: int, turn: tuple[object, ...], score: CriterionScore | None) -> None:
        first = row == 0
        machine = self._total() if first else self._criterion(score) if score else [""] * 6
        values = [
            self.card.analysis.transcript.id,
            *turn,
            self.why if first else "",
            *machine,
            *[""] * len(PERSON),
        ]
        start = len(values) - len(PERSON)
        inputs = range(start, len(values)) if first or score else ()
        styles = dict.fromkeys(inputs, "input")
        if score and score.unsure:
            styles |= dict.fromkeys((7, 8), "bad")
        at = sheet.add(values, "first" if first else "plain", styles=styles)
        if first:
            sheet.number(at, start, 100)
        elif score:
            sheet.choose(at, start, words(score, self.lang))
        if first or score:
            sheet.choose(
                at, start + PERSON.index("appeal"), [w[_word(w, self.lang)] for w in APPEALS.values()]
            )

    def _total(self) -> list[object]:
        verdict = PASSED[self.lang][0 if self.card.passed else 1]
        names = {c.criterion: c.name for c in self.card.criteria}
        critical = "、".join(names.get(c, c) for c in self.card.failed_critical)
        unsure = sum(c.unsure for c in self.card.criteria)
        return ["", TOTAL[self.lang], f"{self.card.grade} {verdict}", unsure or "", self.card.total, critical]

    def _criterion(self, score: CriterionScore) -> list[object]:
        quotes = "\n".join(f"{e.span.turn + 1}: {e.text}" for e in score.evidence[:5])
        reason = score.reason + (f"\n{quotes}" if quotes else "")
        section = self.sections.get(score.section, score.section)
        look = REVIEW[self.lang] if score.unsure else ""
        return [section, score.name, verdict(score, self.lang), look, score.points, reason]


def verdict(score: CriterionScore, lang: str) -> str:
    """The machine's outcome in the words of the drop-down."""
    return OUTCOMES[score.outcome][_index(score, score.outcome, lang)]


def words(score: CriterionScore, lang: str) -> list[str]:
    """The choices for a criterion: what a deduction can be differs from what a question can be."""
    outcomes = (
        ["met", "not_met", "not_applicable"]
        if _off_sum(score)
        else ["met", "partial", "not_met", "not_applicable"]
    )
    return [OUTCOMES[o][_index(score, o, lang)] for o in outcomes]  # type: ignore[index]


def _off_sum(score: CriterionScore) -> bool:
    """Whether it is a deduction that was judged: it has no points to gain."""
    return score.max_points == 0 and score.points <= 0 and score.outcome in ("met", "not_met")


def _index(score: CriterionScore, outcome: str, lang: str) -> int:
    """Where the word for an outcome stands in OUTCOMES."""
    if lang == "en":
        return next(i for i, word in enumerate(OUTCOMES[outcome]) if word.isascii())  # type: ignore[index]
    return 1 if _off_sum(score) and outcome in ("met", "not_met") else 0


def _word(known: Sequence[str], lang: str) -> int:
    return 0 if lang == "zh" else next(i for i, word in enumerate(known) if word.isascii())


def _turn_heads(lang: str) -> list[str]:
    own = ("behaviors", "sentiment", "empathy", "by", "on")
    return [
        columns.heading("contact", lang),
        columns.heading("turn", lang),
        *MACHINE[lang][1:3],
        *TURNS[lang],
        *_own(own, lang),
    ]


def _turns(sheet: Sheet, card: Scorecard, lang: str) -> None:
    """A row for each turn, with drop-downs for the labels that its role can have."""
    names = ROLES[lang]
    for turn, utterance in enumerate(card.analysis.transcript.utterances):
        found = turns.shown(card, turn, lang)
        machine = [found.get(name, "") for name in ("behaviors", "sentiment", "empathy")]
        values = [
            card.analysis.transcript.id,
            turn + 1,
            names.get(utterance.role, utterance.role),
            utterance.text,
        ]
        at = sheet.add([*values, *machine, *[""] * 5], styles=dict.fromkeys(range(7, 12), "input"))
        for column, name in ((8, "sentiment"), (9, "empathy")):
            role, scale = turns.SCALES[name]
            if role == utterance.role:
                sheet.choose(at, column, [w[0 if lang == "zh" else 1] for w in scale.values()])
