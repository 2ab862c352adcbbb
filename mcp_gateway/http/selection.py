"""Selects the tools of a connection: those that the administrator allows, or fewer by the URL.

    /mcp/oauth/fracttal-one?toolsets=default,planning&read_only=true

The URL chooses within the ceiling: sets that the administrator left off stay off, and read-only can be added
but never removed. A set that exists and is left off is no error, so that a narrower ceiling does not break a
connection; a call of its tools is refused and says why. A misspelt option is an error and not ignored: a
misspelt `read_only` must not let writes through. Other options are ignored, because hosts add their own.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from difflib import get_close_matches
from functools import lru_cache
from urllib.parse import parse_qsl

from mcp_gateway.calls.caller import DEFAULT_TOOLSET, Caller

LONGEST_QUERY = 400
ALL = "all"
OPTIONS = frozenset({"toolsets", "read_only"})
# An option with one of these words in its name is meant to select tools or to forbid writing.
PARTS = ("tool", "read", "write", "only")


class InvalidSelection(Exception):
    """The selection is invalid. The message says what is allowed."""


def selected(caller: Caller, query: str, known: Collection[str]) -> Caller:
    """Apply the selection in the URL to the caller. Raises InvalidSelection."""
    if not query:
        return caller
    toolsets, read_only = _parsed(query, frozenset(known))
    return replace(
        caller,
        toolsets=caller.toolsets if toolsets is None else caller.toolsets & toolsets,
        read_only=caller.read_only or read_only,
    )


def forbids_writing(query: str, known: Collection[str]) -> bool:
    """Say whether the URL asks for read-only tools, before the caller is known."""
    try:
        return bool(query) and _parsed(query, frozenset(known))[1]
    except InvalidSelection:
        return False


@lru_cache(256)
def _parsed(query: str, known: frozenset[str]) -> tuple[frozenset[str] | None, bool]:
    try:
        if len(query) > LONGEST_QUERY:
            raise ValueError
        given = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError:
        raise InvalidSelection("The options in the address cannot be read.") from None
    if any(not f"{name}{value}".isprintable() for name, value in given):
        raise InvalidSelection("The options in the address cannot be read.")
    if any("token" in name.lower() for name, _value in given):
        raise InvalidSelection("Send the token in the Authorization header, never in the address.")
    ours = [(name, value) for name, value in given if _looks_like_ours(name)]
    options = dict(ours)
    if len(options) != len(ours) or not options.keys() <= OPTIONS:
        raise InvalidSelection("The address takes the options toolsets and read_only, each once.")
    if options.get("read_only", "false") not in {"true", "false"}:
        raise InvalidSelection("read_only is true or false.")
    return _sets(options.get("toolsets"), known), options.get("read_only") == "true"


def _looks_like_ours(name: str) -> bool:
    letters = "".join(filter(str.isalnum, name.lower()))
    return any(part in letters for part in PARTS) or bool(
        get_close_matches(letters, [option.replace("_", "") for option in OPTIONS], 1, 0.6)
    )


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
