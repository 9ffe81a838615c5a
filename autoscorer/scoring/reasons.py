"""Says why a criterion has its outcome, to inspectors: in Chinese, or in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ..rubric import Condition, Partial, Rubric
from ..rules import Behavior
from ..types import Evidence, Near
from .conditions import Verdict

Lang = Literal["zh", "en"]
QUOTES = 3

WORDS: dict[str, tuple[str, str]] = {
    "met": ("符合：{found}", "met: {found}"),
    "met_plain": ("符合：{asked}", "met: {asked}"),
    "partial": ("部分符合（得 {share:.0%}）：{found}；未做到：{asked}", "partly met ({share:.0%}): {found}; missing: {asked}"),
    "not_met": ("未见{asked}；{looked}{near}", "not found: {asked}; {looked}{near}"),
    "against": ("应为{asked}，实际：{found}", "wanted: {asked}; found: {found}"),
    "not_applicable": ("不适用：会话中没有出现{asked}", "not applicable: no {asked} in this contact"),
    "not_applicable_if": ("不适用：仅当{asked}时评", "not applicable: only if {asked}"),
    "all_or_nothing": ("{reason}；本项须全部做到，不得分", "{reason}; all or nothing, so no points"),
    "section_lost": ("{reason}；因“{name}”，本部分不得分", "{reason}; its section is lost by “{name}”"),
    "manual": ("由质检员判定{note}", "left to an inspector{note}"),
    "doubted": ("：{found}", ": {found}"),
    "unsure_as_is": ("{reason}（拿不准，建议复核{found}）", "{reason} (not sure; worth a look{found})"),
    "unsure_partial": ("{reason}（拿不准，得分折中，建议复核{found}）", "{reason} (not sure, so half way; worth a look{found})"),
    "unsure_manual": ("拿不准，由质检员判定{found}；模型倾向于：{reason}", "not sure, left to an inspector{found}; the models lean to: {reason}"),
    "clean": ("未出现：{asked}", "did not occur: {asked}"),
    "deducted": ("扣 {points:g} 分（{count} 处）：{found}", "{points:g} points off ({count} places): {found}"),
    "bonus": ("加 {points:g} 分：{found}", "{points:g} points added: {found}"),
    "bonuses": ("加 {points:g} 分（{count} 处）：{found}", "{points:g} points added ({count} places): {found}"),
    "no_bonus": ("未加分：未见{asked}", "no bonus: not found: {asked}"),
    "looked": ("查看了第 {first}–{last} 轮中的 {count} 句话", "looked at {count} turns, {first} to {last}"),
    "looked_none": ("会话中没有可查看的话语", "there was no turn to look at"),
    "near": ("；最接近的：{found}", "; nearest: {found}"),
    "elsewhere": ("{quote}（在查看范围外，相距 {away} 轮）", "{quote} (outside the turns searched, {away} away)"),
    "unsure": ("{quote}（把握只有所要求的 {likeness:.0%}）", "{quote} (only {likeness:.0%} of the certainty asked)"),
    "quote": ("第 {turn} 轮“{text}”", "turn {turn} “{text}”"),
    "turn": ("第 {turn} 轮", "turn {turn}"),
    "more": ("等 {count} 处", " and more, {count} in all"),
    "model": ("未运行分类模型“{name}”，无法判定", "the classifier '{name}' did not run"),
    "undecided": ("“{name}”尚待质检员判定", "“{name}” is still left to an inspector"),
    "times": ("会话没有时间信息，无法判定", "the transcript has no times"),
    "or": ("或", " or "),
    "and": ("且", " and "),
    "not": ("没有{inner}", "no {inner}"),
    "at_least": ("{inner}（至少 {count} 轮）", "{inner} (in at least {count} turns)"),
    "at_most": ("{inner}（至多 {count:g} 轮）", "{inner} (in at most {count:g} turns)"),
    "behavior": ("“{name}”", "“{name}”"),
    "opening": ("开头的", "at the opening: "),
    "closing": ("结尾的", "at the closing: "),
    "metadata": ("会话信息 {name} 为 {value}", "metadata {name} is {value}"),
    "metadata_any": ("会话信息有 {name}", "metadata has {name}"),
    "timing": ("{name}不超过 {limit:g}{unit}", "{name} at most {limit:g}{unit}"),
    "turns": ("{name}至少 {count} 句话", "at least {count} turns of the {name}"),
    "turns_most": ("{name}至多 {count:g} 句话", "at most {count:g} turns of the {name}"),
    "criterion": ("“{name}”的结果为{outcome}", "“{name}” is {outcome}"),
    "in_order": ("按顺序出现的服务阶段", "the stages in order"),
    "after": ("之后的", ", then "),
}  # fmt: skip
NAMES: dict[str, tuple[str, str]] = {
    "first_response": ("首次响应", "first response"),
    "response_gap": ("每次响应间隔", "each response gap"),
    "interruptions": ("打断客户次数", "interruptions"),
    "met": ("符合", "met"),
    "partial": ("部分符合", "partly met"),
    "not_met": ("不符合", "not met"),
    "not_applicable": ("不适用", "not applicable"),
    "manual": ("由质检员判定", "left to an inspector"),
    "agent": ("客服", "agent"),
    "customer": ("客户", "customer"),
    "sentiment.negative": ("客户负面情绪", "negative customer feeling"),
    "sentiment.neutral": ("客户平静", "neutral customer feeling"),
    "sentiment.positive": ("客户正面情绪", "positive customer feeling"),
    "empathy.none": ("无共情", "no empathy"),
    "empathy.formulaic": ("套话式共情", "formulaic empathy"),
    "empathy.specific": ("针对性共情", "specific empathy"),
}


class Reasons:
    """Writes the reasons of a rubric's outcomes in one language."""

    def __init__(self, rubric: Rubric, behaviors: Mapping[str, Behavior], lang: Lang = "zh") -> None:
        self._named, self._criteria, self._behaviors = rubric.conditions, rubric.criteria, behaviors
        self.lang = lang
        self._at = 0 if lang == "zh" else 1
        self._asked: dict[str, str] = {}

    def say(self, key: str, **values: object) -> str:
        """The sentence of that key, filled in."""
        return WORDS[key][self._at].format(**values)

    def unknown(self, verdict: Verdict) -> str:
        """Why a verdict could not be had."""
        kind, _, name = verdict.unknown.partition(":")
        return self.say(kind, name=name)

    def idle(self, when: Condition) -> str:
        """Why a criterion does not apply."""
        conditional = any(part.criterion for _, part in self._meant(when).parts())
        key = "not_applicable_if" if conditional else "not_applicable"
        return self.say(key, asked=self.asked(when))

    def _meant(self, c: Condition) -> Condition:
        return self._meant(self._named[c.use]) if c.use else c

    def quotes(self, evidence: tuple[Evidence, ...]) -> str:
        """The first quotes, with their turns counted from 1 as people do."""
        shown = [self._quote(e.span.turn + 1, e.text) for e in evidence[:QUOTES]]
        more = self.say("more", count=len(evidence)) if len(evidence) > QUOTES else ""
        return ("、" if self._at == 0 else ", ").join(shown) + more

    def _quote(self, turn: int, text: str) -> str:
        """A quote; only the turn where a result was kept without text."""
        return self.say("quote", turn=turn, text=text) if text else self.say("turn", turn=turn)

    def met(self, asked: Condition, verdict: Verdict) -> str:
        """Why a condition holds: the quotes, or, where there is nothing to quote, the condition."""
        if verdict.evidence and not asked.timing:
            return self.say("met", found=self.quotes(verdict.evidence))
        return self.say("met_plain", asked=self.asked(asked))

    def partly(self, asked: Condition, verdict: Verdict, partial: Partial) -> str:
        """Why only a share of the points is given."""
        found = self.quotes(verdict.evidence) or self.asked(partial.when)
        return self.say("partial", share=partial.share, found=found, asked=self.asked(asked))

    def missed(self, asked: Condition, verdict: Verdict) -> str:
        """Why a condition does not hold: what speaks against it, or what was looked for and where."""
        wanted = self.asked(asked)
        if verdict.evidence:
            return self.say("against", asked=wanted, found=self.quotes(verdict.evidence))
        near = self.say("near", found=self._near(verdict.near)) if verdict.near else ""
        return self.say("not_met", asked=wanted, looked=self.looked(verdict), near=near)

    def _near(self, near: tuple[Near, ...]) -> str:
        """The candidate that comes nearest, and how near it is."""
        one = max(near, key=lambda n: n.likeness)
        quote = self._quote(one.span.turn + 1, one.text)
        if one.likeness == 0:  # there was no place to search, so none to be far from
            return quote
        return self.say(one.why, quote=quote, away=one.away, likeness=one.likeness)

    def looked(self, verdict: Verdict) -> str:
        """Which turns were searched."""
        turns = verdict.looked
        if not turns:
            return self.say("looked_none")
        return self.say("looked", first=turns[0] + 1, last=turns[-1] + 1, count=len(turns))

    def asked(self, c: Condition) -> str:
        """A condition in words. They are the same in every contact, so each is put into words once."""
        known = self._asked.get(c.key)
        if known is None:
            known = self._asked[c.key] = self._worded(c)
        return known

    def _worded(self, c: Condition) -> str:
        if c.use:
            return self.asked(self._named[c.use])
        if c.negated:
            return self.say("not", inner=self.asked(c.negated))
        if c.all_of or c.any_of:
            parts = dict.fromkeys(map(self.asked, c.all_of or c.any_of))
            return self.say("and" if c.all_of else "or").join(parts)
        return self._placed(c, self._subject(c))

    def _subject(self, c: Condition) -> str:
        if c.behavior:
            names = (behavior_name(self._behaviors, name, self.lang) for name in c.behavior)
            return self.say("or").join(self.say("behavior", name=name) for name in names)
        if c.task:
            names = (label_name(c.task, label, self.lang) for label in c.label)
            return self.say("or").join(self.say("behavior", name=name) for name in names)
        if c.metadata:
            key = "metadata" if c.is_ else "metadata_any"
            return self.say(key, name=c.metadata, value=self.say("or").join(c.is_))
        if c.timing:
            unit = (
                ("次" if self._at == 0 else "")
                if c.timing == "interruptions"
                else (" 秒" if self._at == 0 else " s")
            )
            return self.say("timing", name=NAMES[c.timing][self._at], limit=c.at_most, unit=unit)
        if c.turns:
            return self._turns(c, NAMES[c.turns][self._at])
        if c.criterion:
            return self._outcome(c)
        return self.say("in_order")

    def _outcome(self, c: Condition) -> str:
        known = self._criteria[str(c.criterion)]
        name = (known.name_en or known.name) if self.lang == "en" else known.name
        outcomes = self.say("or").join(NAMES[outcome][self._at] for outcome in c.outcome)
        return self.say("criterion", name=name, outcome=outcomes)

    def _turns(self, c: Condition, name: str) -> str:
        most = [] if c.at_most is None else [self.say("turns_most", name=name, count=c.at_most)]
        least = "at_least" in c.model_fields_set or not most
        return self.say("and").join([self.say("turns", name=name, count=c.at_least)] * least + most)

    def _placed(self, c: Condition, subject: str) -> str:
        place = self.say(c.where) if c.where != "anywhere" else ""
        anchor = self.asked(c.after) + self.say("after") if c.after else ""
        return self._counted(c, anchor + place + subject)

    def _counted(self, c: Condition, inner: str) -> str:
        if not (c.behavior or c.task):
            return inner
        if c.at_least > 1:
            inner = self.say("at_least", inner=inner, count=c.at_least)
        if c.at_most is None:
            return inner
        return (
            self.say("at_most", inner=inner, count=c.at_most) if c.at_most else self.say("not", inner=inner)
        )


def behavior_name(behaviors: Mapping[str, Behavior], behavior: str, lang: Lang) -> str:
    """What people call a behavior; its id where the rule book gives no name in that language."""
    known = behaviors.get(behavior)
    return ((known.name_en if lang == "en" else known.name) or behavior) if known else behavior


def label_name(task: str, label: str, lang: Lang) -> str:
    """What people call a classifier's label."""
    names = NAMES.get(f"{task}.{label}")
    return names[0 if lang == "zh" else 1] if names else label
