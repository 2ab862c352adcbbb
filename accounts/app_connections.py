"""The apps that people connected, which accounts reach only through a dotted path in the settings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.models import Company, PermissionGroup, User


@dataclass(frozen=True, slots=True)
class ConnectedApp:
    """An app that a person connected, as their page shows it."""

    name: str
    since: dt.datetime
    last_used_at: dt.datetime | None
    may_write: bool


class AppConnections(Protocol):
    """Live connections: app authorizations that are neither stopped nor past their end."""

    def of_person(self, company: Company, user: User) -> list[ConnectedApp]: ...

    def count(self, company: Company, user_ids: Collection[int]) -> int:
        """Count the live connections of these people in the company, each once."""
        ...

    def count_of_group(self, company: Company, group: PermissionGroup, user_ids: Collection[int]) -> int:
        """Count these people's connections and those of anybody through apps of the group, each once."""
        ...

    def apps_of_group(self, group: PermissionGroup) -> list[str]:
        """Return the names of the enabled apps with this group."""
        ...

    def limits_group(self, group: PermissionGroup) -> bool:
        """Say whether the group has limits of its own on what assistants may do for its people."""
        ...

    def end_all(self, company: Company, user: User, by: User, address: str) -> int:
        """End the person's connections in the company, with their tokens. Return how many were live.

        Each has its event in the log, so call it after the other changes of the transaction.
        """
        ...


def app_connections() -> AppConnections:
    found: AppConnections = import_string(settings.APP_CONNECTIONS)()
    return found
