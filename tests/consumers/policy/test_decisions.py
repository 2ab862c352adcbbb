"""The strictest rule wins, and no rule that is added ever allows more."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from accounts.rights import ALL_RIGHTS
from consumers.policy.decisions import Ceiling, Limits, Rule, Verdict, decide, limits_of
from consumers.policy.terms import ALL_TOOLSETS, tool_verdicts
from consumers.policy.tool_names import TOOL_NAMES
from consumers.scopes import READ, WRITE
from mcp_gateway.tools.catalogue import CATALOGUE
from tests.consumers.policy.drawn import NAMES, ceilings, patient, subsets

TOOLS = list(CATALOGUE.tools.values())


@dataclass(frozen=True)
class Terms:
    rights: frozenset[str]
    scopes: frozenset[str]
    ceilings: tuple[Ceiling, ...]
    toolsets: frozenset[str]
    read_only: bool


terms = st.builds(
    Terms,
    rights=st.just(ALL_RIGHTS) | subsets(ALL_RIGHTS),
    scopes=st.just(frozenset({READ, WRITE})) | subsets(frozenset({READ, WRITE})),
    ceilings=st.lists(ceilings, max_size=3).map(tuple),
    toolsets=st.just(ALL_TOOLSETS) | subsets(ALL_TOOLSETS),
    read_only=st.booleans(),
)


@patient
@given(terms, st.sampled_from(TOOLS))
def test_the_verdict_is_the_strictest_of_all(given_terms: Terms, tool: object) -> None:
    """Every rule judges alone, in the words of the documentation; the smallest verdict is the answer."""
    assert isinstance(tool, type(TOOLS[0]))
    alone = [Verdict.ALLOWED]
    for ceiling in given_terms.ceilings:
        alone += [verdict for name, verdict in ceiling.tools if name == tool.name]
        if ceiling.toolsets is not None and tool.toolset not in ceiling.toolsets:
            alone.append(Verdict.NEVER)
        if ceiling.read_only and not tool.read_only:
            alone.append(Verdict.NEVER)
    lacks = not tool.rights <= given_terms.rights or (
        bool(tool.one_of) and not tool.one_of & given_terms.rights
    )
    unapproved = READ not in given_terms.scopes or (not tool.read_only and WRITE not in given_terms.scopes)
    left_out = tool.toolset not in given_terms.toolsets or (given_terms.read_only and not tool.read_only)
    if lacks or unapproved or left_out:
        alone.append(Verdict.NEVER)
    decision = decide(tool, given_terms)
    assert decision.verdict == min(alone)
    assert (decision.rule == Rule.NONE) is (decision.verdict == Verdict.ALLOWED)


@patient
@given(terms, ceilings, st.integers(0, 3), st.sampled_from(TOOLS))
def test_another_ceiling_never_allows_more(
    given_terms: Terms, another: Ceiling, place: int, tool: object
) -> None:
    assert isinstance(tool, type(TOOLS[0]))
    found = given_terms.ceilings
    more = replace(given_terms, ceilings=(*found[:place], another, *found[place:]))
    assert decide(tool, more).verdict <= decide(tool, given_terms).verdict


@patient
@given(terms, st.sampled_from(NAMES), st.sampled_from(Verdict), st.sampled_from(TOOLS))
def test_another_rule_in_a_ceiling_never_allows_more(
    given_terms: Terms, name: str, verdict: Verdict, tool: object
) -> None:
    assert isinstance(tool, type(TOOLS[0]))
    stricter = tuple(
        replace(ceiling, tools=ceiling.tools | {(name, verdict)}) for ceiling in given_terms.ceilings
    )
    more = replace(given_terms, ceilings=stricter)
    assert decide(tool, more).verdict <= decide(tool, given_terms).verdict


@patient
@given(terms, subsets(ALL_TOOLSETS), st.sampled_from(TOOLS))
def test_an_address_never_allows_more(given_terms: Terms, chosen: frozenset[str], tool: object) -> None:
    assert isinstance(tool, type(TOOLS[0]))
    for narrower in (
        replace(given_terms, toolsets=given_terms.toolsets & chosen),
        replace(given_terms, read_only=True),
    ):
        assert decide(tool, narrower).verdict <= decide(tool, given_terms).verdict


@patient
@given(st.lists(ceilings, max_size=4), ceilings)
def test_the_smallest_limit_counts(found: list[Ceiling], another: Ceiling) -> None:
    def most(limit: int | None) -> float:
        return float("inf") if limit is None else limit

    before, after = limits_of(found), limits_of([*found, another])
    assert most(after.writes_per_hour) == min(most(before.writes_per_hour), most(another.writes_per_hour))
    assert most(after.most_records) == min(most(before.most_records), most(another.most_records))
    assert limits_of([]) == Limits()


def test_a_stored_rule_that_is_not_known_forbids() -> None:
    assert tool_verdicts({"a": "ask", "b": "never", "c": "always"}) == {
        ("a", Verdict.ASK), ("b", Verdict.NEVER), ("c", Verdict.NEVER),
    }  # fmt: skip


def test_every_tool_has_a_name_for_people() -> None:
    assert TOOL_NAMES.keys() == CATALOGUE.tools.keys()
    assert CATALOGUE.toolsets == ALL_TOOLSETS
