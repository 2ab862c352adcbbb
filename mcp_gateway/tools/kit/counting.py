"""Counts the records that match, even if the upstream may ignore a filter and count all records."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic

from mcp_gateway.calls.errors import (
    FieldsRefused,
    RateLimited,
    UpstreamNotUnderstood,
    UpstreamRejected,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.paging import Fetch
from mcp_gateway.upstream.rows import Page, R

# If a request for a count fails like this, the answer lacks the count but keeps the list.
NO_COUNT = (
    FieldsRefused,
    RateLimited,
    UpstreamNotUnderstood,
    UpstreamRejected,
    UpstreamTimeout,
    UpstreamUnavailable,
)
Counts = tuple[int | None, int | None]  # how many match, or if unknown, how many at most


@dataclass(frozen=True, slots=True)
class Filtered(Generic[R]):
    """A list of the upstream and the filters to request it with. It can be called as a Fetch.

    The upstream refuses the list without the filters in `needed`.
    """

    upstream: Upstream
    read: Callable[..., Awaitable[Page[R]]]
    filters: Mapping[str, Any]
    needed: Mapping[str, Any] = field(default_factory=dict)

    async def __call__(self, start: int, size: int) -> Page[R]:
        return await self.read(**self.needed, **self.filters, start=start, size=size)

    async def counts(self, page: Page[R], *, is_first: bool) -> Counts:
        """Return how many records match, or how many at most.

        `is_first` says that the answer begins with the list. Only then are further calls made for a count.
        """
        if not is_doubtful(self):
            return page.counted, None
        if page.start == 0 and page.is_last and not page.unread:
            return len(page.rows), None
        if is_first and page.counted is not None and await self._is_applied(page.counted):
            return page.counted, None
        return None, page.counted

    async def _is_applied(self, total: int) -> bool:
        """Return whether each filter has an effect, that is, whether there are more records without it."""
        if self.needed:
            return False
        for name, value in self.filters.items():
            if value is None:
                continue
            rest = {other: kept for other, kept in self.filters.items() if other != name}
            try:
                wider = await self.read(**rest, start=0, size=1)
            except NO_COUNT:
                return False
            if wider.total is None or wider.total <= total:
                return False
        return True


def is_doubtful(fetch: Fetch[R]) -> bool:
    """Say whether a filter was requested that the upstream may have ignored."""
    if not isinstance(fetch, Filtered) or not fetch.upstream.may_pass_over_filters:
        return False
    return bool(fetch.needed) or any(value is not None for value in fetch.filters.values())
