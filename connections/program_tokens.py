"""The tokens of companies' own consumers at Fracttal One; they are cached and stored in no table."""

from __future__ import annotations

import threading

from django.utils import timezone

from accounts.key_ring import CannotOpen, NoKeys
from connections import token_requests
from connections.models import ApiConnection
from connections.refresh import NotLinked
from connections.token_requests import ConsumerRefused, GrantRefused, Tokens


class ProgramTokens:
    """The tokens of one process, cached until shortly before they expire.

    One thread at a time requests each of them.
    """

    def __init__(self) -> None:
        self._tokens: dict[int, tuple[tuple[str, ...], Tokens]] = {}
        self._locks: dict[int, threading.Lock] = {}

    def get(self, connection_id: int, refused: str = "") -> str:
        """Return a token that is valid now. `refused` is one that Fracttal One has just rejected.

        Raises NotLinked, Unavailable, ConsumerRefused.
        """
        connection = ApiConnection.objects.filter(
            pk=connection_id, kind=ApiConnection.Kind.FRACTTAL_ONE
        ).first()
        if connection is None or not connection.programs_can_connect:
            raise NotLinked
        # A token is valid for these addresses and credentials only.
        origin = (
            connection.token_url, connection.api_url, connection.program_key, connection.program_secret
        )  # fmt: skip
        with self._locks.setdefault(connection.pk, threading.Lock()):
            kept_origin, tokens = self._tokens.get(connection.pk, (None, None))
            good = tokens is not None and kept_origin == origin and tokens.refresh_at > timezone.now()
            if tokens is not None and good and tokens.access != refused:
                return tokens.access
            try:
                tokens = token_requests.for_program(connection)
            except (GrantRefused, CannotOpen, NoKeys):
                raise ConsumerRefused from None
            self._tokens[connection.pk] = (origin, tokens)
        return tokens.access

    def forget(self, connection_id: int, refused: str) -> None:
        """Forget a program's token that was refused."""
        kept = self._tokens.get(connection_id)
        if kept is not None and kept[1].access == refused:
            self._tokens.pop(connection_id, None)

    def clear(self) -> None:
        self._tokens.clear()
