"""Decides whether a tool may be used. Consent, `tools/list`, each call and the simulator ask here.

The function is pure: every value that it needs comes in. The strictest rule wins, so another rule never
allows more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Protocol

from consumers.scopes import READ, WRITE


class Verdict(IntEnum):
    """The smaller one is the stricter one."""

    NEVER = 0
    ASK = 1
    ALLOWED = 2


class Holder(StrEnum):
    """Whose ceiling it is."""

    CONSUMER = "consumer"
    GROUP = "group"


class Rule(StrEnum):
    """The rule that decided. The value is stored with refused calls, so it must never change."""

    TOOL_SET = "tool_set"  # the ceiling leaves the tool's set out
    TOOL = "tool"  # the ceiling names the tool
    READ_ONLY = "read_only"  # the ceiling forbids everything that writes
    ADDRESS = "address"  # the URL of the connection left the tool out
    RIGHTS = "rights"  # the person, or the group of the program, lacks a right
    SCOPE = "scope"  # reading or writing was not approved
    NONE = "none"  # no rule forbids it


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What one consumer or permission group allows. `Ceiling(holder)` allows everything.

    `toolsets` of None are all. `tools` are those that are not simply allowed.
    """

    holder: Holder
    name: str = field(default="", compare=False)
    toolsets: frozenset[str] | None = None
    tools: frozenset[tuple[str, Verdict]] = frozenset()
    read_only: bool = False
    writes_per_hour: int | None = None
    most_records: int | None = None

    def verdict_on(self, tool: Governed) -> tuple[Verdict, Rule]:
        if self.toolsets is not None and tool.toolset not in self.toolsets:
            return Verdict.NEVER, Rule.TOOL_SET
        named = self.rule_on(tool)
        if named == Verdict.NEVER:
            return Verdict.NEVER, Rule.TOOL
        if self.read_only and not tool.read_only:
            return Verdict.NEVER, Rule.READ_ONLY
        return (named, Rule.TOOL) if named == Verdict.ASK else (Verdict.ALLOWED, Rule.NONE)

    def rule_on(self, tool: Governed) -> Verdict:
        """Return what the ceiling says of this single tool."""
        named = (verdict for name, verdict in self.tools if name == tool.name or name in tool.formerly)
        return min(named, default=Verdict.ALLOWED)


class Governed(Protocol):
    """A tool, as far as rules look at it."""

    @property
    def name(self) -> str: ...
    @property
    def formerly(self) -> tuple[str, ...]: ...
    @property
    def toolset(self) -> str: ...
    @property
    def read_only(self) -> bool: ...
    @property
    def rights(self) -> frozenset[str]: ...
    @property
    def one_of(self) -> frozenset[str]: ...
    def missing(self, rights: frozenset[str]) -> frozenset[str]: ...


class Terms(Protocol):
    """What applies to one person with one app, or to one program."""

    @property
    def rights(self) -> frozenset[str]: ...
    @property
    def scopes(self) -> frozenset[str]: ...
    @property
    def ceilings(self) -> tuple[Ceiling, ...]: ...

    # What the connection gets: the tool sets that no ceiling leaves out, fewer if its URL chooses.
    @property
    def toolsets(self) -> frozenset[str]: ...
    @property
    def read_only(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict and the rule behind it; `ceiling` is the one that has the rule."""

    verdict: Verdict
    rule: Rule
    ceiling: Ceiling | None = None
    missing: frozenset[str] = frozenset()

    @property
    def usable(self) -> bool:
        """Say whether the tool is offered: a tool that asks first is."""
        return self.verdict != Verdict.NEVER


@dataclass(frozen=True, slots=True)
class Limits:
    """None is no limit."""

    writes_per_hour: int | None = None
    most_records: int | None = None


_TO_READ, _TO_WRITE = frozenset({READ}), frozenset({READ, WRITE})
_ALLOWED = Decision(Verdict.ALLOWED, Rule.NONE)


def decide(tool: Governed, terms: Terms) -> Decision:
    """Return the strictest verdict of all ceilings, of the URL, the rights and the scopes."""
    asks = None
    for ceiling in terms.ceilings:
        verdict, rule = ceiling.verdict_on(tool)
        if verdict == Verdict.NEVER:
            return Decision(verdict, rule, ceiling)
        if verdict == Verdict.ASK and asks is None:
            asks = Decision(verdict, rule, ceiling)
    if tool.toolset not in terms.toolsets or (terms.read_only and not tool.read_only):
        return Decision(Verdict.NEVER, Rule.ADDRESS)
    if missing := tool.missing(terms.rights):
        return Decision(Verdict.NEVER, Rule.RIGHTS, missing=missing)
    if not (_TO_READ if tool.read_only else _TO_WRITE) <= terms.scopes:
        return Decision(Verdict.NEVER, Rule.SCOPE)
    return asks or _ALLOWED


def withheld_operations(
    operations: Mapping[str, Sequence[str]], tools: Mapping[str, Governed], ceilings: Sequence[Ceiling]
) -> frozenset[str]:
    """Return the operations of the REST API that the rules on single tools forbid.

    Nobody can be asked there, so a tool that asks first is forbidden. An operation that reads is left as long
    as one of its tools is; one that writes needs all of them.
    """
    ruled = [ceiling for ceiling in ceilings if ceiling.tools]
    if not ruled:
        return frozenset()
    forbidden = {
        name
        for name, tool in tools.items()
        if any(ceiling.rule_on(tool) < Verdict.ALLOWED for ceiling in ruled)
    }
    return frozenset(
        operation
        for operation, names in operations.items()
        if (all if operation.startswith("GET ") else any)(name in forbidden for name in names)
    )


def limits_of(ceilings: Sequence[Ceiling]) -> Limits:
    """Return the smallest limit of each kind."""
    return Limits(
        min((each.writes_per_hour for each in ceilings if each.writes_per_hour is not None), default=None),
        min((each.most_records for each in ceilings if each.most_records is not None), default=None),
    )
