"""Which tools a connection is served: sets that the consumer has switched on, or that the address asks for.

    /mcp/oauth/fracttal-one?toolsets=default,planning&read_only=true

The address replaces the consumer's choice of sets; read-only can only be added. What is not known is an
error and never ignored: a misspelt `read_only` must not let writes through.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache
from urllib.parse import parse_qsl

from mcp_gateway.caller import Caller
from mcp_gateway.registry import DEFAULT_TOOLSET

LONGEST_QUERY = 400
ALL = "all"


class InvalidSelection(Exception):
    """The sentence says what is allowed."""


def selected(caller: Caller, query: str, known: Collection[str]) -> Caller:
    """The caller as the address narrows or widens it. Raises InvalidSelection."""
    if not query:
        return caller
    toolsets, read_only = _parsed(query, frozenset(known))
    return replace(
        caller,
        toolsets=caller.toolsets if toolsets is None else toolsets,
        read_only=caller.read_only or read_only,
    )


@lru_cache(256)
def _parsed(query: str, known: frozenset[str]) -> tuple[frozenset[str] | None, bool]:
    try:
        if len(query) > LONGEST_QUERY:
            raise ValueError
        given = parse_qsl(query, keep_blank_values=True, strict_parsing=True, max_num_fields=4)
    except ValueError:
        raise InvalidSelection("The options in the address cannot be read.") from None
    options = dict(given)
    if len(options) != len(given) or not options.keys() <= {"toolsets", "read_only"}:
        raise InvalidSelection("The address takes the options toolsets and read_only, each once.")
    if options.get("read_only", "false") not in {"true", "false"}:
        raise InvalidSelection("read_only is true or false.")
    return _sets(options.get("toolsets"), known), options.get("read_only") == "true"


def _sets(value: str | None, known: frozenset[str]) -> frozenset[str] | None:
    if value is None:
        return None
    names = frozenset(value.split(","))
    if names == {ALL}:
        return known
    if not names <= known:
        every = ", ".join([DEFAULT_TOOLSET, *sorted(known - {DEFAULT_TOOLSET})])
        raise InvalidSelection(f"toolsets is {ALL}, or a list of these: {every}.")
    return names
