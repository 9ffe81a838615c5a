"""The published schemas of rule books and rubrics take what the loader takes, and refuse what it refuses."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from autoscorer import resources, rubric, rules
from autoscorer.yaml_file import Document

from .detect.test_bad_books import CONDITIONS, HEAD, MATCH
from .test_docs_yaml import blocks

SCHEMAS = {"rules": Draft202012Validator(rules.schema()), "rubric": Draft202012Validator(rubric.schema())}
KNOWN_TO_A_SCHEMA = (
    "unknown entity", "probability over 1", "similar without examples", "empty examples",
    "threshold of 0", "unknown interval", "unknown form", "need of another kind", "anchor of another key",
    "token of an unknown key", "empty token pattern", "metadata without a field", "a list for a condition",
    "of the medium", "of the sound",
)  # fmt: skip


@pytest.mark.parametrize("what", SCHEMAS)
def test_a_schema_is_one_and_takes_the_default_file(what):
    Draft202012Validator.check_schema(SCHEMAS[what].schema)
    path = resources.default_rules() if what == "rules" else resources.default_rubric()
    SCHEMAS[what].validate(Document(path).data)


@pytest.mark.parametrize("body", [*blocks("rules")])
def test_rules_of_the_pages(body, tmp_path):
    SCHEMAS["rules"].validate(_read(tmp_path, body))


@pytest.mark.parametrize("body", [*blocks("rubric")])
def test_rubrics_of_the_pages(body, tmp_path):
    SCHEMAS["rubric"].validate(_read(tmp_path, body))


@pytest.mark.parametrize(
    "match", [pytest.param(c[1], id=c[0]) for c in CONDITIONS if c[0] in KNOWN_TO_A_SCHEMA]
)
def test_a_schema_refuses_bad_keys_and_values(match, tmp_path):
    assert not SCHEMAS["rules"].is_valid(_read(tmp_path, HEAD + MATCH + match))


def test_the_tables_name_the_same_cases():
    assert set(KNOWN_TO_A_SCHEMA) <= {name for name, *_ in CONDITIONS}


def _read(folder, body):
    """The values of a YAML text as JSON has them."""
    path = folder / "book.yaml"
    path.write_text(body, encoding="utf-8")
    return json.loads(json.dumps(Document(path).data))
