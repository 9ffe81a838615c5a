"""The JSON Schema of a rubric, for editors: of a whole one, and of one that changes another."""

from __future__ import annotations

from typing import Any

from .form import RubricFile
from .inherit import ITS_OWN

Schema = dict[str, Any]


def schema() -> Schema:
    """The JSON Schema of a rubric. With `extends`, and in a variant's `change`, all but the id may be left out."""
    whole = RubricFile.model_json_schema()
    parts = whole.pop("$defs")
    parts["CriterionChange"] = _change(parts["Criterion"])
    parts["SectionChange"] = _change(parts["Section"])
    parts["SectionChange"]["properties"]["criteria"] = _list_of("CriterionChange")
    changing = {**whole, "properties": {**whole["properties"], "sections": _list_of("SectionChange")}}
    changing["properties"] = {key: _or_null(value) for key, value in changing["properties"].items()}
    changing["required"] = ["id", "version", "extends"]
    varied = {k: v for k, v in changing["properties"].items() if k not in (*ITS_OWN, "variants")}
    parts["Variant"]["properties"]["change"] = {
        "type": "object", "properties": varied, "additionalProperties": False,
    }  # fmt: skip
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": parts,
        "if": {"required": ["extends"]},
        "then": changing,
        "else": whole,
    }


def _change(whole: Schema) -> Schema:
    """An item that changes the one of its id, or removes it."""
    fields = {key: _or_null(value) for key, value in whole["properties"].items() if key != "id"}
    remove = {"description": "takes the inherited one away", "const": True}
    return {
        **whole,
        "required": ["id"],
        "properties": {"id": whole["properties"]["id"], **fields, "remove": remove},
    }


def _list_of(item: str) -> Schema:
    return {"type": "array", "items": {"$ref": f"#/$defs/{item}"}}


def _or_null(field: Schema) -> Schema:
    """`null` takes the inherited field away."""
    return {"anyOf": [field, {"type": "null"}]}
