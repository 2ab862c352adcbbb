"""Codes and folios: shown so that they come back unchanged, and recognized in other spellings.

A code with one character less belongs to another record, so codes cannot be cleaned like texts. Characters
that must not be shown (controls, invisible ones, parts of a link) are written as {U+200D} and read back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, PlainSerializer, StringConstraints, WithJsonSchema

from mcp_gateway.calls.text_matching import fold
from mcp_gateway.tools.kit.text import ADDRESS, INVISIBLE

R = TypeVar("R")
_escape = re.compile(r"\{U\+([0-9A-F]{4,6})\}", re.IGNORECASE)
_needs_care = re.compile(r"//|\]\(|www\.|\{U\+|^\s|\s$", re.IGNORECASE)
_dashes = re.compile(r"[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_space = re.compile(r"\s+")
_between = re.compile(r"(?<=[^\W\d_])(?=\d)")
_joints = re.compile(r"[\s_.-]+")


@lru_cache(maxsize=4096)
def shown_code(code: str) -> str:
    """Return the code in a form that `read_code` turns back into exactly this code."""
    if code.isascii() and code.isprintable() and _needs_care.search(code) is None:
        return code
    inner = range(len(code) - len(code.lstrip()), len(code.rstrip()))
    shown = "".join(
        char
        if index in inner and char.isprintable() and char not in INVISIBLE and not _begins_ours(code, index)
        else _written(char)
        for index, char in enumerate(code)
    ).replace("](", f"]{_written('(')}")
    return ADDRESS.sub(lambda match: match[0][:-1] + _written(match[0][-1]), shown)


def read_code(shown: Any) -> Any:
    if not isinstance(shown, str):
        return shown
    return _escape.sub(lambda match: _meant(match[0], int(match[1], 16)), shown.strip())


def _begins_ours(code: str, index: int) -> bool:
    return code[index : index + 3].upper() == "{U+"


def _written(char: str) -> str:
    return f"{{U+{ord(char):04X}}}"


def _meant(written: str, point: int) -> str:
    """Return the character, but no surrogate and no NUL: no record has them, and they cannot be sent."""
    return written if point == 0 or point > 0x10FFFF or 0xD800 <= point < 0xE000 else chr(point)


def bare(code: str) -> str:
    """Fold a code: without case, accents, kinds of dashes and spaces, and invisible characters."""
    if code.isascii() and code.isprintable():
        return fold(_space.sub(" ", code).strip())
    seen = "".join(
        char for char in unicodedata.normalize("NFKC", code)
        if char.isspace() or (char.isprintable() and char not in INVISIBLE)
    )  # fmt: skip
    return fold(_space.sub(" ", _dashes.sub("-", seen)).strip())


def joined(folded: str) -> str:
    """Take the separators out of a folded code. CMP-02, cmp 02 and CMP02 are then the same."""
    return _joints.sub("", folded)


def much_like(one: str, other: str) -> bool:
    """Say whether two codes differ only in spelling and separators."""
    return joined(bare(one)) == joined(bare(other))


async def in_another_dress(code: str, find: Callable[[str], Awaitable[R | None]]) -> list[R]:
    """Find the records that an unknown `code` may mean. Each likely spelling is looked up once."""
    plain = _space.sub(" ", _dashes.sub("-", unicodedata.normalize("NFKC", code))).strip()
    plain = "".join(char for char in plain if char.isprintable() and char not in INVISIBLE)
    jointed = _between.sub("-", plain.upper()).replace(" ", "-")
    likely = dict.fromkeys((plain, plain.upper(), plain.replace(" ", ""), jointed, plain.lower()))
    likely.pop(code, None)
    likely.pop("", None)
    found = [await find(spelling) for spelling in likely]
    return [record for record in found if record is not None]


Code = Annotated[
    str,
    PlainSerializer(shown_code, return_type=str),
    WithJsonSchema({"type": "string", "description": "An identifier; pass it back unchanged."}),
]


# A code in an argument is read as it was shown, without spaces around it.
GivenCode = Annotated[
    str,
    StringConstraints(strip_whitespace=False, min_length=1, max_length=120),
    BeforeValidator(read_code),
]
GivenShortCode = Annotated[
    str,
    StringConstraints(strip_whitespace=False, min_length=1, max_length=64),
    BeforeValidator(read_code),
]
