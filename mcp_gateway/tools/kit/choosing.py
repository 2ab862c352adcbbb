"""Lets the person choose between several matching records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from mcp_gateway.calls.errors import Ambiguous, offered
from mcp_gateway.calls.questions import Question
from mcp_gateway.calls.tool import Call
from mcp_gateway.tools.kit.text import in_a_line

R = TypeVar("R")


def the_chosen(
    call: Call,
    about: str,
    words: str,
    why: str,
    records: Sequence[R],
    shown: Callable[[R], Mapping[str, Any]],
    *,
    by: str = "code",
    told: Sequence[str] = ("name", "in"),
) -> R:
    """Return the matching record that the person chose. Raises Ambiguous until there is a choice.

    `by` is the field that identifies a record, `told` the fields of its title.
    """
    details = offered(records, shown)
    question = Question(
        about=about,
        subject=words,
        facts={"words": in_a_line(words)},
        choices={
            str(row[by]): " — ".join([str(row[by]), *_told(row, told)])
            for row in details["candidates"]
            if row.get(by) is not None
        },
    )
    value = call.chose(question)
    chosen = [record for record in records if value is not None and str(shown(record).get(by)) == value]
    if len(chosen) == 1:
        return chosen[0]
    raise Ambiguous(why, question=question if question.choices else None, **details)


def _told(row: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    texts = [in_a_line(str(row[name])) for name in names if row.get(name)]
    return [", ".join(texts)] if texts else []
