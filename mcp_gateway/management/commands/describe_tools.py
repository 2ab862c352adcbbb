"""`manage.py describe_tools`: docs/tools.md out of the registry."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from mcp_gateway.calls.tool import Catalogue, Tool
from mcp_gateway.protocol.schemas import input_schema
from mcp_gateway.tools.catalogue import CATALOGUE
from mcp_gateway.tools.coverage import CAPABILITIES

HEAD = """# Tools

Written by `manage.py describe_tools > docs/tools.md` from the registry; a test keeps it in step.
An assistant is shown the tools whose rights the person has and that no ceiling of an administrator leaves
out, or fewer if the address chooses (`?toolsets=default,planning`; `?read_only=true` leaves out whatever
writes). Tools that write
also need the scope `maintenance:write`, and each of them takes an `idempotency_key`.

Besides: the resources `fracttal://work-orders/{folio}`, `fracttal://assets/{code}` and
`fracttal://requests/{id}`, and the prompts `shift_handover`, `weekly_maintenance_review`,
`asset_health_report`, `plan_next_week` and `triage_new_requests`, with completion of codes.

A client that announces elicitation (revision 2025-06-18 or later) is asked in the middle of a call, in
the language of the person: by a form which record a name means that fits several, whether to create what
looks like something open (`even_if_similar`), whether an unusual reading was read right (`even_if_unusual`),
and whether a metric may take many calls (`allow_calls`); by a page to connect the account at Fracttal One.
Any other client is told what to do, and so is whoever gives no answer.
"""


class Command(BaseCommand):
    help = "Print the tools as docs/tools.md."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(document(CATALOGUE), ending="")


def document(catalogue: Catalogue) -> str:
    tools = list(catalogue.tools.values())
    overview = ["| Tool | What for | Set | Rights | Writes |", "|---|---|---|---|---|"]
    for tool in tools:
        writes = "no" if tool.read_only else "yes"
        row = (f"[`{tool.name}`](#{tool.name})", tool.title, tool.toolset, _rights(tool), writes)
        overview.append(f"| {' | '.join(row)} |")
    return "\n".join([HEAD, *overview, _capabilities(), *(_section(tool) for tool in tools)]) + "\n"


def _capabilities() -> str:
    lines = ["\n## Which tool does what\n", "| Operation | Tool | With |", "|---|---|---|"]
    for operation, (tool, chosen) in CAPABILITIES.items():
        name = f"[`{tool}`](#{tool})" if tool else "–"
        how = ", ".join(f"`{key}: {value}`" if value else f"`{key}`" for key, value in chosen.items())
        if not tool:
            how = "; ".join(chosen.values())
        lines.append(f"| {operation} | {name} | {how} |")
    return "\n".join(lines)


def _rights(tool: Tool[Any, Any]) -> str:
    needed = [f"`{right}`" for right in sorted(tool.rights)]
    if tool.one_of:
        needed.append("one of " + ", ".join(f"`{right}`" for right in sorted(tool.one_of)))
    return ", ".join(needed) or "none"


def _section(tool: Tool[Any, Any]) -> str:
    schema = input_schema(tool.input)
    required = set(schema.get("required", ()))
    lines = [f"\n## {tool.name}\n", f"{tool.description}\n"]
    if schema["properties"]:
        lines += ["| Argument | Type | Meaning |", "|---|---|---|"]
    for name, described in schema["properties"].items():
        star = " *" if name in required else ""
        meaning = str(described.get("description", "")).replace("|", "\\|").replace("\n", " ")
        lines.append(f"| `{name}`{star} | {_type(described)} | {meaning} |")
    return "\n".join(lines)


def _type(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"] if value is not None)
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "any")
