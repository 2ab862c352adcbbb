"""JSON Schemas of tools as clients get them: closed, without `$ref`, without generated titles."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel


def input_schema(model: type[BaseModel]) -> dict[str, Any]:
    schema = _published(model.model_json_schema(mode="validation"))
    schema.setdefault("properties", {})
    schema["additionalProperties"] = False
    return schema


def output_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The fields of the answer and their types. Of the records in it only that they are objects: their
    fields speak for themselves, and in full these schemas would be most of what `tools/list` costs."""
    schema = published(model)
    fields = {name: _outline(field) for name, field in schema.get("properties", {}).items()}
    return {"type": "object", "properties": fields, "required": schema.get("required", [])}


def _outline(node: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {key: node[key] for key in ("type", "anyOf") if key in node}
    if "items" in node:
        kept["items"] = _outline(node["items"])
    if "anyOf" in kept:
        kept["anyOf"] = [_outline(choice) for choice in kept["anyOf"]]
    return kept


def published(model: type[BaseModel]) -> dict[str, Any]:
    """The whole schema of an answer."""
    return _published(model.model_json_schema(mode="serialization"))


def _published(schema: dict[str, Any]) -> dict[str, Any]:
    definitions: dict[str, Any] = schema.pop("$defs", {})
    published: dict[str, Any] = _inline(schema, definitions, ())
    return published


def _inline(node: Any, definitions: dict[str, Any], open_names: tuple[str, ...]) -> Any:
    """Replace `$ref` by what it names; a schema that contains itself is a defect of the tool."""
    if isinstance(node, list):
        return [_inline(item, definitions, open_names) for item in node]
    if not isinstance(node, dict):
        return node
    node = _without_null(node)
    if "$ref" in node:
        name = node["$ref"].removeprefix("#/$defs/")
        if name in open_names:
            raise ValueError(f"The schema {name} contains itself.")
        named = _inline(definitions[name], definitions, (*open_names, name))
        return {**named, **_inline({k: v for k, v in node.items() if k != "$ref"}, definitions, open_names)}
    inlined = {}
    for key, value in node.items():
        if key == "title" and isinstance(value, str):
            continue
        if key == "properties":
            inlined[key] = {name: _inline(child, definitions, open_names) for name, child in value.items()}
        else:
            inlined[key] = _inline(value, definitions, open_names)
    return inlined


def _is_nullable(schema: Any) -> bool:
    return isinstance(schema, dict) and {"type": "null"} in schema.get("anyOf", ())


def _without_null(node: dict[str, Any]) -> dict[str, Any]:
    """`X | None` as an X that may be left out: we never send null, and many clients know no unions."""
    node = dict(node)
    properties = node.get("properties")
    if isinstance(properties, dict) and "required" in node:
        node["required"] = [name for name in node["required"] if not _is_nullable(properties.get(name))]
    if _is_nullable(node):
        left = [choice for choice in node.pop("anyOf") if choice != {"type": "null"}]
        if node.get("default", ...) is None:
            del node["default"]
        node = {**left[0], **node} if len(left) == 1 else {"anyOf": left, **node}
    return node
