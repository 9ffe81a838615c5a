"""The pages hold valid YAML, every failure code, every criterion of the default rubric, and true limits."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import autoscorer
from autoscorer.readers import draft, files
from autoscorer.rubric import Criterion
from autoscorer.rules.conditions import SUBJECTS

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("README*.md"), *DOCS.glob("*.md")])
BLOCK = re.compile(r"^```yaml (rules|rubric|fragment)\b[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
UNMARKED = re.compile(r"^```ya?ml *$", re.MULTILINE)
GUIDES = [DOCS / "rules-and-rubrics.md", DOCS / "rules-and-rubrics.zh.md"]


def blocks(kind):
    """All blocks of a kind, with the page and line to find them by."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in BLOCK.finditer(text):
            if match[1] == kind:
                yield pytest.param(match[2], id=f"{page.name}:{text.count(chr(10), 0, match.start()) + 1}")


@pytest.mark.parametrize("body", [*blocks("rules")])
def test_rules(body, tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(body, encoding="utf-8")
    assert autoscorer.load_rules(path).rules


@pytest.mark.parametrize("body", [*blocks("rubric")])
def test_rubric(body, tmp_path):
    path = tmp_path / "rubric.yaml"
    path.write_text(body, encoding="utf-8")
    assert autoscorer.load_rubric(path, rules=autoscorer.load_rules()).sections


@pytest.mark.parametrize("body", [*blocks("fragment")])
def test_fragment(body):
    keys = yaml.load(body, yaml.BaseLoader)
    given = {"id": "x", "name": "x", "points": 1.0, **_typed(keys)}
    given.setdefault("met", {"behavior": "greeting"})
    assert Criterion.model_validate(given)


def _typed(value):
    """Numbers as numbers; no other word of a fragment is more than a string."""
    if isinstance(value, dict):
        return {key: _typed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return list(map(_typed, value))
    if re.fullmatch(r"\d+", value):
        return int(value)
    return float(value) if re.fullmatch(r"\d+\.\d+", value) else value


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_yaml_block_without_a_kind(page):
    assert not UNMARKED.search(page.read_text(encoding="utf-8"))


def codes():
    """The failure codes in the source: the first argument of TranscriptError, the third of Failure, and a table."""
    found = {"not_xlsx", "not_docx"}  # made as f"not_{kind}"
    for path in (ROOT / "autoscorer").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'TranscriptError\(\s*"([a-z_]+)"', text))
        found |= set(re.findall(r'Failure\(\s*[\w.]+,\s*(?:"[a-z]+"|stage),\s*"([a-z_]+)"', text))
        found |= (
            set(re.findall(r'"[a-z]+": \(\s*"([a-z]+_?[a-z]*)",\s*"[a-z]', text))
            if path.name == "listing.py"
            else set()
        )
        found |= (
            set(re.findall(r'"(\w+)" if len\(said\) > 1 else "(\w+)"', text)[0])
            if path.name == "draft.py"
            else set()
        )
    return sorted(found)


@pytest.mark.parametrize("code", codes())
def test_every_failure_code_is_on_the_page(code):
    assert f"| `{code}` |" in (DOCS / "failures.md").read_text(encoding="utf-8")


def test_the_page_names_no_other_code():
    named = re.findall(r"^\| `(\w+)` \|", (DOCS / "failures.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(named) == codes()


@pytest.mark.parametrize(
    "limit",
    [
        f"{files.MAX_BYTES >> 20} MB",
        f"{files.MAX_UNZIPPED >> 20} MB",
        f"{files.MAX_LINE >> 20} MB",
        f"{draft.MAX_TEXT:,} characters",
        f"{draft.MAX_TURNS:,} turns",
    ],
)
def test_limits(limit):
    assert limit in (DOCS / "failures.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.name)
def test_every_criterion_has_its_place_in_the_standard(page):
    rubric = autoscorer.load_rubric()
    ids = {criterion.id for section in rubric.sections for criterion in section.criteria}
    sections = "|".join(section.id for section in rubric.sections)
    table = page.read_text(encoding="utf-8").split("\n## ")[-1]
    assert set(re.findall(rf"`((?:{sections})\.\w+)`", table)) == ids


TABLE_ROW = re.compile(r"^\| [^|]+ \| [^|]+ \| `(\{.*\})` \|$", re.MULTILINE)


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.name)
class TestOperators:
    """The operators on the page: the rule book finds something with each rule, and each row of the table loads."""

    def test_each_rule_hits_in_the_contact_of_the_page(self, page, tmp_path):
        text = page.read_text(encoding="utf-8")
        for name, kind in (("operators.yaml", "yaml rules"), ("operators.json", "json contact")):
            (body,) = re.findall(rf"^```{kind} {re.escape(name)}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
            (tmp_path / name).write_text(body, encoding="utf-8")
        scorer = autoscorer.Scorer(rules=tmp_path / "operators.yaml")
        (transcript,) = autoscorer.read_many([tmp_path / "operators.json"])
        found = {d.source.removeprefix("rule:") for d in scorer.analyze(transcript).detections}
        own = {rule.id for rule in scorer.rules.rules} - {rule.id for rule in autoscorer.load_rules().rules}
        assert own - found == set()

    def test_each_operator_is_in_an_example(self, page):
        text = page.read_text(encoding="utf-8")
        assert [
            name for name in SUBJECTS if not re.search(rf"\b{name}: ", text) and f"`{name}`" not in text
        ] == []

    def test_each_example_of_the_comparison_loads(self, page, tmp_path):
        rows = TABLE_ROW.findall(page.read_text(encoding="utf-8").split("### extends")[0])
        assert len(rows) >= 20
        for match in rows:
            role = "customer" if "role: customer" in match or "sentiment" in match else "agent"
            body = f"id: x\nextends: default\nbehaviors:\n  own: {{role: {role}, name: x}}\nrules:\n  - {{id: own, behavior: own, match: {match}}}\n"
            (tmp_path / "x.yaml").write_text(body, encoding="utf-8")
            assert autoscorer.load_rules(tmp_path / "x.yaml").rules[-1].match
