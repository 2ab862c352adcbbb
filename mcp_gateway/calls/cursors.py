"""Opaque cursors: the position of the next page, sealed for one caller, tool and set of filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from mcp_gateway.calls.errors import InvalidArguments
from mcp_gateway.sealing import NotSealed, Seal

LIFETIME_SECONDS = 24 * 3600
MAX_LENGTH = 4096  # of our own cursors: a position of 120 characters can take 12 bytes for each

Position = Mapping[str, int | str]


@dataclass(frozen=True, slots=True, repr=False)
class Cursors:
    """Seals and opens the cursors of one caller.

    `owner` identifies company, user and consumer. A cursor of another caller, of another tool, or with other
    filters does not open.
    """

    key: bytes
    owner: str

    def seal(self, tool: str, filters: Mapping[str, object], position: Position) -> str:
        return self._seal.seal((self.owner, tool, filters), dict(position))

    def open(self, tool: str, filters: Mapping[str, object], cursor: str) -> Position:
        try:
            if len(cursor) > MAX_LENGTH:
                raise NotSealed
            return cast("Position", self._seal.unseal((self.owner, tool, filters), cursor))
        except NotSealed:
            raise InvalidArguments(
                "That cursor cannot be used: it belongs to another question, or it is too old. "
                "Call again with the same filters and without a cursor.",
                fields=[{"field": "cursor", "problem": "cannot be used"}],
            ) from None

    @property
    def _seal(self) -> Seal:
        return Seal(self.key, "tool-cursors", LIFETIME_SECONDS)
