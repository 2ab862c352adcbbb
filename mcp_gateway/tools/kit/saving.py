"""What the tools that change master data share: bodies in wire names, answers and refusals in ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from mcp_gateway.calls.errors import FieldsRefused
from mcp_gateway.tools.kit.identifiers import Code
from mcp_gateway.tools.kit.text import UntrustedText

Wire = Mapping[str, str]  # our argument -> the field of the contract


class Saved(BaseModel):
    """What a change did."""

    done: Literal["created", "updated", "already_there"]
    code: Code | None = None
    id: int | None = None
    name: UntrustedText | None = None
    changed: Annotated[list[str], Field(description="The arguments that were saved.")] = []
    notes: list[str] = []
    url: str | None = None


def body_of(arguments: BaseModel, wire: Wire) -> dict[str, Any]:
    """What was given, in the names of the contract. What was not given is left out, never sent as null."""
    given = arguments.model_dump(mode="json", exclude_none=True, include=set(wire))
    return {wire[name]: value for name, value in given.items()}


@contextmanager
def in_our_names(wire: Wire) -> Iterator[None]:
    """A refusal by the upstream names its own fields: the model knows them by ours."""
    try:
        yield
    except FieldsRefused as refusal:
        raise refusal.renamed({field: name for name, field in wire.items()}) from None
