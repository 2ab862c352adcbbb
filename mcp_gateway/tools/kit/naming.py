"""Decides which record a name means: all that match, how well, and whether all could be read.

A single match is taken. Several matches are candidates, and so are similar names if nothing matches. If not
all records could be read, a match is only a candidate. A write accepts only a complete code or name.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic

from mcp_gateway.calls.errors import NotFound, offered
from mcp_gateway.calls.text_matching import fold
from mcp_gateway.calls.tool import Call
from mcp_gateway.tools.kit.choosing import the_chosen
from mcp_gateway.tools.kit.identifiers import bare, joined
from mcp_gateway.tools.kit.resembling import MOST_SHOWN, resembling
from mcp_gateway.upstream.paging import Fetch, NoFurther, pages
from mcp_gateway.upstream.rows import Page, R

MOST_PAGES = 10  # read for one name
SHORTEST_WORD = 3  # for a part of a name: a shorter one would match half of the plant
_word = re.compile(r"\w+")
_figure = re.compile(r"\d")


@dataclass(slots=True)
class Seen(Generic[R]):
    """The matches by complete name or code, by other separators (CMP02 for CMP-02), and by a part of it.

    `all_of_them` says whether all records could be read. `others` are the rest, with their folded texts.
    """

    exact: list[R] = field(default_factory=list)
    alike: list[R] = field(default_factory=list)
    partly: list[R] = field(default_factory=list)
    others: list[tuple[R, str]] = field(default_factory=list)
    all_of_them: bool = False

    @property
    def best(self) -> list[R]:
        return self.exact or self.alike or self.partly


async def as_far_as_they_go(fetch: Fetch[R], most: int, seen: Seen[R]) -> AsyncIterator[Page[R]]:
    with contextlib.suppress(NoFurther):
        async for page in pages(fetch, most=most):
            seen.all_of_them = page.is_last
            yield page


async def look_for(
    fetch: Fetch[R],
    words: str,
    names: Callable[[R], Sequence[str | None]],
    texts: Callable[[R], Sequence[str | None]],
    most: int = MOST_PAGES,
) -> Seen[R]:
    seen: Seen[R] = Seen()
    wanted = bare(words)
    wanted_joined = joined(wanted)
    telling = any(len(word) >= SHORTEST_WORD for word in _word.findall(wanted))
    async for page in as_far_as_they_go(fetch, most, seen):
        for row in page.rows:
            called = [bare(name) for name in names(row) if name]
            if wanted in called:
                seen.exact.append(row)
            elif wanted_joined in map(joined, called):
                seen.alike.append(row)
            elif telling and _holds(wanted.split(), texts(row)):
                seen.partly.append(row)
            elif not seen.best:
                seen.others.append((row, fold(" ".join(filter(None, texts(row))))))
    # The closest first: those with little text around the words.
    seen.partly.sort(key=lambda row: sum(len(name or "") for name in names(row)))
    return seen


def _holds(pieces: Sequence[str], texts: Sequence[str | None]) -> bool:
    """Say whether each part occurs in the texts.

    A part with a digit must be a whole word: P-10 is not P-101.
    """
    text = bare(" ".join(filter(None, texts)))
    return all(
        piece in text
        and (not _figure.search(piece) or re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", text) is not None)
        for piece in pieces
    )


def the_one(
    call: Call,
    words: str,
    kind: str,
    seen: Seen[R],
    shown: Callable[[R], dict[str, Any]],
    elsewhere: str,
    **titled: Any,
) -> R:
    best = seen.best
    if not best:
        none = (
            f"No {kind} has that code or name, or this person may not see it"
            if seen.all_of_them
            else f"No {kind} with that name among the first that were examined: use its code"
        )
        similar = resembling(words, seen.others)
        if similar:
            raise NotFound(
                f"{none}. Ask whether one of the similar ones is meant.",
                **offered(similar, shown, MOST_SHOWN),
            )
        raise NotFound(f"{none}; {elsewhere}.")
    sure = bool(seen.exact) if not call.writes else seen.exact and seen.all_of_them
    if len(best) == 1 and (sure or (seen.all_of_them and not call.writes)):
        return best[0]
    return the_chosen(call, kind, words, _why(kind, len(best), seen.all_of_them), best, shown, **titled)


def _why(kind: str, fitting: int, all_of_them: bool) -> str:
    if fitting == 1 and all_of_them:
        return f"One {kind} has a similar name, not exactly this one: if it is the one meant, use its code."
    if fitting == 1:
        return f"One {kind} matches, but not all could be examined: if it is the one meant, use its code."
    several = f"Several {kind}s match: ask which one is meant and use its code."
    return several if all_of_them else f"{several} Not all could be examined: more may match."
