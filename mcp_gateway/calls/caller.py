"""Re-exports the caller, the scopes and the rules of consumers, as the gateway's only import of them."""

from __future__ import annotations

from accounts.principal import Pause
from consumers.caller import Caller, SeenTools
from consumers.policy.decisions import Ceiling, Decision, Holder, Rule, Verdict, decide, limits_of
from consumers.policy.tool_names import name_of_tool
from consumers.scopes import READ as READ_SCOPE
from consumers.scopes import WRITE as WRITE_SCOPE
from consumers.toolsets import DEFAULT_TOOLSET

__all__ = [
    "DEFAULT_TOOLSET",
    "READ_SCOPE",
    "WRITE_SCOPE",
    "Caller",
    "Ceiling",
    "Decision",
    "Holder",
    "Pause",
    "Rule",
    "SeenTools",
    "Verdict",
    "decide",
    "limits_of",
    "name_of_tool",
]
