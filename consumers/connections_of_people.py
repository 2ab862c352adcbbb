"""The app connections of people, as the screens of user accounts need them."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, QuerySet

from accounts.app_connections import ConnectedApp
from accounts.models import Company, PermissionGroup, User
from audit.chain import append
from consumers import scopes
from consumers.models import AppAuthorization, Consumer
from consumers.policy.models import GroupCeiling
from consumers.screens.authorization_events import ended


class ConnectionsOfPeople:
    """Implements `accounts.app_connections.AppConnections`."""

    def of_person(self, company: Company, user: User) -> list[ConnectedApp]:
        mine = self._live(company).filter(user=user).select_related("consumer").order_by("created_at", "pk")
        return [
            ConnectedApp(
                name=connection.consumer.name,
                since=connection.created_at,
                last_used_at=connection.last_used_at,
                may_write=scopes.WRITE in connection.scopes,
            )
            for connection in mine
        ]

    def count(self, company: Company, user_ids: Collection[int]) -> int:
        return self._live(company).filter(user__in=user_ids).count()

    def count_of_group(self, company: Company, group: PermissionGroup, user_ids: Collection[int]) -> int:
        met = Q(user__in=user_ids) | Q(consumer__permission_group=group)
        return self._live(company).filter(met).count()

    def apps_of_group(self, group: PermissionGroup) -> list[str]:
        mine = Consumer.objects.filter(permission_group=group, enabled=True)
        return list(mine.order_by("name", "pk").values_list("name", flat=True))

    def limits_group(self, group: PermissionGroup) -> bool:
        return GroupCeiling.objects.filter(group=group).exists()

    def end_all(self, company: Company, user: User, by: User, address: str) -> int:
        keys = AppAuthorization.objects.filter(consumer__company=company, user=user).end(by)
        append(ended(keys, by=by, address=address))
        return len(keys)

    def _live(self, company: Company) -> QuerySet[AppAuthorization]:
        found: QuerySet[AppAuthorization] = AppAuthorization.objects.live().filter(consumer__company=company)
        return found
