"""Collects what a call could not read or did not examine, so that every tool's answer can say so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

MOST_FIELDS = 5  # named in one sentence


@dataclass(slots=True)
class Gaps:
    """The gaps of one call. `dispatch` puts the sentences into its answer."""

    _unread: dict[tuple[str, bytes], Sequence[str]] = field(default_factory=dict)
    _notes: list[str] = field(default_factory=list)

    def unread(self, resource: str, row: bytes, fields: Sequence[str]) -> None:
        """Note a row that violates the contract. The same row may appear on several pages."""
        self._unread[resource, row] = fields

    def note(self, sentence: str) -> None:
        if sentence not in self._notes:
            self._notes.append(sentence)

    def __bool__(self) -> bool:
        return bool(self._unread or self._notes)

    @property
    def rows_unread(self) -> int:
        return len(self._unread)

    @property
    def sentences(self) -> list[str]:
        """Return our own sentences, which name only fields of the contract, never content of rows."""
        by_resource: dict[str, list[Sequence[str]]] = {}
        for (resource, _), fields in self._unread.items():
            by_resource.setdefault(resource, []).append(fields)
        sentences = list(self._notes)
        for resource, rows in by_resource.items():
            counted = Counter(name for fields in rows for name in fields)
            names = ", ".join(name for name, _ in counted.most_common(MOST_FIELDS))
            of = f" of {resource}" if resource else ""
            because = f" ({names})" if names else ""
            sentences.append(
                f"{len(rows)} record{'' if len(rows) == 1 else 's'}{of} could not be read{because} and "
                f"{'is' if len(rows) == 1 else 'are'} missing here."
            )
        return sentences
