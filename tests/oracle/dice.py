"""Draws a whole row from one string of bytes, which is fast and shrinks to the first options."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
FACES = 40  # Bytes of one row. A row that needs more gets the first options.


class Dice:
    def __init__(self, faces: bytes) -> None:
        self._faces = iter(faces)

    def below(self, end: int) -> int:
        """Return a number from 0 to `end` - 1; `end` is at most 65,536."""
        face = next(self._faces, 0)
        if end > 256:
            face = face << 8 | next(self._faces, 0)
        return face % end

    def pick(self, *options: T) -> T:
        return options[self.below(len(options))]

    def of(self, options: Sequence[T]) -> T:
        return options[self.below(len(options))]

    def once_in(self, times: int) -> bool:
        """Return True in one of `times` cases; the simplest bytes give False."""
        return self.below(times) == times - 1


def rolls(least: int = 0, most: int = 10) -> st.SearchStrategy[list[bytes]]:
    """Draw as many rows as there are strings in the list."""
    return st.lists(st.binary(min_size=FACES, max_size=FACES), min_size=least, max_size=most)
