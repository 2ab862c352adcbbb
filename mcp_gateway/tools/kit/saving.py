"""Shared by tools that change master data: request bodies, answers, and refusals with our field names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from mcp_gateway.calls.errors import FieldsRefused
from mcp_gateway.tools.kit.identifiers import Code
from mcp_gateway.tools.kit.text import UntrustedText

Wire = Mapping[str, str]  # our argument → the field of the contract


class Saved(BaseModel):
    """The effect of a change."""

    done: Literal["created", "updated", "already_there"]
    code: Code | None = None
    id: int | None = None
    name: UntrustedText | None = None
    changed: Annotated[list[str], Field(description="The arguments that were saved.")] = []
    notes: list[str] = []
    url: str | None = None


def body_of(arguments: BaseModel, wire: Wire) -> dict[str, Any]:
    """Return the given arguments under their wire names. Omitted ones are left out, never sent as null."""
    given = arguments.model_dump(mode="json", exclude_none=True, include=set(wire))
    return {wire[name]: value for name, value in given.items()}


def changed_by(arguments: BaseModel, *naming: str) -> list[str]:
    """Return the arguments that change the record; those in `naming` only identify it."""
    return sorted(arguments.model_fields_set - {"idempotency_key", *naming})


@contextmanager
def in_our_names(wire: Wire) -> Iterator[None]:
    """Translate the upstream's field names in a refusal into our argument names."""
    try:
        yield
    except FieldsRefused as refusal:
        raise refusal.renamed({field: name for name, field in wire.items()}) from None
