"""JSON Schemas of tools: the full ones that are enforced, and the reduced ones that clients get.

Clients get the seven keywords that every host accepts: `type`, `description`, `enum`, `items`, `properties`,
`required` and `x-mcp-header`. Hosts reject or drop the others, each of them different ones. Limits, defaults
and formats therefore appear in the description, and are enforced all the same (docs/decisions/0019).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

WIRE = ("type", "description", "enum", "x-mcp-header")
LARGEST_SAID = 1_000_000  # of numbers; nobody comes near a larger limit
# characters; no code is longer than the first, no text longer than the second
LONGEST_UNSAID, LONGEST_SAID = 120, 4000


def input_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the reduced input schema for clients."""
    schema = enforced(model)
    return {
        "type": "object",
        "properties": {name: _told(field) for name, field in schema["properties"].items()},
        **({"required": schema["required"]} if schema.get("required") else {}),
    }


def enforced(model: type[BaseModel]) -> dict[str, Any]:
    """Return the full input schema: closed, with limits, defaults and examples."""
    schema = _published(model.model_json_schema(mode="validation"))
    schema.setdefault("properties", {})
    schema["additionalProperties"] = False
    return schema


def output_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the reduced schema of an answer: the fields that every answer has, with their types.

    Of records only the first field is listed. The others are self-explanatory when they come, and complete
    schemas would take up most of `tools/list`.
    """
    schema = published(model)
    fields, always = schema.get("properties", {}), schema.get("required", [])
    told = {name: _outline(field) for name, field in fields.items() if name in always or not always}
    return {"type": "object", "properties": told, "required": always}


def published(model: type[BaseModel]) -> dict[str, Any]:
    """Return the full schema of an answer."""
    return _published(model.model_json_schema(mode="serialization"))


def _told(node: dict[str, Any]) -> dict[str, Any]:
    told = {key: node[key] for key in WIRE if key in node}
    if said := " ".join([told.get("description", ""), *_limits(node)]).strip():
        told["description"] = said
    if "items" in node:
        told["items"] = _told(node["items"])
    if "properties" in node:
        told["properties"] = {name: _told(field) for name, field in node["properties"].items()}
        if node.get("required"):
            told["required"] = node["required"]
    return told


def _limits(node: dict[str, Any]) -> Iterator[str]:
    """Describe in words the keywords that are left out, if they matter."""
    if node.get("format") == "date":
        yield "A date as YYYY-MM-DD."
    if node.get("examples") and "ISO date" not in node.get("description", ""):
        yield f"Such as {node['examples'][0]}."
    if "exclusiveMinimum" in node:
        yield f"More than {_number(node['exclusiveMinimum'])}."
    least, most = node.get("minimum"), node.get("maximum")
    if most is not None and most <= LARGEST_SAID:
        yield f"At most {_number(most)}." if least is None else f"{_number(least)} to {_number(most)}."
    elif least is not None and least != 1:  # ids of records start at 1
        yield f"{_number(least)} or more."
    if node.get("minLength", 1) > 1:
        yield f"{node['minLength']} characters or more."
    if LONGEST_UNSAID < node.get("maxLength", 0) <= LONGEST_SAID:
        yield f"At most {node['maxLength']} characters."
    if "enum" not in node.get("items", {}) and "maxItems" in node:
        yield f"At most {node['maxItems']} entries."
    if node.get("default"):
        yield f"Default {str(node['default']).lower()}."


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else str(value)


def _outline(node: dict[str, Any]) -> dict[str, Any]:
    if "anyOf" in node:
        node = node["anyOf"][0]  # records of several shapes begin with the same field
    outline: dict[str, Any] = {"type": node["type"]}
    if "items" in node:
        outline["items"] = _outline(node["items"])
    if node["type"] == "object":
        first = next(iter(node["properties"].items()))
        outline["properties"] = {first[0]: _outline(first[1])}
    return outline


def _published(schema: dict[str, Any]) -> dict[str, Any]:
    definitions: dict[str, Any] = schema.pop("$defs", {})
    published: dict[str, Any] = _inline(schema, definitions, ())
    return published


def _inline(node: Any, definitions: dict[str, Any], open_names: tuple[str, ...]) -> Any:
    """Replace each `$ref` by its definition. A recursive schema is a defect of the tool."""
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
    """Turn `X | None` into an optional X: we never send null, and many clients support no unions."""
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
