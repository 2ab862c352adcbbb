"""The caller and the scopes, as the look-up of a token gives them: the gateway's one way to both."""

from __future__ import annotations

from consumers.caller import DEFAULT_TOOLSET, Caller
from consumers.scopes import READ as READ_SCOPE
from consumers.scopes import WRITE as WRITE_SCOPE

__all__ = ["DEFAULT_TOOLSET", "READ_SCOPE", "WRITE_SCOPE", "Caller"]
