"""Every mistake in a rubric is named with its file, line and key, and what is allowed instead."""

import re
import textwrap

import pytest

from autoscorer import ConfigError, load_rubric, load_rules

GOOD = """\
id: t
version: 1
grades:
  - {name: 好, at_least: 60}
  - {name: 差, at_least: 0}
conditions:
  upset: {behavior: complaint}
sections:
  - id: s
    name: 段
    weight: 100
    criteria:
      - id: s.hello
        name: 问候
        points: 2
        met: {behavior: greeting}
"""


@pytest.fixture(scope="module")
def rules():
    return load_rules()


@pytest.fixture
def load(tmp_path, rules):
    """Load a rubric from text or bytes; returns it, or the error's message without the folder."""

    def load_text(content):
        path = tmp_path / "r.yaml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        try:
            return load_rubric(path, rules=rules)
        except ConfigError as error:
            return str(error).replace(str(tmp_path) + "/", "")

    return load_text


def with_criterion(text):
    """GOOD with one more criterion; its id stands on line 17."""
    return GOOD + textwrap.indent(textwrap.dedent(text), "      ")


def test_a_good_rubric_loads(load):
    rubric = load(GOOD)
    assert rubric.label == "t@1"
    assert re.fullmatch("[0-9a-f]{64}", rubric.sha256)
    assert rubric.sections[0].criteria[0].met.behavior == ("greeting",)
    assert (rubric.pass_mark, rubric.critical_cap, rubric.deduction_limit) == (60.0, 59.0, 1.0)


C = "- {id: x, name: x, points: 1, met: "
BAD = {
    # name: (text, expected place, words that must be there)
    "unknown behavior": (
        GOOD.replace("greeting", "greetings"),
        "r.yaml:16: sections.0.criteria.0.met: ",
        ["unknown behavior 'greetings'", "allowed: greeting, self_intro"],
    ),
    "unknown behavior in a stage": (
        with_criterion(C + "{in_order: [greeting, [thanks, adieu]]}}"),
        "r.yaml:17: sections.0.criteria.1.met: ",
        ["unknown behavior 'adieu'"],
    ),
    "unknown behavior deep inside": (
        with_criterion(C + "{all: [{not: {behavior: greeting, after: {behavior: nope}}}]}}"),
        "r.yaml:17: sections.0.criteria.1.met.all.0.not.after: ",
        ["unknown behavior 'nope'"],
    ),
    "unknown condition": (
        with_criterion("- {id: x, name: x, points: 1, when: upsett, met: {behavior: greeting}}"),
        "r.yaml:17: sections.0.criteria.1.when: ",
        ["unknown condition 'upsett'", "allowed: upset"],
    ),
    "condition that uses itself": (
        GOOD.replace("{behavior: complaint}", "{not: upset}"),
        "r.yaml:7: conditions.upset: ",
        ["'upset' uses itself"],
    ),
    "conditions in a circle": (
        GOOD.replace(
            "  upset: {behavior: complaint}", "  a: {any: [b]}\n  b: {all: [c]}\n  c: {behavior: urge, after: a}"
        ),
        "r.yaml:7: conditions.a: ",
        ["'a' uses itself", "r.yaml:8: conditions.b: ", "r.yaml:9: conditions.c: "],
    ),
    "duplicate criterion": (
        with_criterion("- {id: s.hello, name: x, points: 1, met: {behavior: thanks}}"),
        "r.yaml:13: sections.0.criteria.0.id: ",
        ["duplicate criterion id 's.hello'", "r.yaml:17: sections.0.criteria.1.id: "],
    ),
    "duplicate section": (
        GOOD + "  - {id: s, name: y, weight: 0, criteria: [{id: y, name: y, kind: manual}]}\n",
        "r.yaml:9: sections.0.id: ",
        ["duplicate section id 's'", "r.yaml:17: sections.1.id: "],
    ),
    "text for a number": (
        GOOD.replace("points: 2", "points: two"),
        "r.yaml:15: sections.0.criteria.0.points: ",
        ["valid number", "found 'two'"],
    ),
    "truth value for a number": (
        GOOD.replace("points: 2", "points: true"),
        "r.yaml:15: sections.0.criteria.0.points: ",
        ["valid number", "found True"],
    ),
    "number for a name": (
        GOOD.replace("name: 问候", "name: 12"),
        "r.yaml:14: sections.0.criteria.0.name: ",
        ["valid string", "found 12"],
    ),
    "map for a list": (
        GOOD.replace("  - {name: 好, at_least: 60}\n  - {name: 差, at_least: 0}", "  好: 60"),
        "r.yaml:3: grades: ",
        ["tuple", "found {"],
    ),
    "list for the whole": ("- a\n- b\n", "r.yaml:1: ", ["found ['a', 'b']"]),
    "infinite points": (GOOD.replace("points: 2", "points: .inf"), "r.yaml:15: ", ["finite"]),
    "negative points": (GOOD.replace("points: 2", "points: -2"), "r.yaml:15: ", ["greater than or equal to 0"]),
    "weight over 100": (GOOD.replace("weight: 100", "weight: 101"), "r.yaml:11: ", ["less than or equal to 100"]),
    "weights not 100": (
        GOOD.replace("weight: 100", "weight: 90"),
        "r.yaml:8: sections: ",
        ["sum to 90", "must sum to 100"],
    ),
    "grades that rise": (
        GOOD.replace("at_least: 60", "at_least: 0").replace("差, at_least: 0", "差, at_least: 60"),
        "r.yaml:3: grades: ",
        ["must fall", "found at_least 0, 60"],
    ),
    "grades that repeat": (
        GOOD.replace("  - {name: 差", "  - {name: 中, at_least: 60}\n  - {name: 差"),
        "r.yaml:3: grades: ",
        ["without repeats", "found at_least 60, 60, 0"],
    ),
    "grades that end above 0": (
        GOOD.replace("差, at_least: 0", "差, at_least: 1"),
        "r.yaml:3: grades: ",
        ["starts at 0", "found at_least 60, 1"],
    ),
    "no grades": (
        GOOD.replace("  - {name: 好, at_least: 60}\n  - {name: 差, at_least: 0}", "  []"),
        "r.yaml:3: grades: ",
        ["at least 1"],
    ),
    "unknown key at the top": (GOOD + "weights: 3\n", "r.yaml:17: weights: ", ["allowed: id, version"]),
    "unknown key in a condition": (
        GOOD.replace("{behavior: greeting}", "{behaviour: greeting}"),
        "r.yaml:16: sections.0.criteria.0.met.behaviour: ",
        ["unknown key 'behaviour'", "allowed: behavior, task"],
    ),
    "python name of a key": (
        GOOD.replace("{behavior: greeting}", "{all_off: []}"),
        "r.yaml:16: sections.0.criteria.0.met.all_off: ",
        ["unknown key", ", all, any, not, "],
    ),
    "missing key": (GOOD.replace("id: t\n", ""), "r.yaml:1: id: ", ["this key is required"]),
    "missing weight": (
        GOOD.replace("    weight: 100\n", ""),
        "r.yaml:9: sections.0.weight: ",
        ["this key is required"],
    ),
    "score without met": (
        GOOD.replace("        met: {behavior: greeting}\n", ""),
        "r.yaml:13: sections.0.criteria.0: ",
        ["kind 'score' needs 'met'"],
    ),
    "deduction without on": (
        with_criterion("- {id: x, name: x, kind: deduction, points: 1}"),
        "r.yaml:17: sections.0.criteria.1: ",
        ["kind 'deduction' needs 'on'"],
    ),
    "bonus without on": (
        with_criterion("- {id: x, name: x, kind: bonus, points: 1}"),
        "r.yaml:17: sections.0.criteria.1: ",
        ["kind 'bonus' needs 'on'"],
    ),
    "score without points": (
        GOOD.replace("        points: 2\n", ""),
        "r.yaml:13: sections.0.criteria.0: ",
        ["needs 'points' above 0"],
    ),
    "unknown kind": (
        with_criterion("- {id: x, name: x, kind: malus, points: 1}"),
        "r.yaml:17: sections.0.criteria.1.kind: ",
        ["'score', 'deduction', 'bonus' or 'manual'", "found 'malus'"],
    ),
    "met in a deduction": (
        with_criterion("- {id: x, name: x, kind: deduction, points: 1, on: upset, met: upset}"),
        "r.yaml:17: sections.0.criteria.1: ",
        ["met cannot stand in a criterion of kind 'deduction'"],
    ),
    "on, cap in a score": (
        with_criterion("- {id: x, name: x, points: 1, met: upset, on: upset, cap: 2}"),
        "r.yaml:17: sections.0.criteria.1: ",
        ["on, cap cannot stand in a criterion of kind 'score'"],
    ),
    "partial in a bonus": (
        with_criterion("- {id: x, name: x, kind: bonus, points: 1, on: upset, partial: [{when: upset, share: 0.5}]}"),
        "r.yaml:17: sections.0.criteria.1: ",
        ["partial cannot stand in a criterion of kind 'bonus'"],
    ),
    "miss in a deduction": (
        with_criterion("- {id: x, name: x, kind: deduction, points: 1, on: upset, miss: manual}"),
        "r.yaml:17: sections.0.criteria.1: ",
        ["miss cannot stand in a criterion of kind 'deduction'"],
    ),
    "critical manual": (
        with_criterion("- {id: x, name: x, kind: manual, critical: true}"),
        "r.yaml:17: sections.0.criteria.1: ",
        ["critical cannot stand in a criterion of kind 'manual'"],
    ),
    "critical bonus": (
        with_criterion("- {id: x, name: x, kind: bonus, points: 1, on: upset, critical: true}"),
        "r.yaml:17: sections.0.criteria.1: ",
        ["critical cannot stand in a criterion of kind 'bonus'"],
    ),
    "critical of another reach": (
        with_criterion("- {id: x, name: x, points: 1, critical: contact, met: upset}"),
        "r.yaml:17: sections.0.criteria.1.critical: ",
        ["'criterion', 'section' or 'whole'", "found 'contact'"],
    ),
    "deduction critical to itself": (
        with_criterion("- {id: x, name: x, kind: deduction, points: 1, on: upset, critical: criterion}"),
        "r.yaml:17: sections.0.criteria.1: ",
        ["'section' or 'whole'"],
    ),
    "section reach where there is nothing to lose": (
        GOOD
        + "  - {id: y, name: y, weight: 0, criteria: [{id: y.a, name: y, kind: deduction, points: 1, on: upset,\n"
        + "      critical: section}]}\n",
        "r.yaml:18: sections.1.criteria.0.critical: ",
        ["weight 0", "allowed there: whole"],
    ),
    "per in a score": (
        with_criterion("- {id: x, name: x, points: 1, met: upset, per: hit}"),
        "r.yaml:17: sections.0.criteria.1: ",
        ["per cannot stand in a criterion of kind 'score'"],
    ),
    "unknown per": (
        with_criterion("- {id: x, name: x, kind: bonus, points: 1, on: upset, per: call}"),
        "r.yaml:17: sections.0.criteria.1.per: ",
        ["'turn', 'hit' or 'contact'", "found 'call'"],
    ),
    "unknown criterion": (
        with_criterion("- {id: x, name: x, points: 1, when: {criterion: s.helo, outcome: met}, met: upset}"),
        "r.yaml:17: sections.0.criteria.1.when: ",
        ["unknown criterion 's.helo'", "allowed: s.hello, x"],
    ),
    "criterion without outcome": (
        with_criterion("- {id: x, name: x, points: 1, when: {criterion: s.hello}, met: upset}"),
        "r.yaml:17: sections.0.criteria.1.when: ",
        ["'criterion' and 'outcome' go together"],
    ),
    "unknown outcome": (
        with_criterion("- {id: x, name: x, points: 1, when: {criterion: s.hello, outcome: [met, done]}, met: upset}"),
        "r.yaml:17: sections.0.criteria.1.when.outcome.1: ",
        ["'met', 'partial', 'not_met'", "found 'done'"],
    ),
    "criterion that asks for itself": (
        with_criterion("- {id: x, name: x, points: 1, when: {criterion: x, outcome: met}, met: upset}"),
        "r.yaml:17: sections.0.criteria.1: ",
        ["in a circle: x → x"],
    ),
    "criteria in a circle": (
        with_criterion(
            "- {id: x, name: x, points: 1, when: {criterion: y, outcome: met}, met: upset}\n"
            "- {id: y, name: x, points: 1, met: {not: again}}"
        ).replace("conditions:", "conditions:\n  again: {criterion: x, outcome: not_met}"),
        "r.yaml:18: sections.0.criteria.1: ",
        ["in a circle: x → y → x"],
    ),
    "share of 1": (
        with_criterion("- {id: x, name: x, points: 1, met: upset, partial: [{when: upset, share: 1}]}"),
        "r.yaml:17: sections.0.criteria.1.partial.0.share: ",
        ["less than 1"],
    ),
    "timing without a limit": (
        with_criterion(C + "{timing: response_gap}}"),
        "r.yaml:17: sections.0.criteria.1.met: ",
        ["'timing' needs 'at_most'"],
    ),
    "unknown timing": (
        with_criterion(C + "{timing: talk_time, at_most: 3}}"),
        "r.yaml:17: sections.0.criteria.1.met.timing: ",
        ["'first_response', 'response_gap' or 'interruptions'", "found 'talk_time'"],
    ),
    "two subjects": (
        with_criterion(C + "{behavior: greeting, turns: agent}}"),
        "r.yaml:17: sections.0.criteria.1.met: ",
        ["exactly one of behavior, task", "found behavior, turns"],
    ),
    "no subject": (with_criterion(C + "{where: opening}}"), "r.yaml:17: ", ["exactly one of", "found none"]),
    "empty subject": (with_criterion(C + "{any: []}}"), "r.yaml:17: ", ["exactly one of", "found none"]),
    "task without label": (
        with_criterion(C + "{task: sentiment}}"),
        "r.yaml:17: sections.0.criteria.1.met: ",
        ["'task' and 'label' go together"],
    ),
    "label without task": (
        with_criterion(C + "{behavior: greeting, label: negative}}"),
        "r.yaml:17: sections.0.criteria.1.met: ",
        ["'task' and 'label' go together"],
    ),
    "unknown label": (
        with_criterion(C + "{task: sentiment, label: [negative, angry]}}"),
        "r.yaml:17: sections.0.criteria.1.met: ",
        ["unknown label 'angry'", "allowed: negative, neutral, positive"],
    ),
    "label of the other task": (
        with_criterion(C + "{task: empathy, label: negative}}"),
        "r.yaml:17: ",
        ["unknown label 'negative'", "allowed: none, formulaic, specific"],
    ),
    "unknown task": (
        with_criterion(C + "{task: mood, label: negative}}"),
        "r.yaml:17: ",
        ["unknown task 'mood'", "allowed: sentiment, empathy"],
    ),
    "probability over 1": (
        with_criterion(C + "{task: empathy, label: none, probability: 2}}"),
        "r.yaml:17: sections.0.criteria.1.met.probability: ",
        ["less than or equal to 1"],
    ),
    "unknown place": (
        with_criterion(C + "{behavior: greeting, where: middle}}"),
        "r.yaml:17: sections.0.criteria.1.met.where: ",
        ["'opening', 'closing' or 'anywhere'"],
    ),
    "at_least 0": (with_criterion(C + "{behavior: greeting, at_least: 0}}"), "r.yaml:17: ", ["equal to 1"]),
    "section without criteria": (
        GOOD + "  - {id: y, name: y, weight: 0, criteria: []}\n",
        "r.yaml:17: sections.1.criteria: ",
        ["at least 1"],
    ),
    "weight without a score criterion": (
        GOOD.replace("weight: 100", "weight: 50")
        + "  - {id: y, name: y, weight: 50, criteria: [{id: y, name: y, kind: manual}]}\n",
        "r.yaml:17: sections.1.weight: ",
        ["section 'y' has weight 50 but no criterion of kind 'score'"],
    ),
    "duplicate key": (GOOD + "version: 2\n", "r.yaml:2: ", ["duplicate key 'version'"]),
    "id with a space": (GOOD.replace("id: s.hello", "id: s hello"), "r.yaml:13: ", ["pattern", "'s hello'"]),
    "not YAML": (GOOD + "a: [1,\n", "r.yaml:18: ", ["not valid YAML"]),
    "tab": (GOOD + "a:\n\tb: 1\n", "r.yaml:18: ", ["not valid YAML"]),
    "python object": (GOOD + "name: !!python/name:os.system x\n", "r.yaml:17: ", ["not valid YAML"]),
    "two documents": (GOOD + "---\nid: u\n", "r.yaml:17: ", ["not valid YAML"]),
    "empty": ("", "r.yaml", ["empty"]),
    "only a comment": ("# nothing\n", "r.yaml", ["empty"]),
    "one word": ("rubric\n", "r.yaml:1: ", ["found 'rubric'"]),
    "binary": (b"PK\x03\x04\x00\xff\xfe\x00\x81", "r.yaml", ["not valid YAML"]),
    "GBK": ("id: t\nname: 质检方案\n".encode("gbk"), "r.yaml", ["not valid YAML in UTF-8"]),
    "nested deeply": ("a: " + "[" * 5000, "r.yaml", []),
    "aliases that multiply": (
        "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"{n}: &{n} [{','.join([f'*{p}'] * 9)}]\n" for p, n in zip("abcdefgh", "bcdefghi", strict=True)),
        "r.yaml",
        ["aliases count each time"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_mistake_is_named(load, name):
    text, place, words = BAD[name]
    message = load(text)
    assert isinstance(message, str), "it was taken as good"
    assert message.startswith(place), message
    assert [word for word in words if word not in message] == [], message
    assert "Traceback" not in message and "pydantic" not in message


def test_all_mistakes_are_told_at_once(load):
    message = load(
        with_criterion(C + "{behavior: nope}}").replace("weight: 100", "weight: 70").replace("at_least: 60", "at_least: 0")
    )  # fmt: skip
    assert len(message.splitlines()) == 3
    assert all(f in message for f in ("unknown behavior 'nope'", "sum to 70", "must fall"))


def test_many_mistakes_are_cut_short(load):
    more = "".join(f"- {{id: x{i}, name: x, points: 1, met: {{behavior: b{i}}}}}\n" for i in range(50))
    lines = load(with_criterion(more)).splitlines()
    assert len(lines) == 21
    assert lines[-1] == "… and 30 more"


def test_a_missing_file_and_a_folder(tmp_path):
    for path in (tmp_path / "no.yaml", tmp_path):
        with pytest.raises(ConfigError, match=re.escape(f"{path}: cannot be read")):
            load_rubric(path)


def test_without_rules_behaviors_are_not_checked(tmp_path):
    path = tmp_path / "r.yaml"
    path.write_text(GOOD.replace("greeting", "own_thing"), encoding="utf-8")
    assert load_rubric(path).sections[0].criteria[0].met.behavior == ("own_thing",)


def test_a_bare_name_stands_for_a_named_condition(load):
    rubric = load(with_criterion("- {id: x, name: x, points: 1, met: upset}"))
    assert rubric.sections[0].criteria[1].met.use == "upset"


def test_a_byte_order_mark_is_no_mistake(load):
    assert load(b"\xef\xbb\xbf" + GOOD.encode()).label == "t@1"


def test_the_hash_is_of_the_bytes(load):
    assert load(GOOD).sha256 == load(GOOD).sha256
    assert load(GOOD).sha256 != load(GOOD + "# a comment\n").sha256


@pytest.fixture(scope="module")
def rubric(rules):
    return load_rubric(rules=rules)


class TestDefault:
    def test_weights_sum_to_100(self, rubric):
        assert sum(section.weight for section in rubric.sections) == 100

    def test_the_first_two_dimensions_weigh_most_together(self, rubric):
        weights = [section.weight for section in rubric.sections]
        assert min(weights[:2]) >= max(weights[2:])

    def test_every_behavior_is_known(self, rubric, rules):
        asked = set(_behaviors(rubric))
        assert asked <= set(rules.behaviors)
        assert len(asked) > 25

    def test_every_task_can_be_asked(self):
        from autoscorer.classify.folder import LABELS
        from autoscorer.rules import TASKS

        for task, labels in TASKS.items():
            assert labels == LABELS[task]

    def test_all_have_both_languages(self, rubric):
        named = [*rubric.sections, *rubric.grades, *(c for s in rubric.sections for c in s.criteria)]
        assert [n for n in named if not n.name or not n.name_en] == []

    def test_grades(self, rubric):
        bands = [(g.name, g.at_least) for g in rubric.grades]
        assert bands == [("优秀", 90), ("良好", 80), ("合格", 60), ("待改进", 0)]

    def test_each_point_of_the_service_standard_has_a_criterion(self, rubric):
        ids = {c.id: c for s in rubric.sections for c in s.criteria}
        missing = [i for row in STANDARD.values() for i in row if i not in ids]
        assert missing == []
        unnamed = set(ids) - {i for row in STANDARD.values() for i in row}
        assert unnamed == set(), "criteria that no row of the standard asks for"


def _behaviors(rubric):
    for section in rubric.sections:
        for criterion in section.criteria:
            for _, part in criterion.conditions():
                yield from part.behavior
                yield from (name for stage in part.in_order for name in stage)
    for condition in rubric.conditions.values():
        for _, part in condition.parts():
            yield from part.behavior


# Each point of the service standard, with the criteria that score it.
STANDARD = {
    "1 timeliness": ["communication.first_response", "communication.response_gap"],
    "1 polite greeting": ["attitude.greeting"],
    "1 identity": ["attitude.identity"],
    "1 first soothing": ["attitude.soothing"],
    "1 recording of information": ["communication.recorded"],
    "2 patient listening": ["communication.listening", "communication.no_repeat"],
    "2 effective questions": ["communication.probing"],
    "2 need confirmation": ["communication.restatement"],
    "2 verification": ["solving.verification"],
    "3 professional judgement": ["solving.judgement"],
    "3 presentation of the solution": ["solving.solution", "solving.options"],
    "3 consent": ["solving.consent"],
    "3 efficient execution": ["solving.execution", "solving.timeframe"],
    "3 progress notice": ["communication.progress"],
    "4 result confirmation": ["process.result_check"],
    "4 usage guidance": ["solving.guidance"],
    "4 thanks and farewell": ["process.thanks", "process.farewell"],
    "4 satisfaction survey": ["process.survey"],
    "5 follow-up": ["process.follow_up"],
    "scheme: initiative": ["attitude.proactive", "attitude.offer_help"],
    "scheme: patience and empathy": ["attitude.empathy"],
    "scheme: courtesy": ["attitude.courtesy"],
    "scheme: respect": ["attitude.respect"],
    "scheme: knowledge": ["attitude.knowledge"],
    "scheme: clear words": ["communication.clarity"],
    "scheme: result": ["solving.accepted"],
    "scheme: stages present and in order": ["process.stages"],
    "red line: excuses, pushing away": ["red_lines.shirking"],
    "red line: blame, arguing, impatience, sarcasm": ["red_lines.rudeness", "red_lines.serious"],
    "red line: but after empathy": ["red_lines.but"],
    "red line: jargon as a shield": ["red_lines.jargon"],
    "red line: over-promising": ["red_lines.overpromise"],
    "red line: a promise without a time": ["red_lines.no_time"],
    "red line: asking to repeat": ["red_lines.asked_again"],
    "red line: reading out private data": ["red_lines.private_data"],
    "customer: feeling over time": ["attitude.recovery"],
    "customer: threat to complain": ["solving.escalation"],
    "customer: special groups": ["attitude.special_care"],
}
