"""What goes out through a client and comes back: signed, bound to what it is for, and good for a time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson
from django.core.signing import BadSignature, TimestampSigner


class NotSealed(Exception):
    """Not ours, changed, too old, or bound to something else."""


class _Json:
    """The signer's serializer: its own one would write a Chinese code in six bytes for each character."""

    def dumps(self, data: Any) -> bytes:
        return orjson.dumps(data)

    def loads(self, data: bytes) -> Any:
        return orjson.loads(data)


@dataclass(frozen=True, slots=True, repr=False)
class Seal:
    """`purpose` tells the seals of one key apart. The client can read what is sealed, and not change it."""

    key: bytes
    purpose: str
    lifetime_seconds: int

    def seal(self, bound_to: object, data: Any) -> str:
        return self._signer(bound_to).sign_object(data, serializer=_Json)

    def unseal(self, bound_to: object, sealed: str) -> Any:
        """Raises NotSealed."""
        try:
            return self._signer(bound_to).unsign_object(
                sealed, serializer=_Json, max_age=self.lifetime_seconds
            )
        except (BadSignature, UnicodeEncodeError):
            raise NotSealed from None

    def _signer(self, bound_to: object) -> TimestampSigner:
        binding = hashlib.sha256(orjson.dumps(bound_to, option=orjson.OPT_SORT_KEYS)).hexdigest()
        return TimestampSigner(key=self.key, salt=f"{self.purpose}/{binding}", fallback_keys=[])
