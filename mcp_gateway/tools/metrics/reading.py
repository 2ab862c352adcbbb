"""Reads rows for figures page by page within a budget of calls, and notes what could not be read."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field

from mcp_gateway.calls.errors import NeedsManyCalls
from mcp_gateway.calls.questions import Question
from mcp_gateway.calls.tool import Call
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.paging import Fetch, pages
from mcp_gateway.upstream.rows import PAGE_SIZE, Page, R

MANY_CALLS = "calls"  # kind of the question; its subject is the number of calls
ASK_ABOVE = 60  # calls per question; more need the person's agreement
MOST_CALLS = 400  # most that a person can agree to: two minutes of the whole company's budget


def agreed_calls(call: Call, named: int | None) -> int | None:
    """Return how many calls the person agreed to, by the argument or by answering a question of this call."""
    agreed = [int(subject) for subject in call.agreed_subjects(MANY_CALLS)]
    return max(agreed + ([] if named is None else [named]), default=None)


def once(rows: Iterable[R], key: Callable[[R], Hashable | None]) -> list[R]:
    """Return each record once, since rows move while pages are read.

    Rows without a key all count as different.
    """
    seen: set[Hashable] = set()
    unique: list[R] = []
    for row in rows:
        known = key(row)
        if known is None or known not in seen:
            unique.append(row)
        if known is not None:
            seen.add(known)
    return unique


@dataclass(slots=True)
class Reading:
    """Reads pages within the budget of calls and remembers whether the budget sufficed.

    `agreed` says that the person allowed this number of calls. The budget is of the whole question: where two
    periods are compared, `before` are the calls that were made for the other one, and `sides` is 2 for the
    first, which leaves half of the budget to the second.
    """

    upstream: Upstream
    allowed: int = ASK_ABOVE
    agreed: bool = False
    before: int = 0
    sides: int = 1
    pages_read: int = 0
    partial: bool = False
    notes: list[str] = field(default_factory=list)

    async def all_rows(
        self, fetch: Fetch[R], what: str, most: int | None = None, first: Page[R] | None = None
    ) -> list[R]:
        """Read all pages, at most `most`; then the result is partial.

        Raises NeedsManyCalls as soon as more pages are known than were agreed to. `first` is the first page
        if it was read already.
        """
        rows: list[R] = []
        before, given = None, first

        async def next_page(start: int, size: int) -> Page[R]:
            nonlocal given
            page, given = given, None
            return page if page is not None and start == 0 else await self.page(fetch, start, size)

        left = self.left + (first is not None)
        async for page in pages(next_page, most=left if most is None else min(left, most)):
            before = page
            rows += page.rows
            if page.is_last:
                return rows
            if most is None and page.total is not None:
                self._ask(what, -(-(page.total - page.end) // PAGE_SIZE))
        self._cut(what, before)
        return rows

    @property
    def left(self) -> int:
        """The calls that may still be made for this period."""
        return (self.allowed - self.before) // self.sides - (self.upstream.calls - self.before)

    def by_agreement(self, aim: str, calls: int) -> str:
        """Say how to read everything with so many calls, "" if that takes more than can be agreed to."""
        needed = self._of_all_sides(calls)
        if needed > MOST_CALLS:
            return ""
        return f" {aim}, ask the person and call again with allow_calls {max(ASK_ABOVE + 1, needed)}."

    def _of_all_sides(self, calls: int) -> int:
        return self.before + calls * self.sides

    async def page(self, fetch: Fetch[R], start: int = 0, size: int = PAGE_SIZE) -> Page[R]:
        page = await fetch(start=start, size=size)
        self.pages_read += 1
        return page

    async def rows_until(self, fetch: Fetch[R], what: str) -> tuple[list[R], bool]:
        """Read sorted pages until one contains rows outside of the question.

        Returns the rows, and whether all relevant ones could be read.
        """
        rows: list[R] = []
        before = None

        async def next_page(start: int, size: int) -> Page[R]:
            return await self.page(fetch, start, size)

        async for page in pages(next_page, most=self.left):
            before = page
            rows += page.rows
            if page.is_last or len(page.rows) + len(page.unread) < page.read:
                return rows, True
        self._cut(what, before)
        return rows, False

    def say(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)

    def incomplete(self, note: str) -> None:
        self.partial = True
        self.say(note)

    def _ask(self, what: str, further: int) -> None:
        calls = self._of_all_sides(self.upstream.calls - self.before + further)
        if calls <= self.allowed:
            return
        limit = min(calls + calls // 10, MOST_CALLS)
        can_agree = calls <= MOST_CALLS
        raise NeedsManyCalls(
            f"All {what} of this question need at least {calls} calls to Fracttal One, of about 200 a "
            "minute that the whole company has. Narrow it by period, asset or location"
            + (f", or ask the person and call again with allow_calls {limit}." if can_agree else "."),
            question=Question(about=MANY_CALLS, subject=str(limit), facts={"calls": limit})
            if can_agree
            else None,
            calls=calls,
        )

    def _cut(self, what: str, last: Page[R] | None) -> None:
        missing = "an unknown number"
        if last is not None and last.total is not None:
            # The upstream may count rows that a filter should have removed.
            bound = "at most " if self.upstream.may_pass_over_filters else ""
            missing = f"{bound}{last.total - last.end}"
        self.incomplete(
            f"Not all {what} could be read, {missing} of them are missing: choose a shorter period or a "
            "smaller scope."
        )
