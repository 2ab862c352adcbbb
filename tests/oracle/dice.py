"""One drawn string of bytes decides a whole row: cheap to draw, and it shrinks towards the first options."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
FACES = 40  # bytes of one row; a row that asks for more gets first options


class Dice:
    def __init__(self, faces: bytes) -> None:
        self._faces = iter(faces)

    def below(self, end: int) -> int:
        """0 to `end` - 1; `end` is at most 65,536."""
        face = next(self._faces, 0)
        if end > 256:
            face = face << 8 | next(self._faces, 0)
        return face % end

    def pick(self, *options: T) -> T:
        return options[self.below(len(options))]

    def of(self, options: Sequence[T]) -> T:
        return options[self.below(len(options))]

    def once_in(self, times: int) -> bool:
        """True once in so many rolls; the simplest roll says no."""
        return self.below(times) == times - 1


def rolls(least: int = 0, most: int = 10) -> st.SearchStrategy[list[bytes]]:
    """For as many rows as there are strings in the list."""
    return st.lists(st.binary(min_size=FACES, max_size=FACES), min_size=least, max_size=most)
