"""What the contract of Fracttal One has no call for, and a person does on the page of the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcp_gateway.calls.errors import Refusal
from mcp_gateway.calls.record_urls import RecordKind, record_url
from mcp_gateway.tools.kit.identifiers import read_code


def refuse_by_hand(given: Any, cannot: Mapping[str, str], kind: RecordKind, identifier: str) -> None:
    """Refuse an argument that the tool does not have, and say where a person can do it.

    `cannot` says what each such argument asks for, `identifier` is the argument that names the record.
    """
    if not isinstance(given, dict):
        return
    wanted = list(dict.fromkeys(what for name, what in cannot.items() if name in given))
    if not wanted:
        return
    named = given.get(identifier)
    page = record_url(kind, read_code(named)) if isinstance(named, str | int) and str(named).strip() else None
    where: dict[str, Any] = {} if page is None else {"page": page}
    raise Refusal(
        f"Fracttal One has no call to {' or '.join(wanted)}, so nothing was changed. A person can do it in "
        "Fracttal One; give them the page of the record.",
        **where,
    )
