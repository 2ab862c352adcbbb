"""Ceilings drawn for the tests of rules."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from consumers.policy.decisions import Ceiling, Holder, Verdict
from consumers.policy.terms import ALL_TOOLSETS
from mcp_gateway.tools.catalogue import CATALOGUE

NAMES = sorted(CATALOGUE.tools)
# how long a drawn policy takes says nothing on a busy machine
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def subsets(values: frozenset[str]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(sorted(values)))


limits = st.none() | st.integers(1, 50)
ceilings = st.builds(
    Ceiling,
    st.sampled_from(Holder),
    toolsets=st.none() | subsets(ALL_TOOLSETS),
    tools=st.frozensets(st.tuples(st.sampled_from(NAMES), st.sampled_from(Verdict)), max_size=12),
    read_only=st.booleans(),
    writes_per_hour=limits,
    most_records=limits,
)
